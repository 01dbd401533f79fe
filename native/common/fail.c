#include "fail.h"
#include "io.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One process, one thread, one failure at a time. */
static struct failure current;
static void (*end_process)(const struct failure *failure);

/* Long text is cut at its end: the beginning of a path or a message is what identifies it. */
static void put(char *field, size_t size, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void put(char *field, size_t size, const char *format, va_list args) {
    field[0] = '\0';
    if (format)
        vsnprintf(field, size, format, args);
}

static void record(int error, const char *step) {
    current.error = error;
    current.status = 0;
    current.detail[0] = '\0';
    snprintf(current.step, sizeof current.step, "%s", step);
}

/* Not the whole of it, since it is done for every operation: each text ends at its beginning. */
void failure_reset(void) {
    current.index = 0;
    current.error = current.status = 0;
    current.op[0] = current.origin[0] = current.step[0] = current.subject[0] = current.detail[0] = '\0';
}

int failed(const char *step, const char *subject, ...) {
    int saved = errno;
    va_list args;
    va_start(args, subject);
    record(saved, step);
    put(current.subject, sizeof current.subject, subject, args);
    va_end(args);
    errno = saved;
    return -1;
}

int failed_with(int error, const char *step, const char *subject, ...) {
    va_list args;
    va_start(args, subject);
    record(error, step);
    put(current.subject, sizeof current.subject, subject, args);
    va_end(args);
    errno = error;
    return -1;
}

void failure_detail(const char *detail, ...) {
    int saved = errno;
    va_list args;
    va_start(args, detail);
    put(current.detail, sizeof current.detail, detail, args);
    va_end(args);
    errno = saved;
}

void failure_status(int status) {
    current.status = status;
}

void failure_adopt(const struct failure *failure) {
    current = *failure;
    errno = failure->error;
}

const struct failure *failure_of(uint64_t index, const char *op, const char *origin) {
    /* A record without a step is none: an operation has returned -1 without a word, so errno is all there is. */
    if (!current.step[0])
        current.error = errno;
    current.index = index;
    snprintf(current.op, sizeof current.op, "%s", op);
    snprintf(current.origin, sizeof current.origin, "%s", origin);
    return &current;
}

void on_bail(void (*end)(const struct failure *failure)) {
    end_process = end;
}

_Noreturn static void bail_out(void) {
    if (end_process)
        end_process(&current);
    char line[2048], number[32] = "";
    if (current.error)
        snprintf(number, sizeof number, ": errno %d", current.error);
    snprintf(line, sizeof line, "railcar: %s%s%s%s\n", current.step, current.subject[0] ? " " : "",
        current.subject, number);
    write_full(STDERR_FILENO, line, strlen(line));
    _Exit(1);
}

_Noreturn void bail(const char *step, const char *subject, ...) {
    int saved = errno;
    va_list args;
    va_start(args, subject);
    record(saved, step);
    put(current.subject, sizeof current.subject, subject, args);
    va_end(args);
    bail_out();
}

_Noreturn void bailx(const char *step, const char *subject, ...) {
    va_list args;
    va_start(args, subject);
    record(0, step);
    put(current.subject, sizeof current.subject, subject, args);
    va_end(args);
    bail_out();
}
