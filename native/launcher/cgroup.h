/* Trees of cgroups, v1 and v2 alike. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Makes the directory and its missing parents; returns it as O_PATH, or -1 with a recorded failure. `made`: it was not
 * there before.
 */
int cgroup_make(const char *path, bool *made);
/* 1: no process in it or below; 0: there is one; -1 with errno. */
int cgroup_is_empty(int dir);
/* Gives it, and those of the files (a list that ends with NULL) that it has, to the user; -1 with a recorded failure. */
int cgroup_give(int dir, char *const *files, uid_t uid);
/* Signals each process in it and below; with SIGKILL until there is none left. Missing is fine. */
int cgroup_kill(const char *path, int number, uint64_t deadline);
/* Removes it and those below, as long as the kernel says busy. Missing is fine. */
int cgroup_remove(const char *path, uint64_t deadline);
