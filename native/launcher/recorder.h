/*
 * What `railcar smith trace` sees of a program: the files that are opened, read, executed and written on one mount. Only
 * fanotify(7) tells of all of them, and Node cannot ask for it. Everything else about tracing is in src/smith/trace.
 *
 * On standard output: `ready`, then for each event letters, a space and the path (`rx /usr/bin/true`), then `end`; or
 * `failed` with a step and a number of errno(3). Each ends with a NUL. Paths are as the container sees them.
 */
#pragma once

/* The mount to be recorded, if the command line asks for that: `railcar smith-record DIRECTORY`. */
const char *recorder_named(char *const *arguments);
/* Records until standard input ends. Returns the exit status. */
int recorder_run(const char *directory);
