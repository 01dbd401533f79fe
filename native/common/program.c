#include "program.h"
#include "ops.h"
#include "template.h"
#include <stdlib.h>
#include <string.h>

_Static_assert(VARIABLE_OUTER_PID == VARIABLE_COUNT - 1, "template.h must know every variable of ops.ts");

#define MAGIC 0x31504352u

struct allocation {
    struct allocation *next;
    max_align_t data[];
};

/* Where the decoder is, and the first thing that was wrong. After an error every read returns zeros. */
struct reader {
    const unsigned char *at;
    size_t left;
    const char *error;
    struct allocation **memory;
};

static const char *decode_ops(struct program *program, const struct op_table *table, struct reader *in);
static void decode_op(struct reader *in, const struct op_table *table, struct op *op, char *const *origins,
    size_t origin_count);
static void decode_argument(struct reader *in, char letter, union arg *arg);
static const char *check_branches(const struct program *program);

const char *program_decode(
    struct program *program, const struct op_table *table, const void *bytes, size_t size) {
    *program = (struct program){0};
    struct reader in = {.at = bytes, .left = size, .memory = &program->memory};
    const char *error = size > PROGRAM_MAX_BYTES ? "program too long" : decode_ops(program, table, &in);
    if (!error)
        error = check_branches(program);
    if (error)
        program_free(program);
    return error;
}

void program_free(struct program *program) {
    for (struct allocation *next, *block = program->memory; block; block = next) {
        next = block->next;
        free(block);
    }
    *program = (struct program){0};
}

int op_forgives(const struct op *op, int error) {
    for (size_t i = 0; i < op->errno_count; i++) {
        if (op->errnos[i] == error)
            return 1;
    }
    return 0;
}

static void *reject(struct reader *in, const char *error) {
    if (!in->error)
        in->error = error;
    in->left = 0;
    return NULL;
}

static void *allocate(struct reader *in, size_t count, size_t size) {
    struct allocation *block = calloc(1, sizeof *block + count * size);
    if (!block)
        return reject(in, "out of memory");
    block->next = *in->memory;
    *in->memory = block;
    return block->data;
}

static const void *take(struct reader *in, size_t size) {
    if (in->error || size > in->left)
        return reject(in, "program cut short");
    const void *taken = in->at;
    in->at += size;
    in->left -= size;
    return taken;
}

/* Both sides are x86_64 or arm64, where the wire's little-endian numbers are the machine's own. */
#define NUMBER_READER(type)                                                                                  \
    static type read_##type(struct reader *in) {                                                             \
        type value = 0;                                                                                      \
        const void *bytes = take(in, sizeof value);                                                          \
        if (bytes)                                                                                           \
            memcpy(&value, bytes, sizeof value);                                                             \
        return value;                                                                                        \
    }
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the wire is little-endian");
NUMBER_READER(uint8_t)
NUMBER_READER(uint16_t)
NUMBER_READER(uint32_t)
NUMBER_READER(uint64_t)

/* A count of items that take at least `smallest` bytes each: more than can follow is a lie, not a wish for memory. */
static size_t read_count(struct reader *in, size_t smallest) {
    uint32_t count = read_uint32_t(in);
    if (count > in->left / smallest) {
        reject(in, "count exceeds what follows");
        return 0;
    }
    return count;
}

static const char *read_bytes(struct reader *in, size_t *length) {
    *length = read_uint32_t(in);
    const char *bytes = take(in, *length);
    const char *end = take(in, 1);
    if (!end)
        return NULL;
    return *end == '\0' ? bytes : reject(in, "string without its NUL");
}

static char *read_text(struct reader *in, size_t *length) {
    const char *text = read_bytes(in, length);
    if (text && memchr(text, '\0', *length))
        return reject(in, "string with a NUL inside");
    /* argv and env must be char * for execve, which writes to none of it. */
    return (char *)(uintptr_t)text;
}

static char **read_texts(struct reader *in, size_t *count) {
    *count = read_count(in, sizeof(uint32_t) + 1);
    char **texts = allocate(in, *count + 1, sizeof *texts);
    for (size_t i = 0, length; i < *count && texts && !in->error; i++)
        texts[i] = read_text(in, &length);
    return texts;
}

/* Origins carry no NUL on the wire (C only ever prints them), so they are copied. */
static char **read_origins(struct reader *in, size_t *count) {
    *count = read_count(in, sizeof(uint32_t));
    char **origins = allocate(in, *count + 1, sizeof *origins);
    for (size_t i = 0; i < *count && origins && !in->error; i++) {
        uint32_t length = read_uint32_t(in);
        const char *text = take(in, length);
        char *copy = text ? allocate(in, (size_t)length + 1, 1) : NULL;
        if (copy)
            origins[i] = memcpy(copy, text, length);
    }
    return origins;
}

static const char *decode_ops(struct program *program, const struct op_table *table, struct reader *in) {
    if (read_uint32_t(in) != MAGIC)
        return "not a program";
    uint32_t count = read_uint32_t(in);
    if (count > PROGRAM_MAX_OPS)
        return "too many operations";
    size_t origin_count;
    char *const *origins = read_origins(in, &origin_count);
    /* An operation takes at least its header. */
    if (count > in->left / 12)
        reject(in, "count exceeds what follows");
    program->ops = in->error ? NULL : allocate(in, count, sizeof *program->ops);
    program->count = count;
    for (uint32_t i = 0; i < count && !in->error; i++)
        decode_op(in, table, &program->ops[i], origins, origin_count);
    if (!in->error && in->left)
        reject(in, "bytes after the last operation");
    return in->error;
}

static void decode_op(struct reader *in, const struct op_table *table, struct op *op, char *const *origins,
    size_t origin_count) {
    op->code = read_uint16_t(in);
    uint16_t origin = read_uint16_t(in);
    op->guard = read_uint16_t(in);
    op->skip = read_uint8_t(in);
    op->errno_count = read_uint8_t(in);
    uint32_t size = read_uint32_t(in);
    if (op->code == 0 || op->code > table->count)
        reject(in, "unknown operation");
    else if (origin >= origin_count)
        reject(in, "unknown origin");
    else if (size > in->left)
        reject(in, "program cut short");
    if (in->error)
        return;

    op->name = table->names[op->code];
    op->origin = origins[origin];
    const char *signature = table->signatures[op->code];
    uint16_t *errnos = allocate(in, op->errno_count, sizeof *errnos);
    union arg *args = allocate(in, strlen(signature) + 1, sizeof *args);
    if (!errnos || !args)
        return;
    op->errnos = errnos;
    op->args = args;

    struct reader body = {.at = in->at, .left = size, .memory = in->memory};
    for (size_t i = 0; i < op->errno_count; i++)
        errnos[i] = read_uint16_t(&body);
    for (size_t i = 0; signature[i]; i++)
        decode_argument(&body, signature[i], &args[i]);
    if (!body.error && body.left)
        reject(&body, "arguments longer than their signature");
    if (body.error)
        reject(in, body.error);
    take(in, size);
}

static void decode_slot(struct reader *in, uint64_t *slot, int may_be_none) {
    *slot = read_uint64_t(in);
    if (*slot >= SLOTS_MAX && !(may_be_none && *slot == NO_SLOT))
        reject(in, "slot number out of range");
}

static void decode_template(struct reader *in, union arg *arg) {
    arg->piece_count = read_count(in, sizeof(uint64_t) + sizeof(uint32_t) + 1);
    struct piece *pieces = allocate(in, arg->piece_count, sizeof *pieces);
    for (size_t i = 0, length; i < arg->piece_count && pieces && !in->error; i++) {
        pieces[i].variable = read_uint64_t(in);
        pieces[i].text = read_text(in, &length);
        if (pieces[i].variable >= VARIABLE_COUNT)
            reject(in, "unknown variable");
    }
    arg->pieces = pieces;
}

static void decode_slots(struct reader *in, union arg *arg) {
    arg->number_count = read_count(in, sizeof(uint64_t));
    uint64_t *numbers = allocate(in, arg->number_count, sizeof *numbers);
    for (size_t i = 0; i < arg->number_count && numbers && !in->error; i++)
        decode_slot(in, &numbers[i], 0);
    arg->numbers = numbers;
}

static void decode_argument(struct reader *in, char letter, union arg *arg) {
    switch (letter) {
    case 'n':
        arg->n = read_uint64_t(in);
        return;
    case 's':
        arg->text = read_text(in, &arg->length);
        return;
    case 'b':
        arg->text = read_bytes(in, &arg->length);
        return;
    case 'l':
        arg->list = read_texts(in, &arg->list_count);
        return;
    case 't':
        decode_template(in, arg);
        return;
    case 'f':
        decode_slot(in, &arg->n, 1);
        return;
    case 'i':
        decode_slot(in, &arg->n, 0);
        return;
    case 'F':
        decode_slots(in, arg);
        return;
    default:
        reject(in, "signature that the decoder does not know");
    }
}

/* A branch ends inside the program, and one that begins inside another ends inside it: execution only goes forward. */
static const char *check_branches(const struct program *program) {
    for (size_t i = 0; i < program->count; i++) {
        size_t end = i + 1 + program->ops[i].skip;
        if (end > program->count)
            return "or-else branch longer than the program";
        for (size_t j = i + 1; j < end; j++) {
            if (j + 1 + program->ops[j].skip > end)
                return "or-else branches that overlap";
        }
    }
    return NULL;
}
