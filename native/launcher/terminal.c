#include "terminal.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* The caller's, while it is raw. */
static bool is_raw;
static struct termios saved;

void terminal_raw(void) {
    if (is_raw || tcgetattr(STDIN_FILENO, &saved) < 0)
        return;
    struct termios raw = saved;
    cfmakeraw(&raw);
    is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

void terminal_restore(void) {
    if (is_raw)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
    is_raw = false;
}

void terminal_begin(struct terminal *terminal, int master) {
    memset(terminal, 0, sizeof *terminal);
    terminal->master = master;
    /* Nobody shares this open file: the stub that made it has closed its own. The caller's three may be shared. */
    fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
    terminal->typed = (struct flow){.from = STDIN_FILENO, .to = master};
    terminal->shown = (struct flow){.from = master, .to = STDOUT_FILENO};
    terminal_resize(terminal);
}

void terminal_resize(const struct terminal *terminal) {
    struct winsize size;
    for (int fd = 0; fd < 3; fd++) {
        if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
            ioctl(terminal->master, TIOCSWINSZ, &size);
            return;
        }
    }
}

static struct pollfd flow_poll(const struct flow *flow) {
    if (flow->end > flow->start)
        return (struct pollfd){.fd = flow->to, .events = POLLOUT};
    return (struct pollfd){.fd = flow->from, .events = POLLIN};
}

void terminal_poll(const struct terminal *terminal, struct pollfd polls[TERMINAL_POLLS]) {
    polls[0] = flow_poll(&terminal->typed);
    polls[1] = flow_poll(&terminal->shown);
}

static bool is_transient(void) {
    return errno == EAGAIN || errno == EINTR;
}

static void flow_write(struct flow *flow) {
    ssize_t put = write(flow->to, flow->buffer + flow->start, flow->end - flow->start);
    if (put > 0)
        flow->start += (size_t)put;
    else if (put < 0 && !is_transient())
        flow->to = -1;
}

/* A master whose last slave is closed reads EIO. */
static void flow_read(struct flow *flow) {
    ssize_t got = read(flow->from, flow->buffer, sizeof flow->buffer);
    flow->start = 0;
    flow->end = got > 0 ? (size_t)got : 0;
    if (got == 0 || (got < 0 && !is_transient()))
        flow->from = -1;
}

static void flow_move(struct flow *flow, short ready) {
    if (!ready)
        return;
    if (flow->end > flow->start)
        flow_write(flow);
    else
        flow_read(flow);
    if (flow->to < 0)
        flow->start = flow->end = 0;
}

void terminal_move(struct terminal *terminal, const struct pollfd polls[TERMINAL_POLLS]) {
    flow_move(&terminal->typed, polls[0].revents);
    flow_move(&terminal->shown, polls[1].revents);
}

/* Until the master has nothing more: a process that outlives the container's may keep it open for ever. */
static void drain(struct flow *flow) {
    do {
        while (flow->to >= 0 && flow->end > flow->start)
            flow_write(flow);
        flow_read(flow);
    } while (flow->from >= 0 && flow->end > 0);
}

void terminal_end(struct terminal *terminal) {
    if (terminal->shown.from >= 0)
        drain(&terminal->shown);
    terminal_restore();
}
