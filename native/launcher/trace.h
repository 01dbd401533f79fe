/*
 * --trace FILE: what a command did and how long each step took, on one clock, as Chrome trace-event JSON.
 *
 * Without the option `tracing` is NULL, and looking at that is all that a step costs. With it, the steps of the launcher
 * are kept where they happen; those of the Node layer come with its PLAN and FINISH (src/execute/trace.ts); those of a
 * stub lie in memory that it shares (steps.h). All of them are put together and written when the command ends.
 */
#pragma once
#include "fail.h"
#include "program.h"
#include "steps.h"
#include <stdbool.h>

struct trace;
extern struct trace *tracing;

/* Opens FILE with the caller's rights, before anything else is done. Returns 0, or -1 with errno. */
int trace_open(const char *path, const char *command);
/* Writes what there is so far, for as long as a monitor lives; what comes later is written with it again. */
void trace_write(void);
/* Writes all of it and stops. */
void trace_close(void);

/* The beginning of a step, for trace_step() and trace_op(); 0 when nothing is traced. */
static inline uint64_t trace_start(void) {
    return tracing ? monotonic_now() : 0;
}

void trace_add_step(uint64_t start, const char *name, const char *subject);
/* A step of the launcher's own has ended. The subject may be NULL. */
static inline void trace_step(uint64_t start, const char *name, const char *subject) {
    if (tracing)
        trace_add_step(start, name, subject);
}

void trace_add_op(
    uint64_t start, unsigned program, size_t index, const struct op *op, const struct failure *failure);
/* An operation of the hands has ended; with a failure, if it failed. */
static inline void trace_op(
    uint64_t start, unsigned program, size_t index, const struct op *op, const struct failure *failure) {
    if (tracing)
        trace_add_op(start, program, index, op, failure);
}

void trace_add_node(uint64_t forked);
/* Node was started for this command; until now it was forked. */
static inline void trace_node_started(uint64_t forked) {
    if (tracing)
        trace_add_node(forked);
}

void trace_add_node_spans(const unsigned char *bytes, size_t size);
/* What the Node layer tells of itself, see src/execute/trace.ts. What makes no sense is left out. */
static inline void trace_node(const unsigned char *bytes, size_t size) {
    if (tracing)
        trace_add_node_spans(bytes, size);
}

int trace_add_stub(void);
/*
 * Memory for the steps of a stub that is about to be forked, as a descriptor for it to inherit, which the caller closes.
 * -1: there is none, and the stub goes untraced.
 */
static inline int trace_stub(void) {
    return tracing ? trace_add_stub() : -1;
}

void trace_add_stub_program(const unsigned char *bytes, size_t size);
/* What the stub that was forked last is told to do. One that never is told anything is left out. */
static inline void trace_stub_program(const unsigned char *bytes, size_t size) {
    if (tracing)
        trace_add_stub_program(bytes, size);
}

void trace_fork_stub(uint64_t start);
/* It has been forked. */
static inline void trace_stub_forked(uint64_t start) {
    if (tracing)
        trace_fork_stub(start);
}

void trace_end_stub(void);
/* The stub that was forked last has become the user's process. */
static inline void trace_stub_executed(void) {
    if (tracing)
        trace_end_stub();
}
