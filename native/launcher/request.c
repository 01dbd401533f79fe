#include "request.h"
#include "io.h"
#include "ops.h"
#include "sys.h"
#include "trace.h"
#include "watch.h"
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

/* Of /proc/self/cgroup: some twenty hierarchies with long paths. */
#define CGROUPS_MAX (1u << 20)

/* All in one, each with the NUL that ends it: what has to be made of them is one text, not many. */
static void put_texts(struct frame *frame, char *const *list) {
    size_t hole = frame_hole(frame), size = 0;
    for (; *list; list++) {
        size_t length = strlen(*list) + 1;
        frame_raw(frame, *list, length);
        size += length;
    }
    frame_fill(frame, hole, (uint32_t)size);
}

static void put_cwd(struct frame *frame) {
    char path[PATH_MAX];
    /* A directory that was removed or is out of reach: empty, and the Node layer needs an absolute --bundle. */
    frame_string(frame, getcwd(path, sizeof path) && path[0] == '/' ? path : "");
}

static void put_cgroups(struct frame *frame) {
    autoclose int file = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    size_t size = 0;
    autofree char *text = file < 0 ? NULL : read_all(file, CGROUPS_MAX, &size);
    frame_bytes(frame, text, text ? size : 0);
}

static void put_release(struct frame *frame) {
    struct utsname name;
    frame_string(frame, uname(&name) == 0 ? name.release : "");
}

static uint64_t effective_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
    if (syscall(SYS_capget, &header, data) < 0)
        return 0;
    return (uint64_t)data[1].effective << 32 | data[0].effective;
}

static uint64_t now_on_the_wall(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t read_umask(void) {
    mode_t mask = umask(0);
    umask(mask);
    return mask;
}

static uint64_t user_namespace(void) {
    struct stat status;
    return stat("/proc/self/ns/user", &status) < 0 ? 0 : status.st_ino;
}

static void look_at_terminals(uint64_t numbers[REQUEST_NUMBERS]) {
    for (unsigned fd = 0; fd < 3; fd++) {
        struct winsize size;
        if (ioctl((int)fd, TIOCGWINSZ, &size) < 0)
            continue;
        numbers[REQUEST_TERMINALS] |= 1u << fd;
        if (!numbers[REQUEST_ROWS]) {
            numbers[REQUEST_ROWS] = size.ws_row;
            numbers[REQUEST_COLUMNS] = size.ws_col;
        }
    }
}

void request_set_way(struct frame *frame, enum way way) {
    uint64_t value = way;
    if (!frame->error)
        memcpy(frame->bytes + frame->size - sizeof value, &value, sizeof value);
}

void request_build(struct frame *frame, char *const *arguments, char *const *environment) {
    uint64_t numbers[REQUEST_NUMBERS] = {
        [REQUEST_UID] = getuid(),
        [REQUEST_EUID] = geteuid(),
        [REQUEST_GID] = getgid(),
        [REQUEST_EGID] = getegid(),
        [REQUEST_PID] = (uint64_t)getpid(),
        [REQUEST_UMASK] = read_umask(),
        [REQUEST_NOW] = now_on_the_wall(),
        [REQUEST_CAPABILITIES] = effective_capabilities(),
        [REQUEST_USER_NAMESPACE] = user_namespace(),
        [REQUEST_TRACE] = tracing != NULL,
        [REQUEST_WOKEN] = watch_woken(),
        [REQUEST_SEEN] = watch_seen(),
    };
    look_at_terminals(numbers);
    frame_begin(frame, MESSAGE_REQUEST);
    frame_number(frame, PROTOCOL_VERSION);
    frame_string(frame, BUILD_ID);
    put_texts(frame, arguments);
    put_texts(frame, environment);
    put_cwd(frame);
    put_cgroups(frame);
    put_release(frame);
    frame_u32(frame, REQUEST_NUMBERS);
    for (int i = 0; i < REQUEST_NUMBERS; i++)
        frame_number(frame, numbers[i]);
}
