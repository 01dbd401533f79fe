#include "node.h"
#include "io.h"
#include "say.h"
#include "sys.h"
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define ENGINE LIBDIR "/engine"
#define LAYER LIBDIR "/railcar.cjs"

const char *const node_engine = ENGINE;
const char *const node_folder = LIBDIR;

/* Where the Node layer finds its socket. */
enum { NODE_SOCKET = 3 };
/* Exit statuses of a child that did not become Node, which itself uses none of them. */
enum { NO_DESCRIPTORS = 124, NO_ENGINE = 125 };

int node_execute(char *const *flags, char *const *options) {
    char *arguments[NODE_ARGUMENTS_MAX + 1] = {(char[]){ENGINE}};
    int count = 1;
    while (*flags && count < NODE_ARGUMENTS_MAX - 1)
        arguments[count++] = *flags++;
    arguments[count++] = (char[]){LAYER};
    while (*options && count < NODE_ARGUMENTS_MAX)
        arguments[count++] = *options++;
    /* No variable of the caller's may steer a program that decides for root (NODE_OPTIONS, SSL_CERT_FILE, …). */
    char *const environment[] = {NULL};
    return execve(ENGINE, arguments, environment);
}

_Noreturn static void become_node(int socket, pid_t launcher) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != launcher)
        _exit(NO_DESCRIPTORS);
    signal(SIGPIPE, SIG_DFL);
    /* Never the caller's descriptors: on exit Node resets terminals and leaves shared pipes non-blocking. */
    if (dup2(socket, NODE_SOCKET) < 0)
        _exit(NO_DESCRIPTORS);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(NO_DESCRIPTORS);
    sys_close_range(NODE_SOCKET + 1, ~0u, 0);
    char *const none[] = {NULL};
    node_execute(none, none);
    _exit(NO_ENGINE);
}

int node_start(struct node *node) {
    *node = (struct node){.socket = -1};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    autoclose int near = ends[0], far = ends[1];
    /* dup2() onto itself would leave it O_CLOEXEC. */
    far = raise_fd(far, NODE_SOCKET + 1);
    if (far < 0)
        return -1;
    pid_t launcher = getpid();
    node->pid = fork();
    if (node->pid < 0)
        return -1;
    if (node->pid == 0)
        become_node(far, launcher);
    node->socket = steal_fd(&near);
    return 0;
}

/* V8 ends itself by a trap where it may not write code while it runs, which is what SELinux calls execmem. */
static const char *why_killed(int signal) {
    char enforcing = '0';
    autoclose int file = signal == SIGTRAP ? open("/sys/fs/selinux/enforce", O_RDONLY | O_CLOEXEC) : -1;
    bool denied = file >= 0 && read(file, &enforcing, 1) == 1 && enforcing == '1';
    return denied
               ? "; SELinux is enforcing: if the audit log says that it has denied execmem, try setsebool allow_execmem on"
               : "";
}

void node_explain(struct node *node, int error) {
    int status = 0;
    /* One that has ended keeps its own status; one that is only silent must not be waited for. */
    kill(node->pid, SIGKILL);
    waitpid(node->pid, &status, 0);
    node->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_ENGINE) {
        /* The same question again, since an exit status cannot carry an errno. */
        int reason = access(ENGINE, X_OK) < 0 ? errno : ENOEXEC;
        say_error(reason, "cannot start the Node layer \"%s\"", ENGINE);
    } else if (access(LAYER, R_OK) < 0) {
        say_error(errno, "cannot start the Node layer \"%s\"", LAYER);
    } else if (error) {
        say_error(error, "cannot talk to the Node layer \"%s\"", LAYER);
    } else if (WIFSIGNALED(status)) {
        say("cannot talk to the Node layer \"%s\": killed by signal %d%s", LAYER, WTERMSIG(status),
            why_killed(WTERMSIG(status)));
    } else {
        say("cannot talk to the Node layer \"%s\": it ended with exit status %d", LAYER, WEXITSTATUS(status));
    }
}

void node_dismiss(struct node *node) {
    if (node->socket >= 0)
        close(steal_fd(&node->socket));
    /* It holds nothing but its socket, so nothing is lost; leaving it to end by itself takes longer. */
    if (node->pid > 0)
        kill(node->pid, SIGKILL);
}

void node_reap(struct node *node) {
    if (node->pid <= 0)
        return;
    while (waitpid(node->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    node->pid = 0;
}
