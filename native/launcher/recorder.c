#include "recorder.h"
#include "io.h"
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>

#define WORD "smith-record"

/* FAN_ACCESS of a directory is that its names were read. */
#define EVENTS (FAN_OPEN | FAN_OPEN_EXEC | FAN_ACCESS | FAN_MODIFY | FAN_ONDIR)

static const struct {
    uint64_t event;
    char letter;
} letters[] = {
    {FAN_OPEN, 'o'},
    {FAN_OPEN_EXEC, 'x'},
    {FAN_ACCESS, 'r'},
    {FAN_MODIFY, 'w'},
};

const char *recorder_named(char *const *arguments) {
    if (!arguments[0] || !arguments[1] || strcmp(arguments[1], WORD) != 0)
        return NULL;
    return arguments[2];
}

/* With the NUL that ends it. */
static int tell(const char *text) {
    return write_full(STDOUT_FILENO, text, strlen(text) + 1);
}

static int fail(const char *step) {
    char text[64];
    snprintf(text, sizeof text, "failed %s %d", step, errno);
    tell(text);
    return 1;
}

/* The mount that a descriptor is on; -1 if the kernel does not say. */
static int mount_of(int file) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", file);
    autoclose int info = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = info < 0 ? -1 : read_full(info, text, sizeof text - 1);
    text[size < 0 ? 0 : size] = '\0';
    const char *id = strstr(text, "mnt_id:");
    return id ? atoi(id + strlen("mnt_id:")) : -1;
}

/* Marking any directory would record the whole file system that it is on. */
static int require_mount(int directory) {
    autoclose int parent = openat(directory, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0)
        return -1;
    if (mount_of(directory) >= 0 && mount_of(directory) != mount_of(parent))
        return 0;
    errno = EINVAL;
    return -1;
}

static int start(const char *directory, int *group) {
    /* The queue has no limit: an event that is dropped is a file that the image lacks. */
    unsigned flags = FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS;
    *group = fanotify_init(flags, O_RDONLY | O_LARGEFILE | O_CLOEXEC);
    if (*group < 0)
        return fail("fanotify_init");
    /* Not O_PATH, which fanotify_mark(2) does not take. */
    autoclose int mount = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (mount < 0)
        return fail("open");
    if (require_mount(mount) < 0)
        return fail("mount");
    if (fanotify_mark(*group, FAN_MARK_ADD | FAN_MARK_MOUNT, EVENTS, mount, NULL) < 0)
        return fail("fanotify_mark");
    return tell("ready") < 0;
}

/* That a file is read or written needs to be known once, and may happen a million times. */
static void hush(int group, int file, uint64_t seen) {
    uint64_t known = seen & (FAN_ACCESS | FAN_MODIFY);
    if (known)
        fanotify_mark(
            group, FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY, known, file, NULL);
}

static int report(int group, const struct fanotify_event_metadata *event) {
    struct stat status;
    if (fstat(event->fd, &status) < 0)
        return -1;
    hush(group, event->fd, event->mask);
    char text[PATH_MAX + sizeof letters], link[FD_PATH_SIZE + 6];
    size_t length = 0;
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
        if (event->mask & letters[i].event)
            text[length++] = letters[i].letter;
    }
    /* One that has no name any more: the kernel appends a word to what was its path. */
    if (status.st_nlink == 0)
        return 0;
    text[length++] = ' ';
    snprintf(link, sizeof link, "/proc/%s", fd_name((char[FD_PATH_SIZE]){0}, event->fd));
    ssize_t size = readlink(link, text + length, PATH_MAX - 1);
    if (size < 0)
        return -1;
    text[length + (size_t)size] = '\0';
    return tell(text);
}

/* Returns 1 when the queue is empty, 0 if there may be more. */
static int take(int group) {
    _Alignas(struct fanotify_event_metadata) char buffer[16384];
    ssize_t left = read(group, buffer, sizeof buffer);
    if (left < 0)
        return errno == EAGAIN ? 1 : errno == EINTR ? 0 : -1;
    int outcome = 0;
    const struct fanotify_event_metadata *event = (const void *)buffer;
    for (; FAN_EVENT_OK(event, left); event = FAN_EVENT_NEXT(event, left)) {
        autoclose int file = event->fd;
        if (event->vers != FANOTIFY_METADATA_VERSION || event->mask & FAN_Q_OVERFLOW)
            errno = event->mask & FAN_Q_OVERFLOW ? EOVERFLOW : EPROTO, outcome = -1;
        if (outcome == 0 && file >= 0)
            outcome = report(group, event);
    }
    return outcome;
}

static int drain(int group) {
    int outcome;
    while ((outcome = take(group)) == 0)
        ;
    return outcome;
}

int recorder_run(const char *directory) {
    autoclose int group = -1;
    int code = start(directory, &group);
    if (code)
        return code;
    for (bool ended = false; !ended;) {
        struct pollfd watched[] = {{.fd = group, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
        if (poll(watched, 2, -1) < 0 && errno != EINTR)
            return fail("poll");
        /* Events come before the end of the process that caused them, so that nothing is missed. */
        ended = watched[1].revents != 0;
        if (drain(group) < 0)
            return fail("read");
    }
    return tell("end") < 0;
}
