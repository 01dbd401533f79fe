/* Runs a hook, or a program of the host whose output is wanted. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* What is kept of a program's standard error: its end, where the reason usually stands. */
#define RUN_TAIL 1024

struct run {
    const char *path;
    char *const *args; /* argv, whole: args[0] is not taken from path. Empty: path alone. */
    char *const *env;  /* the whole environment; NULL or empty: none */
    const char *input; /* standard input, then end of file */
    size_t input_size;
    uint64_t timeout;  /* milliseconds; 0: none */
    size_t output_max; /* keep standard output up to this many bytes; 0: none of it */
    int interrupt;     /* a descriptor: once it is readable, the program is killed; 0 or -1: none */
};

struct run_result {
    int status; /* as from wait(2) */
    char tail[RUN_TAIL + 1];
    char *output; /* output_max not 0: what it wrote, NUL-terminated, for the caller to free */
    size_t output_size;
};

/*
 * Returns 0 if the program exited with status 0. Else -1 with a recorded failure (fail.h): errno and step "execve" when
 * it could not be executed, ETIMEDOUT and step "timeout" when it was killed, EINTR and step "interrupt"
 * likewise, errno 0 and its status when it failed.
 * The program gets descriptors 0 to 2 only, a process group of its own, default signals, and the caller's directory.
 */
int run_program(const struct run *run, struct run_result *result);
