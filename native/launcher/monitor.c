#include "monitor.h"
#include "io.h"
#include "message.h"
#include "signals.h"
#include "stub.h"
#include "terminal.h"
#include "trace.h"
#include <errno.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct monitor {
    pid_t pid;
    bool ended;
    int status;
    struct node *node;
    struct terminal *terminal; /* NULL: the container has none, or its own */
};

void monitor_adopt(void) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static void reap(struct monitor *monitor) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (pid == monitor->node->pid)
            monitor->node->pid = 0;
        if (pid != monitor->pid)
            continue;
        monitor->ended = true;
        monitor->status = status;
    }
}

static void take_signal(struct monitor *monitor) {
    struct signalfd_siginfo info;
    if (read(signals_descriptor(), &info, sizeof info) != (ssize_t)sizeof info)
        return;
    int number = (int)info.ssi_signo;
    if (number == SIGCHLD)
        reap(monitor);
    else if (number == SIGWINCH && monitor->terminal)
        terminal_resize(monitor->terminal);
    /* Its pid is its own until it is reaped, which only happens here. */
    else if (!monitor->ended)
        kill(monitor->pid, number);
}

static void watch(struct monitor *monitor) {
    struct pollfd polls[1 + TERMINAL_POLLS] = {{.fd = signals_descriptor(), .events = POLLIN}};
    nfds_t count = 1;
    if (monitor->terminal) {
        terminal_poll(monitor->terminal, polls + 1);
        count += TERMINAL_POLLS;
    }
    if (poll(polls, count, -1) <= 0)
        return;
    if (polls[0].revents)
        take_signal(monitor);
    if (monitor->terminal)
        terminal_move(monitor->terminal, polls + 1);
}

static void live_through(struct monitor *monitor) {
    /* It may have ended while SIGCHLD was not yet looked for. */
    reap(monitor);
    while (!monitor->ended)
        watch(monitor);
}

static void live_with_terminal(struct monitor *monitor, int master) {
    struct terminal terminal;
    terminal_begin(&terminal, master);
    monitor->terminal = &terminal;
    live_through(monitor);
    terminal_end(&terminal);
    monitor->terminal = NULL;
}

int monitor_run(struct hands *hands, const struct program *teardown, uint64_t console, struct node *node) {
    prctl(PR_SET_NAME, "railcar:monitor");
    monitor_adopt();
    hands_let_go(hands, console);
    struct monitor monitor = {.pid = hands->stubs ? hands->stubs->pid : 0, .node = node};
    signals_watch_all();
    uint64_t start = trace_start();
    if (monitor.pid > 0 && console < hands->slot_count && hands->slots[console] >= 0)
        live_with_terminal(&monitor, hands->slots[console]);
    else if (monitor.pid > 0)
        live_through(&monitor);
    trace_step(start, "wait", "process");
    signals_watch_none();
    /* Earlier warnings were reported when they came. */
    failures_free(&hands->failures);
    start = trace_start();
    hands_complete(hands, teardown, PROGRAM_TEARDOWN);
    trace_step(start, "tear down", NULL);
    failures_say(&hands->failures);
    node_reap(node);
    return WIFSIGNALED(monitor.status) ? 128 + WTERMSIG(monitor.status) : WEXITSTATUS(monitor.status);
}
