#include "worker.h"
#include "io.h"
#include "node.h"
#include "say.h"
#include "signals.h"
#include "sys.h"
#include <grp.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Where a worker finds its sockets. */
enum { LISTENING = 3, CONTROL = 4, FIRST_OTHER = 5 };

/*
 * Whom root's worker becomes: an id in a range that nobody hands out (systemd's UIDS-GIDS.md calls it unused). Not
 * "nobody": whoever runs under the same id may trace the worker, and what the worker says is done by root.
 */
#define WORKER_ID 0x72630000u

_Noreturn static void give_up(const char *action) {
    char text[256];
    int size = snprintf(text, sizeof text, "%c%d %s", WORKER_FAILED, errno, action);
    send(CONTROL, text, (size_t)size, MSG_NOSIGNAL);
    _exit(1);
}

static void arrange_descriptors(int listening, int control) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (dup2(control, CONTROL) < 0 || dup2(listening, LISTENING) < 0)
        give_up("arrange descriptors");
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        give_up("open \"/dev/null\"");
    if (sys_close_range(FIRST_OTHER, ~0u, 0) < 0)
        give_up("close descriptors");
}

static void set_limits(void) {
    struct rlimit none = {0};
    setrlimit(RLIMIT_CORE, &none);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* What has been inherited or can be regained by executing something. */
static void drop_bounding(void) {
    for (unsigned long number = 0; prctl(PR_CAPBSET_READ, number) >= 0; number++) {
        if (prctl(PR_CAPBSET_READ, number) == 1)
            prctl(PR_CAPBSET_DROP, number);
    }
}

static void leave_root(void) {
    /* It never needs a network; where the kernel refuses, it has one that it does not use. */
    (void)!unshare(CLONE_NEWNET | CLONE_NEWIPC);
    drop_bounding();
    if (setgroups(0, NULL) < 0 || setresgid(WORKER_ID, WORKER_ID, WORKER_ID) < 0 ||
        setresuid(WORKER_ID, WORKER_ID, WORKER_ID) < 0)
        give_up("become the user of the standby");
}

static void drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &header, none) < 0)
        give_up("drop capabilities");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        give_up("set no_new_privs");
}

_Noreturn static void become_worker(int listening, int control, const struct standby_wish *wish) {
    signals_release();
    /* A terminal's signals are for the supervisor. */
    setsid();
    arrange_descriptors(listening, control);
    set_limits();
    umask(077);
    if (chdir("/") < 0)
        give_up("change to \"/\"");
    if (geteuid() == 0)
        leave_root();
    drop_capabilities();
    char numbers[3][24];
    const uint64_t values[] = {wish->idle_exit, wish->max_commands, wish->max_memory};
    for (int i = 0; i < 3; i++)
        snprintf(numbers[i], sizeof numbers[i], "%" PRIu64, values[i]);
    char *const options[] = {(char[]){"--standby"}, numbers[0], numbers[1], numbers[2], NULL};
    /* A small heap stays in the processor's caches and is cleared often: as fast, and half the memory. */
    char *const flags[] = {(char[]){"--max-semi-space-size=1"}, (char[]){"--max-old-space-size=64"}, NULL};
    node_execute(flags, options);
    give_up("execute the Node layer");
}

int worker_start(struct worker *worker, int listening, const struct standby_wish *wish) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    autoclose int near = ends[0], far = ends[1];
    /* dup2() onto itself would leave it O_CLOEXEC, and onto the other would lose it. */
    far = raise_fd(far, FIRST_OTHER);
    autoclose int socket = fcntl(listening, F_DUPFD_CLOEXEC, FIRST_OTHER);
    if (far < 0 || socket < 0)
        return -1;
    pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid == 0)
        become_worker(socket, far, wish);
    *worker = (struct worker){.phase = WORKER_STARTING, .pid = pid, .control = steal_fd(&near)};
    return 0;
}

int worker_hear(struct worker *worker) {
    char heard[sizeof worker->words - 1];
    ssize_t size = worker->control < 0 ? -1 : recv(worker->control, heard, sizeof heard, MSG_DONTWAIT);
    /* What it has closed is not listened to any more; that it has ended is told by SIGCHLD. */
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
        worker_stop(worker);
    if (size <= 0)
        return 0;
    if (heard[0] == WORKER_FAILED) {
        memcpy(worker->words, heard + 1, (size_t)size - 1);
        worker->words[size - 1] = '\0';
    }
    return heard[size - 1] == WORKER_RETIRES || heard[size - 1] == WORKER_IDLE ? heard[size - 1] : heard[0];
}

void worker_ask(struct worker *worker) {
    /* One that cannot even take the question does not answer it. */
    (void)!send(worker->control, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void worker_stop(struct worker *worker) {
    if (worker->control >= 0)
        close(steal_fd(&worker->control));
    worker->control = -1;
}

void worker_explain(const struct worker *worker, int status) {
    char *action;
    int error = (int)strtol(worker->words, &action, 10);
    if (worker->words[0])
        say_error(error, "cannot start the Node layer \"%s\": cannot%s", node_engine, action);
    else if (WIFSIGNALED(status))
        say("the Node layer of the standby was killed by signal %d", WTERMSIG(status));
    else
        say("the Node layer of the standby ended with exit status %d", WEXITSTATUS(status));
}
