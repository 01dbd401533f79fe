/*
 * A pair of hands for the stub's live tests: executes itself as the stub, gives it a program and slots, lets it past every
 * barrier, and prints what it reports, a line each. Its exit status is the stub's process's.
 *
 *   drive PROGRAM PRESERVE [SLOT=KIND:PATH ...]      KIND: p (O_PATH), r (O_RDONLY), c (console: a socket, no path)
 */
#include "channel.h"
#include "fail.h"
#include "fdpass.h"
#include "init.h"
#include "io.h"
#include "ops.h"
#include "sys.h"
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

static int console = -1;

/*
 * DENY, a list of system call numbers: they fail with ENOSYS in the stub, as on an older kernel, so that the ways around
 * them are tested.
 */
static void deny_calls(const char *list) {
    struct sock_filter filter[64] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0}};
    unsigned short length = 1;
    for (char *end; *list && length < 61; list = end + (*end == ',')) {
        filter[length++] =
            (struct sock_filter){BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (unsigned)strtoul(list, &end, 10)};
        filter[length++] = (struct sock_filter){BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS};
    }
    filter[length++] = (struct sock_filter){BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
    const struct sock_fprog program = {.len = length, .filter = filter};
    if (length > 2 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
        bail("seccomp", NULL);
}

static int open_slot(const char *kind) {
    int ends[2];
    switch (kind[0]) {
    case 'p':
        return open(kind + 2, O_PATH | O_CLOEXEC);
    case 'r':
        return open(kind + 2, O_RDONLY | O_CLOEXEC);
    case 'c':
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
            return -1;
        console = ends[0];
        return ends[1];
    default:
        errno = EINVAL;
        return -1;
    }
}

static void send_program(int control, int argc, char **argv) {
    uint64_t words[CHANNEL_MAX_WORDS];
    int fds[CHANNEL_MAX_SLOTS + 1];
    int count = argc - 3;
    if ((fds[0] = open(argv[1], O_RDONLY | O_CLOEXEC)) < 0)
        bail("open", "%s", argv[1]);
    words[0] = (uint64_t)count;
    for (int i = 0; i < count; i++) {
        char *end;
        words[1 + i] = strtoull(argv[3 + i], &end, 10);
        if ((fds[1 + i] = open_slot(end + 1)) < 0)
            bail("open", "%s", argv[3 + i]);
    }
    words[1 + count] = strtoull(argv[2], NULL, 10);
    if (channel_send(control, CHANNEL_PROGRAM, words, (size_t)count + 2, fds, (size_t)count + 1) < 0)
        bail("send", "program");
    for (int i = 0; i <= count; i++)
        close(fds[i]);
}

static void print_failure(const struct failure *failure) {
    printf("failure %" PRIu64 " %d %d|%s|%s|%s|%s|%s\n", failure->index, failure->error, failure->status,
        failure->op, failure->origin, failure->step, failure->subject, failure->detail);
}

/* What the container writes to its terminal, until it hangs up. */
static void copy_terminal(int master) {
    char text[4096];
    for (ssize_t size; (size = read(master, text, sizeof text)) > 0;) {
        fflush(stdout);
        write_full(1, text, (size_t)size);
    }
}

static int receive_console(void) {
    char name[64] = "";
    int master = -1;
    size_t count = 1;
    if (fds_receive(console, name, sizeof name - 1, &master, &count) > 0)
        printf("console %s\n", name);
    return master;
}

int main(int argc, char **argv) {
    if (strcmp(argv[0], INIT_NAME) == 0)
        init_main(atoi(argv[1]), -1);
    if (argc < 3)
        bailx("usage", "drive PROGRAM PRESERVE [SLOT=KIND:PATH ...]");
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        bail("socketpair", NULL);
    int far = fcntl(ends[1], F_DUPFD, 100);
    setlinebuf(stdout);
    if (fork() == 0) {
        char number[12];
        snprintf(number, sizeof number, "%d", far);
        char *const arguments[] = {(char[]){INIT_NAME}, number, NULL};
        deny_calls(getenv("DENY") ? getenv("DENY") : "");
        execv("/proc/self/exe", arguments);
        bail("execv", NULL);
    }
    close(far);
    close(ends[1]);
    send_program(ends[0], argc, argv);
    pid_t pid = 0;
    int master = -1;
    struct channel_packet packet;
    for (int got; (got = channel_receive(ends[0], &packet)) != 0;) {
        if (got < 0)
            bail("receive", NULL);
        if (packet.type == CHANNEL_FAILURE)
            print_failure(&packet.failure);
        if (packet.type == CHANNEL_SLOT)
            master = packet.fds[0];
        if (packet.type != CHANNEL_REPORT)
            continue;
        printf("report %" PRIu64 "\n", packet.words[0]);
        if (packet.word_count > 1)
            pid = (pid_t)packet.words[1];
        if (packet.words[0] == BARRIER_MOUNTED)
            channel_send(ends[0], CHANNEL_RELEASE,
                (uint64_t[]){packet.words[0], (uint64_t)pid, 77, (uint64_t)getpid()}, 4, NULL, 0);
    }
    puts("end");
    if (console >= 0)
        master = receive_console();
    if (master >= 0)
        copy_terminal(master);
    int status = 0, last = 0;
    for (pid_t reaped; (reaped = waitpid(-1, &status, __WALL)) > 0;) {
        if (reaped == pid || !pid)
            last = status;
    }
    return WIFSIGNALED(last) ? 128 + WTERMSIG(last) : WEXITSTATUS(last);
}
