#include "hands.h"
#include "io.h"
#include "message.h"
#include "signals.h"
#include "stub.h"
#include "trace.h"
#include <unistd.h>

typedef int operation(struct hands *hands, const struct op *op);

#define ENTRY(code, name, signature) hands_##code,
static operation *const operations[] = {NULL, HANDS_OPS(ENTRY)};
#undef ENTRY

static void undo(struct hands *hands, const bool *done);

void hands_begin(struct hands *hands, const struct plan *plan) {
    *hands = (struct hands){.plan = plan};
    hands->variables.value[VARIABLE_SELF] = (uint64_t)getpid();
}

int hands_blame(struct hands *hands, unsigned program, const struct failure *record) {
    hands->blamed = true;
    hands->blamed_program = program;
    hands->record = *record;
    errno = record->error;
    return -1;
}

#ifdef FAULTS
/* The test build: RAILCAR_FAULT=n makes operation n of the hands' program fail. */
static int execute(struct hands *hands, unsigned number, size_t index, const struct op *op) {
    const char *fault = getenv("RAILCAR_FAULT");
    bool here = fault && number == PROGRAM_HANDS && strtoul(fault, NULL, 10) == index;
    return here ? failed_with(EIO, "fault", NULL) : operations[op->code](hands, op);
}
#else
static int execute(struct hands *hands, unsigned number, size_t index, const struct op *op) {
    (void)number;
    (void)index;
    return operations[op->code](hands, op);
}
#endif

/* Executes one operation; *next is the index of the one to go on with. Returns 0, 1 (forgiven), or -1 (recorded). */
static int step(struct hands *hands, const struct program *program, unsigned number, size_t *next) {
    size_t index = *next;
    const struct op *op = &program->ops[index];
    failure_reset();
    hands->blamed = hands->effective = false;
    hands->program = number;
    hands->index = index;
    hands->end = program->ops + program->count;
    uint64_t start = trace_start();
    if (execute(hands, number, index, op) == 0) {
        trace_op(start, number, index, op, NULL);
        *next = index + 1 + op->skip;
        return 0;
    }
    *next = index + 1;
    const struct failure *failure = hands->blamed ? &hands->record : failure_of(index, op->name, op->origin);
    trace_op(start, number, index, op, failure);
    if (op_forgives(op, failure->error))
        return 1;
    /* Taken note of, so that it does not interrupt what undoes this. */
    if (failure->error == EINTR)
        signals_interrupted();
    failures_add(&hands->failures, hands->blamed ? hands->blamed_program : number, failure);
    return -1;
}

int hands_execute(struct hands *hands) {
    const struct program *program = &hands->plan->hands;
    autofree bool *done = calloc(program->count + 1, sizeof *done);
    if (!done)
        return -1;
    for (size_t index = 0; index < program->count && !hands->over;) {
        size_t current = index;
        int outcome = step(hands, program, PROGRAM_HANDS, &index);
        done[current] = outcome == 0 || (outcome < 0 && hands->effective);
        if (outcome >= 0)
            continue;
        /* First, since the stub uses what is about to be removed. */
        uint64_t start = trace_start();
        stubs_kill(hands->stubs);
        trace_step(start, "end stubs", NULL);
        undo(hands, done);
        return -1;
    }
    uint64_t start = trace_start();
    stubs_settle(hands->stubs);
    trace_step(start, "reap helpers", NULL);
    return 0;
}

/* Part of a program, each operation whatever the others did: what cannot be undone must not keep the rest. */
static int complete(
    struct hands *hands, const struct program *program, unsigned number, size_t from, size_t to) {
    int outcome = 0;
    while (from < to && !hands->over) {
        if (step(hands, program, number, &from) < 0)
            outcome = -1;
    }
    return outcome;
}

int hands_complete(struct hands *hands, const struct program *program, unsigned number) {
    hands->over = false;
    return complete(hands, program, number, 0, program->count);
}

/* The undo operations of one guard lie side by side. They run in their order, the guards in reverse order. */
static void undo(struct hands *hands, const bool *done) {
    const struct program *program = &hands->plan->undo;
    uint64_t began = trace_start();
    for (size_t end = program->count, start; end > 0; end = start) {
        uint16_t guard = program->ops[end - 1].guard;
        start = end - 1;
        while (start > 0 && program->ops[start - 1].guard == guard)
            start--;
        if (done[guard])
            complete(hands, program, PROGRAM_UNDO, start, end);
    }
    trace_step(began, "undo", NULL);
}

void hands_let_go(struct hands *hands, uint64_t kept) {
    for (size_t i = 0; i < hands->slot_count; i++) {
        if (i != kept && hands->slots[i] >= 0)
            close(steal_fd(&hands->slots[i]));
    }
}

int slot_of(const struct hands *hands, const union arg *slot) {
    int fd = slot->n < hands->slot_count ? hands->slots[slot->n] : -1;
    if (fd < 0)
        return failed_with(EBADF, "slot", "%u", (unsigned)slot->n);
    return fd;
}

int slot_fill(struct hands *hands, const union arg *slot, int fd) {
    autoclose int given = fd;
    if (slot->n >= NO_SLOT)
        return failed_with(EBADF, "slot", "%u", (unsigned)slot->n);
    if (slot->n >= hands->slot_count) {
        int *larger = realloc(hands->slots, (slot->n + 1) * sizeof *larger);
        if (!larger)
            return failed("malloc", NULL);
        for (size_t i = hands->slot_count; i <= slot->n; i++)
            larger[i] = -1;
        hands->slots = larger;
        hands->slot_count = slot->n + 1;
    }
    close_descriptor(&hands->slots[slot->n]);
    hands->slots[slot->n] = steal_fd(&given);
    return 0;
}
