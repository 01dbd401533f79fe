/* Operations on checkpoints: the conversation with CRIU, and what it leads to. */
#include "criu.h"
#include "fdpass.h"
#include "hands.h"
#include "io.h"
#include "process.h"
#include "sys.h"
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

static struct stub *latest(const struct hands *hands) {
    if (!hands->stubs)
        failed_with(ECHILD, "stub", NULL);
    return hands->stubs;
}

int hands_criu(struct hands *hands, const struct op *op) {
    const struct hands_criu *arg = (const void *)op->args;
    struct stub *stub = latest(hands);
    if (!stub || slot_of(hands, &arg->socket) < 0)
        return -1;
    int socket = steal_fd(&hands->slots[arg->socket.n]);
    return criu_ask(stub, socket, arg->request.text, arg->request.length);
}

/* The restored process, which is a child of this one, takes the place of the stub's. */
static int adopt(struct hands *hands, struct stub *stub, pid_t pid) {
    struct process process;
    if (pid <= 0)
        return failed_with(EPROTO, "criu", "pid");
    stub->pid = pid;
    if (process_look(pid, &process) < 0)
        return failed("open", "/proc/%d/stat", pid);
    hands->variables.value[VARIABLE_PID] = (uint64_t)pid;
    hands->variables.value[VARIABLE_START_TIME] = process.start_time;
    return 0;
}

int hands_criu_notice(struct hands *hands, const struct op *op) {
    const struct hands_criu_notice *arg = (const void *)op->args;
    struct stub *stub = latest(hands);
    if (!stub)
        return -1;
    for (;;) {
        struct criu_answer answer;
        int descriptor;
        if (criu_hear(stub, &answer, &descriptor) < 0)
            return -1;
        if (descriptor >= 0 && slot_fill(hands, &arg->into, descriptor) < 0)
            return -1;
        if (answer.type != CRIU_NOTIFY)
            return failed_with(EPROTO, "criu", "%s", arg->notice.text);
        if (strcmp(answer.script, arg->notice.text) == 0)
            return arg->adopt.n ? adopt(hands, stub, answer.pid) : 0;
    }
}

int hands_criu_end(struct hands *hands, const struct op *op) {
    (void)op;
    struct stub *stub = latest(hands);
    if (!stub)
        return -1;
    struct criu_answer answer;
    do {
        int descriptor;
        if (criu_hear(stub, &answer, &descriptor) < 0)
            return -1;
        if (descriptor >= 0)
            close(descriptor);
    } while (answer.type == CRIU_NOTIFY);
    return criu_settle(stub);
}

int hands_send_master(struct hands *hands, const struct op *op) {
    const struct hands_send_master *arg = (const void *)op->args;
    int socket = slot_of(hands, &arg->socket);
    int master = socket < 0 ? -1 : slot_of(hands, &arg->master);
    if (master < 0)
        return -1;
    int number;
    char name[32];
    if (ioctl(master, TIOCGPTN, &number) < 0)
        return failed("ioctl(TIOCGPTN)", "terminal");
    int length = snprintf(name, sizeof name, "/dev/pts/%d", number);
    if (fds_send(socket, name, (size_t)length, &master, 1) < 0)
        return failed("sendmsg", "console socket");
    close(steal_fd(&hands->slots[arg->master.n]));
    close(steal_fd(&hands->slots[arg->socket.n]));
    return 0;
}

int hands_signal_ready(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_signal_ready *arg = (const void *)op->args;
    int descriptor = (int)arg->descriptor.n;
    if (write_full(descriptor, "", 1) < 0)
        return failed("write", "descriptor %d", descriptor);
    return close(descriptor) < 0 ? failed("close", "descriptor %d", descriptor) : 0;
}

/* One that is ours, and O_CLOEXEC, lies there because the caller did not pass it. */
int hands_require_writable(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_require_writable *arg = (const void *)op->args;
    int descriptor = (int)arg->descriptor.n;
    int kind = fcntl(descriptor, F_GETFD), mode = fcntl(descriptor, F_GETFL);
    if (kind < 0 || kind & FD_CLOEXEC)
        return failed_with(EBADF, "fcntl", "%d", descriptor);
    return (mode & O_ACCMODE) == O_RDONLY ? failed_with(EINVAL, "not writable", "%d", descriptor) : 0;
}
