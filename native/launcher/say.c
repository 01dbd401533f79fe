#include "say.h"
#include "io.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define E(name)                                                                                              \
    { name, #name }

/* The errnos that the launcher's own work can meet. */
static const struct {
    int error;
    const char *name;
} errnos[] = {
    E(EPERM),
    E(ENOENT),
    E(ESRCH),
    E(EINTR),
    E(EIO),
    E(ENXIO),
    E(E2BIG),
    E(ENOEXEC),
    E(EBADF),
    E(ECHILD),
    E(EAGAIN),
    E(ENOMEM),
    E(EACCES),
    E(EFAULT),
    E(EBUSY),
    E(EEXIST),
    E(EXDEV),
    E(ENODEV),
    E(ENOTDIR),
    E(EISDIR),
    E(EINVAL),
    E(ENFILE),
    E(EMFILE),
    E(ENOTTY),
    E(ETXTBSY),
    E(EFBIG),
    E(ENOSPC),
    E(ESPIPE),
    E(EROFS),
    E(EMLINK),
    E(EPIPE),
    E(ERANGE),
    E(EDEADLK),
    E(ENAMETOOLONG),
    E(ENOSYS),
    E(ENOTEMPTY),
    E(ELOOP),
    E(EBADMSG),
    E(EOVERFLOW),
    E(EUSERS),
    E(EPROTO),
    E(EPROTOTYPE),
    E(EMSGSIZE),
    E(EOPNOTSUPP),
    E(ECONNRESET),
    E(ECONNREFUSED),
    E(ENOBUFS),
    E(ETIMEDOUT),
    E(ENOTCONN),
    E(ENOTSOCK),
    E(EDQUOT),
    E(ECANCELED),
};

static const char *errno_name(int error) {
    for (size_t i = 0; i < sizeof errnos / sizeof *errnos; i++) {
        if (errnos[i].error == error)
            return errnos[i].name;
    }
    return NULL;
}

struct line {
    char text[8192];
    size_t length;
};

__attribute__((format(printf, 2, 0))) static void put_list(
    struct line *line, const char *format, va_list list) {
    size_t room = sizeof line->text - 1 - line->length;
    int wanted = vsnprintf(line->text + line->length, room, format, list);
    if (wanted > 0)
        line->length += (size_t)wanted < room ? (size_t)wanted : room - 1;
}

__attribute__((format(printf, 2, 3))) static void put(struct line *line, const char *format, ...) {
    va_list list;
    va_start(list, format);
    put_list(line, format, list);
    va_end(list);
}

static void put_reason(struct line *line, int error) {
    char reason[128];
    snprintf(reason, sizeof reason, "%s", strerror(error));
    /* Callers of runtimes look for the lower-case words. "I/O" is none. */
    if (islower((unsigned char)reason[1]))
        reason[0] = (char)tolower((unsigned char)reason[0]);
    const char *name = errno_name(error);
    if (name)
        put(line, ": %s (%s)", reason, name);
    else
        put(line, ": %s (errno %d)", reason, error);
}

static void put_status(struct line *line, int status) {
    if (WIFSIGNALED(status))
        put(line, ": killed by signal %d", WTERMSIG(status));
    else
        put(line, ": exit status %d", WEXITSTATUS(status));
}

/* One write, so that lines of several processes do not mix. */
static void print(struct line *line) {
    line->text[line->length++] = '\n';
    write_full(STDERR_FILENO, line->text, line->length);
}

void say(const char *format, ...) {
    struct line line = {.length = 0};
    put(&line, "railcar: ");
    va_list list;
    va_start(list, format);
    put_list(&line, format, list);
    va_end(list);
    print(&line);
}

void say_error(int error, const char *format, ...) {
    struct line line = {.length = 0};
    put(&line, "railcar: ");
    va_list list;
    va_start(list, format);
    put_list(&line, format, list);
    va_end(list);
    put_reason(&line, error);
    print(&line);
}

void say_failure(const struct failure *failure) {
    struct line line = {.length = 0};
    put(&line, "railcar: %s%scannot %s", failure->origin, failure->origin[0] ? ": " : "", failure->step);
    if (failure->subject[0])
        put(&line, " \"%s\"", failure->subject);
    if (failure->error)
        put_reason(&line, failure->error);
    if (failure->status)
        put_status(&line, failure->status);
    if (failure->detail[0])
        put(&line, ": %s", failure->detail);
    print(&line);
}
