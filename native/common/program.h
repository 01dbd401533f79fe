/*
 * A program: the operations that the Node layer planned, decoded from the bytes of src/plan/encode.ts.
 *
 * The decoder checks everything before anything is executed: magic, counts against the bytes that are left, every
 * code against its table, every argument against the signature in ops.h, every string's NUL, every or-else branch
 * against its end. What it returns points into the buffer, which must stay as it is while the program is in use.
 */
#pragma once
#include "arg.h"
#include <stddef.h>
#include <stdint.h>

/* More is no plan but an accident or an attack. */
#define PROGRAM_MAX_OPS 65535u
#define PROGRAM_MAX_BYTES (64u << 20)

/* Slot numbers are below this; so many mounts that need a slot each are beyond any real configuration. */
#define SLOTS_MAX 4096u

struct op {
    uint16_t code;
    /* Undo programs: armed once the operation with this index in the hands' program has succeeded. */
    uint16_t guard;
    /* How many operations that follow are the or-else branch: skipped if this one succeeds. */
    uint8_t skip;
    uint8_t errno_count;
    const uint16_t *errnos;
    const char *name;
    const char *origin;
    /* To be cast to the operation's struct from ops.h: `const struct stub_bind *arg = (const void *)op->args`. */
    const union arg *args;
};

/* One of the two tables of ops.h, for the decoder; entry 0 is unused. */
struct op_table {
    size_t count;
    const char *const *names;
    const char *const *signatures;
};
extern const struct op_table hands_table;
extern const struct op_table stub_table;

struct allocation;

struct program {
    struct op *ops;
    size_t count;
    struct allocation *memory;
};

/* Returns NULL, or what is wrong with the bytes (then there is nothing to free). */
const char *program_decode(
    struct program *program, const struct op_table *table, const void *bytes, size_t size);
void program_free(struct program *program);

/* Whether the operation's or-else lets execution go on after this errno. */
int op_forgives(const struct op *op, int error);
