/* The terminal of a foreground container: the caller's on one side, the master of the container's on the other. */
#pragma once
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/* Enough for interactive use; more is waited for. No larger than PIPE_BUF, so that a ready pipe takes it whole. */
#define FLOW_SIZE 4096

/* One direction. Reads only when everything read before has been written, so that a slow side slows the other. */
struct flow {
    int from; /* -1: ended */
    int to;   /* -1: nobody takes it any more, and it is dropped */
    size_t start, end;
    char buffer[FLOW_SIZE];
};

struct terminal {
    int master;
    struct flow typed; /* standard input to master */
    struct flow shown; /* master to standard output */
};

#define TERMINAL_POLLS 2

/* Takes the caller's terminal, if it is one, into raw mode; gives it back its own, if that was done. */
void terminal_raw(void);
void terminal_restore(void);
/* `master` stays the caller's to close. */
void terminal_begin(struct terminal *terminal, int master);
/* Gives the container's terminal the size of the caller's. */
void terminal_resize(const struct terminal *terminal);
/* What to poll for. */
void terminal_poll(const struct terminal *terminal, struct pollfd polls[TERMINAL_POLLS]);
/* Moves what can be moved after that poll. */
void terminal_move(struct terminal *terminal, const struct pollfd polls[TERMINAL_POLLS]);
/* After the container's process has ended: shows what it has written last. Then restores the caller's terminal. */
void terminal_end(struct terminal *terminal);
