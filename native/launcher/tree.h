/* Directory trees of the host, by descriptor: no symbolic link is ever followed. */
#pragma once
#include <stdbool.h>

/* cgroup and state trees are flat; more is an accident. */
#define TREE_DEPTH 64

/*
 * Calls visit for the directory and all below it, parents first. What disappears meanwhile is left out, except the
 * directory itself. Stops at the first visit that does not return 0, and returns that; -1 with errno for its own.
 */
int tree_walk(int dir, int (*visit)(int dir, void *context), void *context);

/* Removes what is below the directory: directories only, or plain files too. Missing is fine. Returns 0 or -1. */
int tree_empty(int dir, bool files);
