/* Finding the program that a container runs, and saying what is missing when it cannot be run. */
#pragma once
#include <sys/types.h>

/*
 * The path under which execve will find the program, for the caller to free; NULL with a recorded failure. `name` with a
 * slash is taken as it is, else every directory of `path` (the value of PATH) is tried.
 */
char *find_executable(const char *name, const char *path);

/*
 * After ENOENT from execve for a file that exists: the interpreter or loader that it names and that is missing, in
 * `missing`. Returns whether one was found.
 */
int find_missing_interpreter(const char *executable, char *missing, size_t size);
