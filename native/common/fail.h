/*
 * How a failure finds its words. C code never composes a sentence: it fills in a record, and Node makes the message.
 *
 * An operation returns 0 or -1. The function that sees a system call fail says so at once, while errno is fresh:
 *
 *     if (mkdirat(parent, name, mode) < 0)
 *         return failed("mkdirat", "%s", path);
 *
 * and its callers only pass the -1 on. A caller that knows better may call failed() again: the last word counts.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* With these sizes a FAILURE packet always fits into CHANNEL_MAX. */
struct failure {
    uint64_t index;
    int error; /* errno */
    int status;
    char op[64];
    char origin[512];
    char step[128];
    char subject[1536];
    char detail[1536];
};

/* Forgets what was recorded; called before each operation. */
void failure_reset(void);

/* Records errno, the step and the subject (NULL: none), leaves errno as it was, and returns -1. */
int failed(const char *step, const char *subject, ...) __attribute__((format(printf, 2, 3)));
/* The same with an errno that no system call has set. */
int failed_with(int error, const char *step, const char *subject, ...) __attribute__((format(printf, 3, 4)));
/* Adds what the kernel or a program said, and the wait status of that program. Call after failed(). */
void failure_detail(const char *detail, ...) __attribute__((format(printf, 1, 2)));
void failure_status(int status);
/* Takes over a record that another process has sent (hands: the stub's). */
void failure_adopt(const struct failure *failure);

/*
 * What was recorded since the reset, completed with the operation; errno stands in if the operation recorded nothing.
 * The result is valid until the next reset.
 */
const struct failure *failure_of(uint64_t index, const char *op, const char *origin);

/*
 * Failures outside any operation. bail() carries errno, bailx() does not. Both end the process through the function
 * set with on_bail(), which must not return; without one they print a line and exit with status 1.
 */
void on_bail(void (*end)(const struct failure *failure));
_Noreturn void bail(const char *step, const char *subject, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void bailx(const char *step, const char *subject, ...) __attribute__((format(printf, 2, 3)));
