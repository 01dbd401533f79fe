/* Operations on stubs: starting one, meeting it at barriers, and letting a created container go. */
#include "hands.h"
#include "io.h"
#include "message.h"
#include "process.h"
#include "stub.h"
#include "sys.h"
#include "trace.h"
#include "wait.h"
#include <stdio.h>
#include <string.h>

static int find_slots(struct hands *hands, const union arg *slots, int fds[CHANNEL_MAX_SLOTS]) {
    if (slots->number_count > CHANNEL_MAX_SLOTS)
        return failed_with(E2BIG, "slots", NULL);
    for (size_t i = 0; i < slots->number_count; i++) {
        fds[i] = slot_of(hands, &(union arg){.n = slots->numbers[i]});
        if (fds[i] < 0)
            return -1;
    }
    return 0;
}

int hands_spawn(struct hands *hands, const struct op *op) {
    const struct hands_spawn *arg = (const void *)op->args;
    int fds[CHANNEL_MAX_SLOTS];
    if (find_slots(hands, &arg->pass, fds) < 0)
        return -1;
    if (arg->preserve.n > PRESERVE_MAX)
        return failed_with(EBADF, "preserve", NULL);
    const struct stub_program *program = &hands->plan->stubs[arg->program.n];
    struct stub *stub = stub_start((unsigned)arg->program.n, (unsigned)arg->preserve.n);
    if (!stub)
        return -1;
    stub->next = hands->stubs;
    hands->stubs = stub;
    /* Of one that does not clone, the only pid that there is. */
    hands->variables.value[VARIABLE_PID] = (uint64_t)stub->helper;
    trace_stub_program(program->bytes, program->size);
    if (stub_instruct(stub, program->bytes, program->size, arg->pass.numbers, fds, arg->pass.number_count,
            arg->preserve.n) == 0)
        return 0;
    /* An operation that fails has done nothing: there is no undo for it. */
    stubs_kill(stub);
    return -1;
}

static struct stub *latest(const struct hands *hands) {
    if (!hands->stubs)
        failed_with(ECHILD, "stub", NULL);
    return hands->stubs;
}

/* The next packet that is no failure: 1, 0 when the stub has hung up, or -1. */
static int hear(struct hands *hands, struct stub *stub, struct channel_packet *packet) {
    int outcome = stub_receive(stub, packet);
    if (outcome > 0 && packet->type == CHANNEL_FAILURE)
        return hands_blame(hands, PROGRAM_STUBS + stub->program, &packet->failure);
    return outcome;
}

static int meet(struct hands *hands, struct stub *stub, const struct channel_packet *packet) {
    if (packet->words[0] != BARRIER_CLONED)
        return 0;
    stub->pid = (pid_t)packet->words[1];
    struct process process;
    if (process_look(stub->pid, &process) < 0)
        return failed("open", "/proc/%d/stat", stub->pid);
    hands->variables.value[VARIABLE_PID] = (uint64_t)stub->pid;
    hands->variables.value[VARIABLE_START_TIME] = process.start_time;
    return 0;
}

int hands_await(struct hands *hands, const struct op *op) {
    const struct hands_await *arg = (const void *)op->args;
    struct stub *stub = latest(hands);
    if (!stub)
        return -1;
    struct channel_packet packet;
    int outcome = hear(hands, stub, &packet);
    if (outcome < 0)
        return -1;
    if (outcome == 0)
        return stub_died(stub);
    if (packet.type != CHANNEL_REPORT || packet.word_count < 1 || packet.words[0] != arg->barrier.n)
        return failed_with(EPROTO, "stub", NULL);
    if (arg->barrier.n == BARRIER_CLONED && (packet.word_count < 2 || packet.words[1] == 0))
        return failed_with(EPROTO, "stub", "pid");
    return meet(hands, stub, &packet);
}

int hands_release(struct hands *hands, const struct op *op) {
    const struct hands_release *arg = (const void *)op->args;
    struct stub *stub = latest(hands);
    if (!stub)
        return -1;
    const uint64_t words[] = {
        arg->barrier.n,
        hands->variables.value[VARIABLE_PID],
        hands->variables.value[VARIABLE_START_TIME],
        hands->variables.value[VARIABLE_SELF],
    };
    if (channel_send(stub->control, CHANNEL_RELEASE, words, sizeof words / sizeof *words, NULL, 0) < 0)
        return failed("sendmsg", "release");
    return 0;
}

int hands_pass(struct hands *hands, const struct op *op) {
    const struct hands_pass *arg = (const void *)op->args;
    struct stub *stub = latest(hands);
    int fds[CHANNEL_MAX_SLOTS];
    if (!stub || find_slots(hands, &arg->slots, fds) < 0)
        return -1;
    size_t count = arg->slots.number_count;
    if (channel_send(stub->control, CHANNEL_SLOTS, arg->slots.numbers, count, fds, count) == 0)
        return 0;
    /* It may be gone already, and then it has said why. */
    return errno == EPIPE || errno == ECONNRESET ? 0 : failed("sendmsg", "slots");
}

int hands_receive(struct hands *hands, const struct op *op) {
    const struct hands_receive *arg = (const void *)op->args;
    struct stub *stub = latest(hands);
    if (!stub)
        return -1;
    struct channel_packet packet;
    int outcome = hear(hands, stub, &packet);
    if (outcome <= 0)
        return outcome < 0 ? -1 : stub_died(stub);
    if (packet.type != CHANNEL_SLOT || packet.fd_count != 1)
        return failed_with(EPROTO, "stub", "slot");
    return slot_fill(hands, &arg->into, packet.fds[0]);
}

int hands_await_exec(struct hands *hands, const struct op *op) {
    (void)op;
    struct stub *stub = latest(hands);
    if (!stub)
        return -1;
    struct channel_packet packet;
    int outcome = hear(hands, stub, &packet);
    if (outcome != 0)
        return outcome < 0 ? -1 : failed_with(EPROTO, "stub", NULL);
    if (stub_failed_to_exec(stub))
        return stub_died(stub);
    trace_stub_executed();
    close_descriptor(&stub->control);
    stub->control = -1;
    return 0;
}

/* The pid behind a pidfd, 0 once the process is reaped. */
static pid_t pid_behind(int pidfd) {
    char path[40], text[512];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
    autoclose int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read_full(file, text, sizeof text - 1);
    if (size < 0)
        return 0;
    text[size] = '\0';
    const char *line = strstr(text, "\nPid:");
    int pid = line ? atoi(line + strlen("\nPid:")) : 0;
    return pid > 0 ? pid : 0;
}

/* Whether the container's process ended before it executed anything of the user's: a zombie keeps its last name. */
static bool ended_as_stub(int pidfd) {
    struct pollfd watched = {.fd = pidfd, .events = POLLIN};
    if (pidfd < 0 || poll(&watched, 1, 0) <= 0)
        return false;
    struct process process;
    pid_t pid = pid_behind(pidfd);
    return pid && process_look(pid, &process) == 0 && strcmp(process.name, STUB_NAME) == 0;
}

/* Waits for the stub to open the fifo and to write or close it; a dead one never does. */
static int wait_for_writer(int fifo, int pidfd) {
    struct pollfd watched[] = {{.fd = fifo, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
    if (wait_any(watched, 2, NO_DEADLINE) < 0)
        return failed("wait", "fifo");
    /* Both may be true: a record in the fifo says more. */
    return watched[0].revents ? 0 : failed_with(ESRCH, "stub", NULL);
}

static int read_record(int fifo, int pidfd, unsigned char record[CHANNEL_MAX], size_t *size) {
    for (*size = 0; *size < CHANNEL_MAX;) {
        if (wait_for_writer(fifo, pidfd) < 0)
            return -1;
        ssize_t got = read(fifo, record + *size, CHANNEL_MAX - *size);
        if (got < 0 && errno != EAGAIN && errno != EINTR)
            return failed("read", "fifo");
        if (got == 0)
            break;
        if (got > 0)
            *size += (size_t)got;
    }
    return 0;
}

int hands_read_fifo(struct hands *hands, const struct op *op) {
    const struct hands_read_fifo *arg = (const void *)op->args;
    int pidfd = arg->process.n == NO_SLOT ? -1 : slot_of(hands, &arg->process);
    if (arg->process.n != NO_SLOT && pidfd < 0)
        return -1;
    const char *path = arg->path.text;
    /* Non-blocking: if the stub is dead, nobody ever opens the other end. */
    autoclose int fifo = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    if (fifo < 0)
        return failed("open", "%s", path);
    /* The stub goes on from here, whatever happens to this process: so the container is no longer `created`. */
    if (unlink(path) < 0)
        return failed("unlink", "%s", path);
    unsigned char record[CHANNEL_MAX];
    size_t size;
    if (read_record(fifo, pidfd, record, &size) < 0)
        return -1;
    struct failure failure;
    if (size == 0)
        return ended_as_stub(pidfd) ? failed_with(ESRCH, "stub", NULL) : 0;
    if (failure_unpack(&failure, record, size) < 0)
        return failed("read", "%s", path);
    /* A hook that fails ends the container; a program that cannot be executed leaves one that has stopped. */
    hands->effective = strcmp(failure.op, "hook") == 0;
    return hands_blame(hands, PROGRAM_STUBS, &failure);
}
