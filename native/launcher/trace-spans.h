/* The parts of a trace; only its own files need to know. */
#pragma once
#include "program.h"
#include "steps.h"
#include <stdbool.h>

/* Far more than any command has; what comes after them is counted only. */
#define SPANS_MAX 200000u
/* A longer text is cut. */
#define SPAN_TEXT_MAX 256u
#define NOT_INDEXED UINT64_MAX

/* A process of the trace: the numbers are the trace's own, since the pids of those in the past may come again. */
enum { TRACK_LAUNCHER = 1, TRACK_NODE = 2, TRACK_STUBS = 3 };
/* A row of its own in the viewer. A stub has two: before its clone, and after it as the container's process. */
enum { ROW_MAIN = 1, ROW_CONTAINER = 2 };

struct span {
    uint64_t start, end;
    unsigned track, row;
    const char *kind, *name, *origin, *subject;
    uint64_t index; /* of the operation in its program, or NOT_INDEXED */
    bool failed, unfinished;
    uint64_t error; /* errno of what failed; 0: it has none */
};

/* Texts are copied. */
void span_add(const struct span *span);

struct spans {
    struct span *list;
    size_t count, room, dropped;
};

/* What an operation is done to: its first text, or its barrier; "" if it has neither. */
const char *op_subject(const struct op_table *table, const struct op *op);

/* Adds what the stubs have done, once; what they are still doing ends for the trace at `end`. */
void stubs_collect(uint64_t end);
/* How many there were. */
unsigned stubs_count(void);

/* When something of Node's own was first heard of. */
void node_began(uint64_t at);
uint64_t trace_began(void);

struct trace_words {
    const char *command; /* may be NULL */
    uint64_t start, end; /* monotonic, ns; all times count from the start */
    uint64_t wall;       /* the start, ns since 1970 */
    uint64_t pid;
    bool cold;
};
/*
 * The whole trace as JSON, for free(); NULL without memory. The spans lie in the order in which they began, a longer one
 * before those within it.
 */
char *spans_render(const struct spans *spans, const struct trace_words *words, size_t *size);
