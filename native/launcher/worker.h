/* A Node layer that waits for commands, as its supervisor sees it. It needs nothing but two sockets, and gets no more. */
#pragma once
#include "plan.h"
#include <stdint.h>
#include <sys/types.h>

enum worker_phase {
    WORKER_NONE,
    WORKER_STARTING,
    WORKER_SERVING,
    WORKER_LEAVING, /* told to stop; finishes what is in flight */
};

struct worker {
    enum worker_phase phase;
    pid_t pid;
    int control;     /* -1: closed, which is how it is told to stop */
    char words[256]; /* the last ones of one that could not become Node */
};

/* What a worker says: a byte each, the twin of `words` in src/standby/standby.ts. */
enum worker_word {
    WORKER_READY = 'R',
    WORKER_RETIRES = 'X',
    WORKER_IDLE = 'I',
    WORKER_ALIVE = 'A', /* the answer to being asked */
    /* Before it has become Node: the rest is why it cannot. */
    WORKER_FAILED = 'E',
};

/* Returns 0 or -1. */
int worker_start(struct worker *worker, int listening, const struct standby_wish *wish);
/* One of worker_word, or 0 when it has nothing to say. */
int worker_hear(struct worker *worker);
/* Whether it still serves; it answers with any of its words. */
void worker_ask(struct worker *worker);
void worker_stop(struct worker *worker);
/* On standard error: why it ended, which it was not asked to. */
void worker_explain(const struct worker *worker, int status);
