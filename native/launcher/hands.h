/*
 * The hands: they execute a plan in the caller's context. Every operation of handsOps in src/plan/ops.ts is one
 * function of the same name, hands_<name>(), in hands-*.c.
 */
#pragma once
#include "failures.h"
#include "ops.h"
#include "plan.h"
#include "template.h"
#include <stdbool.h>

struct stub;

struct hands {
    const struct plan *plan;
    int *slots; /* -1: not filled */
    size_t slot_count;
    struct variables variables;
    /* Newest first: await, release, receive and awaitExec mean the one that was spawned last. */
    struct stub *stubs;
    /* Where execution is: a PROGRAM_ number and the operation's index in it. */
    unsigned program;
    size_t index;
    const struct op *end; /* of that program */
    /* Slots (below 64) with a cgroup that this plan has made: nobody was in it before. */
    uint64_t fresh;
    /* The file that writeAt has open for the operation that follows, which writes to it as well. 0: none. */
    int written;
    /* The operation fails, but has had its effect: what undoes it is to be executed. */
    bool effective;
    bool over; /* the program: nothing is left for it to do */
    /* The stub's own record, if that is why the operation fails: it names the stub's operation. */
    bool blamed;
    unsigned blamed_program;
    struct failure record;
    struct failures failures;
    char *captured;
    size_t captured_size;
};

void hands_begin(struct hands *hands, const struct plan *plan);
/* Executes the hands' program; if it fails, ends its stubs and undoes what was done. Returns 0 or -1. */
int hands_execute(struct hands *hands);
/* Executes a program to its end, whatever fails; failures are recorded under the number. Returns 0 or -1. */
int hands_complete(struct hands *hands, const struct program *program, unsigned number);
/* Closes every slot but one (NO_SLOT: all): a lock must not be held for as long as a monitor lives. */
void hands_let_go(struct hands *hands, uint64_t kept);

/* Makes a stub's record the failure of the operation that is being executed. Returns -1. */
int hands_blame(struct hands *hands, unsigned program, const struct failure *record);

/* The descriptor in a slot, or -1 with a recorded EBADF. */
int slot_of(const struct hands *hands, const union arg *slot);
/* Fills a slot, closing what it held. Takes the descriptor over even when it fails. */
int slot_fill(struct hands *hands, const union arg *slot, int fd);

#define DECLARE(code, name, signature) int hands_##code(struct hands *hands, const struct op *op);
HANDS_OPS(DECLARE)
#undef DECLARE
