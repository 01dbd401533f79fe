/*
 * Operations on the socket over which a container's process says that it is ready (sd_notify(3)). What arrives there is
 * a container's word: of it only known assignments pass, and no descriptor.
 */
#include "hands.h"
#include "io.h"
#include "sys.h"
#include "wait.h"
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

/* Longest message that is passed on; systemd takes no longer one (NOTIFY_BUFFER_MAX is its PIPE_BUF). */
#define MESSAGE_MAX 4096

/* Seconds that the listener of the host may take to make room for a message. */
#define SEND_SECONDS 5

/* MAINPID, FDSTORE and others would let a container speak for processes and descriptors that are not its own. */
static const char *const passed_on[] = {"READY=1", "RELOADING=1", "STOPPING=1",
    "STATUS=", "ERRNO=", "WATCHDOG=1", "EXTEND_TIMEOUT_USEC=", "MONOTONIC_USEC="};

struct relay {
    int socket, target, process;
    const char *addition; /* sent with READY=1 */
    bool for_life;        /* of the process; else until it is ready */
};

/* In a directory that is held by its descriptor, so that neither a long path nor a link in it matters. */
static int bind_in(int dir, const char *name) {
    autoclose int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0)
        return failed("socket", NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", dir, name);
    /* What an earlier try has left. */
    unlinkat(dir, name, 0);
    /* Any user of the container may write to it; by its path, the mode would be changed of what a link leads to. */
    mode_t mask = umask(0);
    int outcome = bind(file, (const struct sockaddr *)&address, sizeof address);
    umask(mask);
    return outcome < 0 ? failed("bind", "%s", name) : steal_fd(&file);
}

int hands_notify_listen(struct hands *hands, const struct op *op) {
    const struct hands_notify_listen *arg = (const void *)op->args;
    autoclose int dir = open(arg->dir.text, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        return failed("open", "%s", arg->dir.text);
    int file = bind_in(dir, arg->name.text);
    return file < 0 ? -1 : slot_fill(hands, &arg->into, file);
}

/* A path, or with an at sign the name of an abstract socket. */
static int connect_to(const char *target) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t size = sizeof address;
    autoclose int file = -1;
    if (*target == '@') {
        size_t length = strlen(target);
        if (length > sizeof address.sun_path)
            return failed_with(ENAMETOOLONG, "connect", "%s", target);
        memcpy(address.sun_path + 1, target + 1, length - 1);
        size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    } else {
        if ((file = open(target, O_PATH | O_CLOEXEC)) < 0)
            return failed("open", "%s", target);
        snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", file);
    }
    autoclose int end = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (end < 0)
        return failed("socket", NULL);
    const struct timeval limit = {.tv_sec = SEND_SECONDS};
    setsockopt(end, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(end, (const struct sockaddr *)&address, size) < 0)
        return failed("connect", "%s", target);
    return steal_fd(&end);
}

static bool passes(const char *line) {
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) {
        size_t length = strlen(passed_on[i]);
        bool whole = passed_on[i][length - 1] == '1';
        if (strncmp(line, passed_on[i], length) == 0 && (!whole || line[length] == '\0'))
            return true;
    }
    return false;
}

static size_t append(char *out, size_t used, const char *text) {
    size_t length = strlen(text);
    memcpy(out + used, text, length);
    out[used + length] = '\n';
    return used + length + 1;
}

/* Takes one message. Returns whether the process is ready, or -1 (recorded) if the host cannot be told. */
static int take_message(const struct relay *relay) {
    char message[MESSAGE_MAX + 1], out[MESSAGE_MAX + 64];
    ssize_t got = recv(relay->socket, message, MESSAGE_MAX, MSG_DONTWAIT | MSG_TRUNC);
    if (got <= 0 || got > MESSAGE_MAX)
        return 0;
    message[got] = '\0';
    bool ready = false;
    size_t used = 0;
    char *rest = message;
    for (char *line; (line = strsep(&rest, "\n"));) {
        if (!passes(line))
            continue;
        ready = ready || strcmp(line, "READY=1") == 0;
        used = append(out, used, line);
    }
    if (ready && *relay->addition)
        used = append(out, used, relay->addition);
    if (used && send(relay->target, out, used, MSG_NOSIGNAL) < 0)
        return failed("send", "NOTIFY_SOCKET");
    return ready;
}

/* For life it is a process of its own, which no signal interrupts: it ends with the launcher. */
static int pass_on(const struct relay *relay) {
    for (;;) {
        struct pollfd watched[] = {
            {.fd = relay->socket, .events = POLLIN}, {.fd = relay->process, .events = POLLIN}};
        if ((relay->for_life ? poll(watched, 2, -1) : wait_any(watched, 2, NO_DEADLINE)) < 0)
            return failed("wait", "READY=1");
        /* Its last words come before its end. */
        if (!watched[0].revents)
            return 0;
        int ready = take_message(relay);
        if (ready < 0 && !relay->for_life)
            return -1;
        if (ready > 0 && !relay->for_life)
            return 0;
    }
}

/* Holds nothing of the launcher's but what it needs: locks and terminals are given up by closing them. */
_Noreturn static void become_relay(struct relay relay, pid_t launcher) {
    prctl(PR_SET_NAME, "railcar:notify");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != launcher)
        _exit(0);
    int *kept[] = {&relay.socket, &relay.target, &relay.process};
    for (int i = 0; i < 3; i++) {
        if ((*kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, 6)) < 0)
            _exit(1);
    }
    for (int i = 0; i < 3; i++)
        *kept[i] = dup3(*kept[i], 3 + i, O_CLOEXEC);
    sys_close_range(6, ~0u, 0);
    pass_on(&relay);
    _exit(0);
}

static int relay_messages(struct hands *hands, const struct hands_notify_relay *arg) {
    size_t length;
    autofree char *addition = template_render(&arg->addition, &hands->variables, &length);
    if (!addition)
        return failed("malloc", NULL);
    int socket = slot_of(hands, &arg->socket);
    if (socket < 0)
        return -1;
    /* A child of this process that nobody has reaped, or what a slot holds. */
    autoclose int child = -1;
    int process;
    if (arg->process.n == NO_SLOT)
        process = child = sys_pidfd_open((pid_t)hands->variables.value[VARIABLE_PID]);
    else
        process = slot_of(hands, &arg->process);
    if (process < 0)
        return failed("pidfd_open", NULL);
    autoclose int target = connect_to(arg->target.text);
    if (target < 0)
        return -1;
    struct relay relay = {socket, target, process, addition, arg->for_life.n != 0};
    if (!relay.for_life)
        return pass_on(&relay);
    pid_t launcher = getpid(), pid = fork();
    if (pid == 0)
        become_relay(relay, launcher);
    return pid < 0 ? failed("fork", NULL) : 0;
}

/* The container runs by now, and goes on whether the host is told or not. */
int hands_notify_relay(struct hands *hands, const struct op *op) {
    if (relay_messages(hands, (const void *)op->args) < 0)
        failures_add(&hands->failures, hands->program, failure_of(hands->index, op->name, op->origin));
    return 0;
}
