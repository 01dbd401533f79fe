#include "stub.h"
#include "criu.h"
#include "init.h"
#include "io.h"
#include "process.h"
#include "sealed.h"
#include "signals.h"
#include "sys.h"
#include "trace.h"
#include "wait.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* Longest wait for a killed process; one in a frozen cgroup or an uninterruptible call does not die sooner. */
#define KILL_MS 10000

/* Descriptors 3 to 2 + preserve are the caller's. One that is ours lies there because the caller did not pass it. */
static int check_preserved(unsigned preserve) {
    for (unsigned fd = 3; fd < 3 + preserve; fd++) {
        int flags = fcntl((int)fd, F_GETFD);
        if (flags < 0 || flags & FD_CLOEXEC)
            return failed_with(EBADF, "preserve", "%u", fd);
    }
    return 0;
}

/* The child has no other way to speak than the record that it would send as a stub. */
_Noreturn static void give_up(int control) {
    unsigned char packet[CHANNEL_MAX];
    send(control, packet, failure_pack(packet, failure_of(0, "spawn", "")), MSG_NOSIGNAL);
    _exit(1);
}

_Noreturn static void become_stub(int binary, int control, int steps, unsigned preserve, pid_t launcher) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != launcher)
        _exit(1);
    signals_release();
    if (cloexec_from(3 + (int)preserve) < 0 || fcntl(control, F_SETFD, 0) < 0 ||
        (steps >= 0 && fcntl(steps, F_SETFD, 0) < 0)) {
        failed("close_range", NULL);
        give_up(control);
    }
    char number[12], steps_number[12];
    snprintf(number, sizeof number, "%d", control);
    snprintf(steps_number, sizeof steps_number, "%d", steps);
    char *const arguments[] = {(char[]){INIT_NAME}, number, steps >= 0 ? steps_number : NULL, NULL};
    char *const environment[] = {NULL};
    sys_execveat(binary, "", arguments, environment, AT_EMPTY_PATH);
    failed("execveat", INIT_NAME);
    give_up(control);
}

/* The child executes the stub at once and until then is in this memory, of which nothing need be copied. */
__attribute__((noinline)) static pid_t fork_stub(int binary, int control, int steps, unsigned preserve) {
    pid_t launcher = getpid();
    pid_t child = vfork();
    if (child == 0)
        become_stub(binary, control, steps, preserve, launcher);
    return child;
}

/* One that was started before its plan was known. */
static struct stub *waiting;
static unsigned waiting_preserve;

static struct stub *start_one(unsigned preserve) {
    if (check_preserved(preserve) < 0)
        return NULL;
    uint64_t start = trace_start();
    autoclose int binary = sealed_copy(), steps = trace_stub();
    trace_step(start, "seal", INIT_NAME);
    if (binary < 0)
        return NULL;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
        failed("socketpair", NULL);
        return NULL;
    }
    autoclose int near = ends[0], far = ends[1];
    autofree struct stub *stub = calloc(1, sizeof *stub);
    start = trace_start();
    pid_t helper = stub ? fork_stub(binary, far, steps, preserve) : -1;
    if (helper < 0) {
        failed("vfork", NULL);
        return NULL;
    }
    trace_step(start, "fork", INIT_NAME);
    trace_stub_forked(start);
    struct stub *started = stub;
    *started = (struct stub){.helper = helper, .control = steal_fd(&near), .criu = -1};
    stub = NULL;
    return started;
}

void stub_expect(unsigned preserve) {
    if (waiting)
        return;
    waiting = start_one(preserve);
    waiting_preserve = preserve;
    /* Whatever went wrong will go wrong again, and be told, if a plan really wants one. */
    failure_reset();
}

void stub_unexpect(void) {
    if (waiting)
        stubs_kill(waiting);
    free_memory(&waiting);
}

struct stub *stub_start(unsigned program, unsigned preserve) {
    struct stub *stub = waiting;
    if (stub && waiting_preserve != preserve) {
        stub_unexpect();
        stub = NULL;
    }
    waiting = NULL;
    if (!stub)
        stub = start_one(preserve);
    if (stub)
        stub->program = program;
    return stub;
}

/* A descriptor for reading that holds the program. Never executable, whatever vm.memfd_noexec says. */
static int program_file(const void *bytes, size_t size) {
    autoclose int file = memfd_create("railcar-program", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
    if (file < 0 && errno == EINVAL)
        file = memfd_create("railcar-program", MFD_CLOEXEC);
    if (file < 0)
        return failed("memfd_create", "program");
    if (write_full(file, bytes, size) < 0 || lseek(file, 0, SEEK_SET) < 0)
        return failed("write", "program");
    return steal_fd(&file);
}

int stub_instruct(struct stub *stub, const void *bytes, size_t size, const uint64_t *slots, const int *fds,
    size_t count, uint64_t preserve) {
    if (count > CHANNEL_MAX_SLOTS)
        return failed_with(E2BIG, "spawn", "more than %d slots", CHANNEL_MAX_SLOTS);
    autoclose int program = program_file(bytes, size);
    if (program < 0)
        return -1;
    uint64_t words[CHANNEL_MAX_WORDS] = {count};
    int passed[CHANNEL_MAX_SLOTS + 1] = {program};
    for (size_t i = 0; i < count; i++) {
        words[1 + i] = slots[i];
        passed[1 + i] = fds[i];
    }
    words[1 + count] = preserve;
    if (channel_send(stub->control, CHANNEL_PROGRAM, words, count + 2, passed, count + 1) == 0)
        return 0;
    /* It may be gone already, and then it has said why. */
    return errno == EPIPE || errno == ECONNRESET ? 0 : failed("sendmsg", "program");
}

int stub_receive(struct stub *stub, struct channel_packet *packet) {
    if (stub->control < 0)
        return failed_with(ENOTCONN, "stub", NULL);
    if (wait_for(stub->control, POLLIN, NO_DEADLINE) < 0)
        return failed("wait", "stub");
    int outcome = channel_receive(stub->control, packet);
    /* It ended before it had read all that it was sent. The kernel says so first; what it had to say itself comes next. */
    if (outcome < 0 && errno == ECONNRESET)
        outcome = channel_receive(stub->control, packet);
    if (outcome < 0 && errno != ECONNRESET)
        return failed("recvmsg", "stub");
    return outcome > 0;
}

/* Whoever has closed the last end of the channel is past the point where a signal changes how it ends. */
static int end_of(pid_t pid) {
    int status = 0;
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

int stub_died(struct stub *stub) {
    int status = 0;
    if (stub->pid)
        status = end_of(stub->pid);
    else if (stub->helper)
        status = end_of(stub->helper);
    if (stub->pid)
        stub->pid = 0;
    else
        stub->helper = 0;
    failed_with(status ? 0 : EPIPE, "stub", NULL);
    failure_status(status);
    return -1;
}

bool stub_failed_to_exec(struct stub *stub) {
    siginfo_t info = {0};
    /* Without a clone it is the helper that executes something. */
    pid_t pid = stub->pid ? stub->pid : stub->helper;
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
        return false;
    /* A zombie keeps the name of what it executed last. */
    struct process process;
    return process_look(pid, &process) == 0 && strcmp(process.name, STUB_NAME) == 0;
}

static void kill_and_reap(pid_t *pid) {
    if (*pid <= 0)
        return;
    kill(*pid, SIGKILL);
    autoclose int process = sys_pidfd_open(*pid);
    uint64_t deadline = deadline_in(KILL_MS);
    /* A further signal must not leave a process behind. */
    while (process >= 0 && wait_for(process, POLLIN, deadline) < 0 && errno == EINTR)
        ;
    waitpid(*pid, NULL, WNOHANG);
    *pid = 0;
}

/* What the helper has reported before it was killed. */
static void learn_pid(struct stub *stub) {
    struct channel_packet packet;
    struct pollfd control = {.fd = stub->control, .events = POLLIN};
    while (!stub->pid && poll(&control, 1, 0) > 0 && channel_receive(stub->control, &packet) > 0) {
        if (packet.type == CHANNEL_REPORT && packet.word_count == 2 && packet.words[1])
            stub->pid = (pid_t)packet.words[1];
        for (size_t i = 0; i < packet.fd_count; i++)
            close(packet.fds[i]);
    }
}

/* A helper that was killed between its clone and its report leaves a child that nobody has named. */
static void kill_unnamed(void) {
    char path[64], list[4096];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    autoclose int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read_full(file, list, sizeof list - 1);
    list[size < 0 ? 0 : size] = '\0';
    for (char *save = NULL, *word = strtok_r(list, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        pid_t pid = atoi(word);
        struct process process;
        if (process_look(pid, &process) == 0 && strcmp(process.name, STUB_NAME) == 0)
            kill_and_reap(&pid);
    }
}

void stubs_kill(struct stub *stubs) {
    for (struct stub *stub = stubs; stub; stub = stub->next) {
        criu_abandon(stub);
        kill_and_reap(&stub->helper);
        if (stub->control >= 0)
            learn_pid(stub);
        if (stub->pid == 0)
            kill_unnamed();
        kill_and_reap(&stub->pid);
        close_descriptor(&stub->control);
        stub->control = -1;
    }
}

void stubs_settle(struct stub *stubs) {
    for (struct stub *stub = stubs; stub; stub = stub->next) {
        if (stub->helper > 0)
            waitpid(stub->helper, NULL, 0);
        stub->helper = 0;
    }
}
