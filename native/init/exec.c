/* The last operation: becoming the user's process. */
#include "executable.h"
#include "home.h"
#include "io.h"
#include "procfs.h"
#include "reaper.h"
#include "reset.h"
#include "stub.h"
#include "sys.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* What `home` says when HOME is not wanted. */
#define NO_HOME (1ull << 32)

static char *variable(const char *name, const char *value) {
    size_t size = strlen(name) + strlen(value) + 2;
    char *text = malloc(size);
    if (text)
        snprintf(text, size, "%s=%s", name, value);
    return text;
}

/* Room for any pid: the user's process may get another one than this. */
#define LISTEN_PID_MAX 32

static void write_listen_pid(char text[LISTEN_PID_MAX]) {
    snprintf(text, LISTEN_PID_MAX, "LISTEN_PID=%d", (int)getpid());
}

static char *home_variable(uint32_t uid) {
    autofree char *home = home_of(uid);
    return home ? variable("HOME", home) : NULL;
}

/* The planned environment and what only this process can know. */
static char **make_environment(struct stub *stub, const struct stub_exec *arg) {
    size_t count = arg->env.list_count;
    char **env = calloc(count + 3, sizeof *env);
    if (!env)
        return NULL;
    for (size_t i = 0; i < count; i++)
        env[i] = arg->env.list[i];
    if (arg->home.n < NO_HOME && !(env[count++] = home_variable((uint32_t)arg->home.n)))
        return NULL;
    if (!arg->listen_pid.n)
        return env;
    if (!(env[count++] = stub->listen_pid = malloc(LISTEN_PID_MAX)))
        return NULL;
    write_listen_pid(stub->listen_pid);
    return env;
}

static bool is_restriction(const struct op *op) {
    return op->code == STUB_SECCOMP || op->code == STUB_LANDLOCK_SELF;
}

/* The slot that an operation between here and execve still uses, or -1. */
static int slot_of(const struct stub *stub, const struct op *op) {
    uint64_t number = op->code == STUB_SECCOMP ? ((const struct stub_seccomp *)op->args)->listener.n
                                               : ((const struct stub_landlock_self *)op->args)->ruleset.n;
    return number < SLOTS_MAX ? stub->slots[number] - 1 : -1;
}

static int ascending(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

/*
 * O_CLOEXEC alone is too late: execve takes the new program's memory, which belongs to the container's user namespace,
 * before it closes what is not to be inherited, and for that moment a process there with CAP_SYS_PTRACE has this one's
 * descriptors, the host's /proc among them. What is left is what tells of a failed execve, and what restrictions need. Before
 * Linux 5.9 there is no such call.
 */
static void close_what_is_done_with(struct stub *stub, int first) {
    enum { KEPT_MAX = 16 };
    int kept[KEPT_MAX] = {stub->control, stub->fifo, stub->reaper};
    size_t count = 3;
    /* From the operation that is being carried out on: it may be the first of the restrictions. */
    for (const struct op *op = stub->next ? stub->next - 1 : NULL;
         op && is_restriction(op) && count < KEPT_MAX; op++)
        kept[count++] = slot_of(stub, op);
    qsort(kept, count, sizeof *kept, ascending);
    for (size_t i = 0; i < count; i++) {
        if (kept[i] < first)
            continue;
        if (kept[i] > first)
            sys_close_range((unsigned)first, (unsigned)kept[i] - 1, 0);
        first = kept[i] + 1;
    }
    sys_close_range((unsigned)first, ~0u, 0);
    stub->procfs = stub->mask = stub->helper = -1;
}

/* All else is O_CLOEXEC already; said once more, since a hook's library or a later change may have opened something. */
static int pass_descriptors(struct stub *stub, uint64_t preserve) {
    if (cloexec_from_at(stub->procfs, 3) < 0)
        return failed("close_range", NULL);
    for (int fd = 3; fd < 3 + (int)preserve; fd++) {
        if (fcntl(fd, F_SETFD, 0) < 0 && errno != EBADF)
            return failed("fcntl(F_SETFD)", "descriptor %d", fd);
    }
    close_what_is_done_with(stub, 3 + (int)preserve);
    return 0;
}

/* Descendants of hooks that died as orphans of pid 1: the user's process has never heard of them. */
static void reap_orphans(void) {
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

static int explain(const char *executable) {
    int error = errno;
    char missing[PATH_MAX];
    /* The report must not kill its writer, now that signals are back at their defaults. */
    signal(SIGPIPE, SIG_IGN);
    if (error == ENOENT && access(executable, F_OK) == 0 &&
        find_missing_interpreter(executable, missing, sizeof missing)) {
        failed_with(error, "interpreter", "%s", missing);
        failure_detail("%s", executable);
        return -1;
    }
    return failed_with(error, "execve", "%s", executable);
}

int prepare_exec(struct stub *stub, const struct stub_exec *arg) {
    if (!stub->executable)
        return failed_with(EINVAL, "execve", "no executable was resolved");
    char **environment = make_environment(stub, arg);
    if (!environment)
        return failed("malloc", NULL);
    /* Said by chdir already; but whatever came after it, nobody starts in a directory outside the container. */
    if (check_directory(stub) < 0)
        return -1;
    if (pass_descriptors(stub, stub->preserve < arg->preserve.n ? stub->preserve : arg->preserve.n) < 0)
        return -1;
    reap_orphans();
    umask(stub->umask);
    reset_signals();
    /* What comes from now on is for the init to pass on. */
    if (stub->reaper >= 0)
        hold_signals();
    stub->environment = environment;
    return 0;
}

int op_reaper(struct stub *stub, const struct stub_reaper *arg) {
    (void)arg;
    int file = open_own_program(stub);
    if (file < 0)
        return failed("open", "/proc/self/exe");
    stub->reaper = raise_fd(file, 3 + (int)stub->preserve);
    return stub->reaper < 0 ? failed("fcntl(F_DUPFD_CLOEXEC)", NULL) : 0;
}

/*
 * A group of its own, in the foreground: what is typed at a terminal reaches the process once, and not also through its
 * init, whose session it is. The init is in place before the process goes on.
 */
static void become_child(struct stub *stub, int init_in_place) {
    char byte;
    while (read(init_in_place, &byte, 1) < 0 && errno == EINTR)
        ;
    pid_t pid = getpid();
    if (setpgid(0, 0) == 0)
        ioctl(0, TIOCSPGRP, &pid);
    reset_signals();
    if (stub->listen_pid)
        write_listen_pid(stub->listen_pid);
}

static int become_init(struct stub *stub, pid_t process) {
    char name[] = REAPER_NAME, pid[16];
    snprintf(pid, sizeof pid, "%d", (int)process);
    char *const arguments[] = {name, pid, NULL}, *const environment[] = {NULL};
    /* Not even what the process inherits; all else is O_CLOEXEC. */
    for (int fd = 3; fd < 3 + (int)stub->preserve; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    syscall(SYS_execveat, stub->reaper, "", arguments, environment, AT_EMPTY_PATH);
    int error = errno;
    kill(process, SIGKILL);
    return failed_with(error, "execveat", "the init process");
}

/* Returns in the process; in what was the stub only if it fails. */
static int leave_init(struct stub *stub) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return failed("pipe2", NULL);
    pid_t process = fork();
    if (process < 0)
        return failed("fork", NULL);
    if (process > 0)
        return become_init(stub, process);
    close(ends[1]);
    become_child(stub, ends[0]);
    close(ends[0]);
    return 0;
}

int prepare_last(struct stub *stub) {
    const struct op *op = stub->next;
    while (op && is_restriction(op))
        op++;
    if (stub->environment || !op || op->code != STUB_EXEC)
        return 0;
    return prepare_exec(stub, (const struct stub_exec *)op->args);
}

int op_exec(struct stub *stub, const struct stub_exec *arg) {
    if (!stub->environment && prepare_exec(stub, arg) < 0)
        return -1;
    if (stub->reaper >= 0 && leave_init(stub) < 0)
        return -1;
    execve(stub->executable, arg->args.list, stub->environment);
    return explain(stub->executable);
}
