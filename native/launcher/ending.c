#include "ending.h"
#include "io.h"
#include "say.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Each message behind a NUL, to a daemon that must not keep the command waiting. */
static void send_log(const struct finish *finish) {
    autoclose int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", finish->log_path);
    const struct sockaddr *to = (const struct sockaddr *)&address;
    const char *end = (const char *)finish->log + finish->log_size;
    for (const char *message = (const char *)finish->log + 1, *next; message < end; message = next + 1) {
        next = memchr(message, '\0', (size_t)(end - message));
        next = next ? next : end;
        size_t size = (size_t)(next - message);
        if (sendto(file, message, size, MSG_DONTWAIT | MSG_NOSIGNAL, to, sizeof address) < 0) {
            say_error(errno, "cannot write to \"%s\"", finish->log_path);
            return;
        }
    }
}

/* One write, so that the lines of several commands with one log do not mix. */
static void append_log(const struct finish *finish) {
    if (!finish->log_path || !finish->log_path[0] || !finish->log_size)
        return;
    if (*(const char *)finish->log == '\0') {
        send_log(finish);
        return;
    }
    autoclose int file = open(finish->log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
    if (file < 0)
        say_error(errno, "cannot open \"%s\"", finish->log_path);
    else if (write(file, finish->log, finish->log_size) < 0)
        say_error(errno, "cannot write \"%s\"", finish->log_path);
}

int ending_carry_out(const struct finish *finish) {
    append_log(finish);
    int code = (int)(finish->code & 0xff);
    if (write_full(STDOUT_FILENO, finish->out, finish->out_size) < 0) {
        say_error(errno, "cannot write \"standard output\"");
        code = code ? code : 1;
    }
    write_full(STDERR_FILENO, finish->err, finish->err_size);
    return code;
}
