#include "run.h"
#include "fail.h"
#include "io.h"
#include "reset.h"
#include "sys.h"
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

/* One run: its pipes (our ends), its process, and what is still to be written. -1: closed. */
struct running {
    const struct run *run;
    struct run_result *result;
    int input, output, errors, report;
    int pidfd;
    pid_t pid;
    size_t written;
    size_t tail_size;
    uint64_t deadline; /* 0: none */
};

enum { INPUT, OUTPUT, ERRORS, EXIT, INTERRUPT, WATCHED };

static int start(struct running *running);
_Noreturn static void become_program(
    const struct run *run, const int child_ends[3], int report, pid_t parent);
static int tend(struct running *running);
static int conclude(struct running *running);

static void end_run(struct running *running) {
    close_descriptor(&running->input);
    close_descriptor(&running->output);
    close_descriptor(&running->errors);
    close_descriptor(&running->report);
    close_descriptor(&running->pidfd);
}

int run_program(const struct run *run, struct run_result *result) {
    *result = (struct run_result){0};
    struct running running __attribute__((cleanup(end_run))) = {
        .run = run, .result = result, .input = -1, .output = -1, .errors = -1, .report = -1, .pidfd = -1};
    /* A hook need not read its input: writing to it then must not kill the runtime. */
    struct sigaction ignore = {.sa_handler = SIG_IGN}, saved;
    sigaction(SIGPIPE, &ignore, &saved);
    int outcome = start(&running) < 0 ? -1 : tend(&running);
    sigaction(SIGPIPE, &saved, NULL);
    return outcome;
}

static uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Both ends lie above 3, so that the child can put them in place without overwriting one with another. */
static int open_pipe(int *read_end, int *write_end) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return failed("pipe2", NULL);
    *read_end = raise_fd(ends[0], 4);
    *write_end = raise_fd(ends[1], 4);
    if (*read_end < 0 || *write_end < 0)
        return failed("fcntl(F_DUPFD_CLOEXEC)", NULL);
    return 0;
}

static int start(struct running *running) {
    autoclose int input = -1, output = -1, errors = -1, report = -1;
    if (open_pipe(&input, &running->input) < 0 || open_pipe(&running->output, &output) < 0 ||
        open_pipe(&running->errors, &errors) < 0 || open_pipe(&running->report, &report) < 0)
        return -1;
    fcntl(running->input, F_SETFL, O_NONBLOCK);
    fcntl(running->output, F_SETFL, O_NONBLOCK);
    fcntl(running->errors, F_SETFL, O_NONBLOCK);
    if (running->run->timeout)
        running->deadline = now_ms() + running->run->timeout;

    pid_t parent = getpid();
    running->pid = fork();
    if (running->pid < 0)
        return failed("fork", NULL);
    if (running->pid == 0)
        become_program(running->run, (const int[3]){input, output, errors}, report, parent);
    /* Also here, so that a kill of the group finds it whoever runs first. */
    setpgid(running->pid, running->pid);
    running->pidfd = sys_pidfd_open(running->pid);
    if (running->pidfd < 0) {
        failed("pidfd_open", NULL);
        kill(running->pid, SIGKILL);
        waitpid(running->pid, NULL, 0);
        return -1;
    }
    return 0;
}

_Noreturn static void become_program(
    const struct run *run, const int child_ends[3], int report, pid_t parent) {
    setpgid(0, 0);
    /* Nobody would end a hook whose runtime has been killed. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    reset_signals();
    for (int fd = 0; fd < 3; fd++)
        dup2(child_ends[fd], fd);
    /* Descriptors that the caller passed on for the container are not for hooks. */
    dup3(report, 3, O_CLOEXEC);
    sys_close_range(4, ~0u, 0);
    char *alone[] = {(char *)(uintptr_t)run->path, NULL};
    char *nothing[] = {NULL};
    execve(run->path, run->args && run->args[0] ? run->args : alone, run->env ? run->env : nothing);
    int error = errno;
    write_full(3, &error, sizeof error);
    _exit(127);
}

/* Writes what fits into the pipe; a reader that has gone away wants no more. */
static void feed(struct running *running) {
    const struct run *run = running->run;
    ssize_t put = write(running->input, run->input + running->written, run->input_size - running->written);
    if (put > 0)
        running->written += (size_t)put;
    if (running->written == run->input_size || (put < 0 && errno != EAGAIN && errno != EINTR))
        close(steal_fd(&running->input));
}

static void keep_output(struct running *running, const char *bytes, size_t size) {
    struct run_result *result = running->result;
    size_t room = running->run->output_max - result->output_size;
    if (size > room)
        size = room;
    char *larger = size ? realloc(result->output, result->output_size + size + 1) : NULL;
    if (!larger)
        return;
    memcpy(larger + result->output_size, bytes, size);
    result->output = larger;
    result->output_size += size;
    larger[result->output_size] = '\0';
}

/* Keeps the last RUN_TAIL bytes. */
static void keep_tail(struct running *running, const char *bytes, size_t size) {
    char *tail = running->result->tail;
    if (size > RUN_TAIL) {
        bytes += size - RUN_TAIL;
        size = RUN_TAIL;
    }
    size_t total = running->tail_size + size;
    size_t drop = total > RUN_TAIL ? total - RUN_TAIL : 0;
    memmove(tail, tail + drop, running->tail_size - drop);
    memcpy(tail + running->tail_size - drop, bytes, size);
    running->tail_size = total - drop;
    tail[running->tail_size] = '\0';
}

/* Takes what the pipe holds now. Returns whether more may come. */
static bool drain(
    struct running *running, int fd, void (*keep)(struct running *running, const char *bytes, size_t size)) {
    char buffer[4096];
    for (;;) {
        ssize_t got = read(fd, buffer, sizeof buffer);
        if (got > 0)
            keep(running, buffer, (size_t)got);
        else
            return got < 0 && (errno == EAGAIN || errno == EINTR);
    }
}

static int remaining(const struct running *running) {
    if (!running->deadline)
        return -1;
    uint64_t now = now_ms();
    if (now >= running->deadline)
        return 0;
    uint64_t left = running->deadline - now;
    return left > INT32_MAX ? INT32_MAX : (int)left;
}

static int give_up(struct running *running, int error, const char *step) {
    /* The whole group: a shell's child would otherwise outlive its hook. */
    kill(-running->pid, SIGKILL);
    sys_pidfd_send_signal(running->pidfd, SIGKILL);
    waitpid(running->pid, &running->result->status, 0);
    drain(running, running->errors, keep_tail);
    failed_with(error, step, "%s", running->run->path);
    failure_status(running->result->status);
    failure_detail("%s", running->result->tail);
    return -1;
}

/* Serves the pipes until the process has exited. Its children may keep the pipes open for ever: nobody waits for them. */
static int tend(struct running *running) {
    if (!running->run->input_size)
        close(steal_fd(&running->input));
    for (;;) {
        struct pollfd watched[WATCHED] = {
            [INPUT] = {.fd = running->input, .events = POLLOUT},
            [OUTPUT] = {.fd = running->output, .events = POLLIN},
            [ERRORS] = {.fd = running->errors, .events = POLLIN},
            [EXIT] = {.fd = running->pidfd, .events = POLLIN},
            [INTERRUPT] = {.fd = running->run->interrupt > 0 ? running->run->interrupt : -1,
                .events = POLLIN},
        };
        int left = remaining(running);
        int ready = poll(watched, WATCHED, left);
        if (ready < 0 && errno != EINTR)
            return failed("poll", NULL);
        if (ready == 0 && remaining(running) == 0)
            return give_up(running, ETIMEDOUT, "timeout");
        if (ready <= 0)
            continue;
        if (watched[INPUT].revents)
            feed(running);
        if (watched[OUTPUT].revents && !drain(running, running->output, keep_output))
            close(steal_fd(&running->output));
        if (watched[ERRORS].revents && !drain(running, running->errors, keep_tail))
            close(steal_fd(&running->errors));
        if (watched[EXIT].revents)
            return conclude(running);
        if (watched[INTERRUPT].revents)
            return give_up(running, EINTR, "interrupt");
    }
}

static int conclude(struct running *running) {
    struct run_result *result = running->result;
    /* By pid, never any child: pid 1 of a container has children that are not its own (orphans). */
    while (waitpid(running->pid, &result->status, 0) < 0) {
        if (errno != EINTR)
            return failed("waitpid", NULL);
    }
    if (running->output >= 0)
        drain(running, running->output, keep_output);
    if (running->errors >= 0)
        drain(running, running->errors, keep_tail);
    int error = 0;
    if (read_full(running->report, &error, sizeof error) == sizeof error)
        return failed_with(error, "execve", "%s", running->run->path);
    if (result->status == 0)
        return 0;
    failed_with(0, "exit", "%s", running->run->path);
    failure_status(result->status);
    failure_detail("%s", result->tail);
    return -1;
}
