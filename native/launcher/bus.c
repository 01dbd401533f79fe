#include "bus.h"
#include "fail.h"
#include "io.h"
#include "wait.h"
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

/* Without a name: who we are is what SO_PEERCRED says, which also holds from inside a user namespace. */
static const char greeting[] = "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n";

/* A line of the other side is never longer. */
#define LINE_MAX_ 512

/* Whole, or not within the time; a signal ends it. */
static int read_all_of(int bus, void *buffer, size_t size, uint64_t deadline) {
    for (size_t done = 0; done < size;) {
        if (wait_for(bus, POLLIN, deadline) < 0)
            return -1;
        ssize_t count = recv(bus, (char *)buffer + done, size - done, MSG_DONTWAIT);
        if (count == 0)
            errno = ECONNRESET;
        if (count <= 0 && !(count < 0 && (errno == EAGAIN || errno == EINTR)))
            return -1;
        done += count > 0 ? (size_t)count : 0;
    }
    return 0;
}

static int send_all(int bus, const void *bytes, size_t size, uint64_t deadline) {
    for (size_t done = 0; done < size;) {
        if (wait_for(bus, POLLOUT, deadline) < 0)
            return -1;
        ssize_t count = send(bus, (const char *)bytes + done, size - done, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN && errno != EINTR)
            return -1;
        done += count > 0 ? (size_t)count : 0;
    }
    return 0;
}

/* A byte at a time: what follows the line is none of this. */
static int read_line(int bus, char line[LINE_MAX_], uint64_t deadline) {
    for (size_t length = 0; length < LINE_MAX_ - 1; length++) {
        if (read_all_of(bus, &line[length], 1, deadline) < 0)
            return -1;
        if (line[length] == '\n') {
            line[length] = 0;
            return 0;
        }
    }
    errno = EPROTO;
    return -1;
}

/* It answers DATA to the first line, and to the second OK. */
int bus_greet(int bus, uint64_t deadline) {
    if (send_all(bus, greeting, sizeof greeting - 1, deadline) < 0)
        return failed("send", "AUTH");
    for (;;) {
        char line[LINE_MAX_];
        if (read_line(bus, line, deadline) < 0)
            return failed("receive", "AUTH");
        if (strncmp(line, "OK", 2) == 0)
            return 0;
        if (strncmp(line, "DATA", 4) != 0) {
            failed_with(EACCES, "receive", "AUTH");
            failure_detail("%s", line);
            return -1;
        }
    }
}

int bus_send(int bus, const void *message, size_t size, uint64_t deadline) {
    return send_all(bus, message, size, deadline) < 0 ? failed("send", NULL) : 0;
}

int bus_receive(int bus, uint64_t deadline, unsigned char **bytes, struct bus_message *message) {
    unsigned char head[BUS_HEAD];
    if (read_all_of(bus, head, sizeof head, deadline) < 0)
        return -1;
    size_t size = bus_length(head);
    if (size < sizeof head) {
        errno = EPROTO;
        return -1;
    }
    autofree unsigned char *whole = malloc(size);
    if (!whole)
        return -1;
    memcpy(whole, head, sizeof head);
    if (read_all_of(bus, whole + sizeof head, size - sizeof head, deadline) < 0 ||
        bus_parse(whole, size, message) < 0)
        return -1;
    *bytes = whole;
    whole = NULL;
    return 0;
}

int bus_errno(const char *name) {
    static const struct {
        const char *name;
        int error;
    } errors[] = {
        {"org.freedesktop.systemd1.NoSuchUnit", ENOENT},
        {"org.freedesktop.systemd1.UnitExists", EEXIST},
        /* Also of one that this systemd does not know. */
        {"org.freedesktop.DBus.Error.PropertyReadOnly", EOPNOTSUPP},
        {"org.freedesktop.DBus.Error.UnknownProperty", EOPNOTSUPP},
        {"org.freedesktop.DBus.Error.InvalidArgs", EINVAL},
        {"org.freedesktop.DBus.Error.AccessDenied", EACCES},
        {"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", EACCES},
        {"org.freedesktop.DBus.Error.ServiceUnknown", ESRCH},
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (strcmp(errors[i].name, name) == 0)
            return errors[i].error;
    }
    return EREMOTEIO;
}
