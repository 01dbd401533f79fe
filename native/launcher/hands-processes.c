/* Operations on processes of the host, on hooks and programs. */
#include "fdpass.h"
#include "hands.h"
#include "io.h"
#include "process.h"
#include "run.h"
#include "signals.h"
#include "sys.h"
#include "terminal.h"
#include "userns.h"
#include "wait.h"
#include <string.h>

/* What `capture` keeps; more is cut off. */
#define CAPTURE_MAX (16u << 20)

int hands_userns(struct hands *hands, const struct op *op) {
    const struct hands_userns *arg = (const void *)op->args;
    struct userns userns = {
        .uid_map = arg->uid_map.text,
        .gid_map = arg->gid_map.text,
        .deny_setgroups = arg->deny_setgroups.n != 0,
        .tools = arg->tools.n != 0,
    };
    int namespace = userns_make(&userns);
    return namespace < 0 ? -1 : slot_fill(hands, &arg->into, namespace);
}

int hands_pidfd(struct hands *hands, const struct op *op) {
    const struct hands_pidfd *arg = (const void *)op->args;
    pid_t pid = (pid_t)arg->pid.n;
    if (arg->pid.n == 0 || arg->pid.n > INT32_MAX)
        return failed_with(ESRCH, "pidfd_open", "%u", (unsigned)arg->pid.n);
    autoclose int file = sys_pidfd_open(pid);
    if (file < 0)
        return failed("pidfd_open", "%d", pid);
    /* After opening: if the number has passed to another process since, that one started later. */
    struct process process;
    if (process_look(pid, &process) < 0)
        return failed("pidfd_open", "%d", pid);
    bool other = arg->start_time.n && process.start_time != arg->start_time.n;
    if (other || process_ended(&process))
        return failed_with(ESRCH, "pidfd_open", "%d", pid);
    return slot_fill(hands, &arg->into, steal_fd(&file));
}

int hands_send_pidfd(struct hands *hands, const struct op *op) {
    const struct hands_send_pidfd *arg = (const void *)op->args;
    int socket = slot_of(hands, &arg->socket);
    if (socket < 0)
        return -1;
    /* A child of this process that nobody has reaped: the pid is still its own. */
    pid_t pid = (pid_t)hands->variables.value[VARIABLE_PID];
    autoclose int file = sys_pidfd_open(pid);
    if (file < 0)
        return failed("pidfd_open", "%d", pid);
    if (fds_send(socket, arg->text.text, arg->text.length, &file, 1) < 0)
        return failed("sendmsg", NULL);
    close(steal_fd(&hands->slots[arg->socket.n]));
    return 0;
}

int hands_signal_(struct hands *hands, const struct op *op) {
    const struct hands_signal_ *arg = (const void *)op->args;
    int process = slot_of(hands, &arg->process);
    if (process < 0)
        return -1;
    return sys_pidfd_send_signal(process, (int)arg->signal_.n) < 0 ? failed("pidfd_send_signal", NULL) : 0;
}

int hands_wait_exit(struct hands *hands, const struct op *op) {
    const struct hands_wait_exit *arg = (const void *)op->args;
    int process = slot_of(hands, &arg->process);
    if (process < 0)
        return -1;
    return wait_for(process, POLLIN, deadline_in(arg->deadline.n)) < 0 ? failed("wait", "process") : 0;
}

int hands_hook(struct hands *hands, const struct op *op) {
    const struct hands_hook *arg = (const void *)op->args;
    size_t size;
    autofree char *input = template_render(&arg->stdin_, &hands->variables, &size);
    if (!input)
        return failed("malloc", NULL);
    struct run run = {
        .path = arg->path.text,
        .args = arg->args.list,
        .env = arg->env.list,
        .input = input,
        .input_size = size,
        .timeout = arg->timeout.n,
        .interrupt = signals_descriptor(),
    };
    struct run_result result;
    if (run_program(&run, &result) == 0)
        return 0;
    if (arg->severity.n != SEVERITY_WARN)
        return -1;
    failures_add(&hands->failures, hands->program, failure_of(hands->index, op->name, op->origin));
    return 0;
}

static int keep(struct hands *hands, const char *output, size_t size) {
    char *larger = realloc(hands->captured, hands->captured_size + size + 1);
    if (!larger)
        return failed("malloc", NULL);
    memcpy(larger + hands->captured_size, output, size);
    hands->captured = larger;
    hands->captured_size += size;
    return 0;
}

int hands_capture(struct hands *hands, const struct op *op) {
    const struct hands_capture *arg = (const void *)op->args;
    struct run run = {
        .path = arg->path.text,
        .args = arg->args.list,
        .env = arg->env.list,
        .output_max = CAPTURE_MAX,
        .interrupt = signals_descriptor(),
    };
    struct run_result result;
    int outcome = run_program(&run, &result);
    autofree char *output = result.output;
    if (outcome < 0)
        return -1;
    /* Nothing is output too: the Node layer waits for it. */
    return keep(hands, output ? output : "", result.output_size);
}

int hands_raw_terminal(struct hands *hands, const struct op *op) {
    (void)hands;
    (void)op;
    terminal_raw();
    return 0;
}

int hands_restore_terminal(struct hands *hands, const struct op *op) {
    (void)hands;
    (void)op;
    terminal_restore();
    return 0;
}
