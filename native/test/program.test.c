/* The decoder takes what src/plan/encode.ts writes, and nothing else. */
#include "program.h"
#include "ops.h"
#include "test.h"

static unsigned char bytes[4096];
static size_t size;

static void put(const void *data, size_t length) {
    memcpy(bytes + size, data, length);
    size += length;
}
static void u8(unsigned value) {
    put(&(unsigned char){(unsigned char)value}, 1);
}
static void u16(unsigned value) {
    put(&(uint16_t){(uint16_t)value}, 2);
}
static void u32(uint32_t value) {
    put(&value, 4);
}
static void u64(uint64_t value) {
    put(&value, 8);
}
static void text(const char *value) {
    u32((uint32_t)strlen(value));
    put(value, strlen(value) + 1);
}
static void begin(uint32_t count) {
    size = 0;
    put("RCP1", 4);
    u32(count);
    u32(2);
    u32(6);
    put("origin", 6);
    u32(5);
    put("other", 5);
}

/* Returns where the size of what follows is; end() fills it in. */
static size_t op(unsigned code, unsigned origin, unsigned skip, unsigned errnos) {
    u16(code);
    u16(origin);
    u16(3);
    u8(skip);
    u8(errnos);
    u32(0);
    return size;
}
static void end(size_t start) {
    uint32_t length = (uint32_t)(size - start);
    memcpy(bytes + start - 4, &length, 4);
}

static const char *decode(struct program *program, const struct op_table *table, size_t length) {
    /* A copy of exactly this length, so that the address sanitizer sees a read beyond it. */
    static void *copy;
    free(copy);
    copy = malloc(length ? length : 1);
    memcpy(copy, bytes, length);
    return program_decode(program, table, copy, length);
}

/* One operation of each kind of argument. */
static void good_program(void) {
    begin(3);
    size_t start = op(STUB_HOOK, 1, 2, 2);
    u16(1);
    u16(38);
    text("/hook");
    u32(2);
    text("one");
    text("");
    u32(0);
    u64(1500);
    u32(2);
    u64(0);
    text("{");
    u64(VARIABLE_PID);
    text("");
    end(start);
    start = op(STUB_SECCOMP, 0, 1, 0);
    u32(3);
    put("a\0b", 4);
    u64(~0ull);
    u64(NO_SLOT);
    u32(0);
    end(start);
    start = op(STUB_ROOTFS, 0, 0, 0);
    text("/r");
    u64(NO_SLOT);
    u64(7);
    end(start);
}

static void test_good(void) {
    struct program program;
    good_program();
    CHECK(decode(&program, &stub_table, size) == NULL);
    CHECK(program.count == 3);
    const struct op *first = &program.ops[0];
    const struct stub_hook *hook = (const void *)first->args;
    CHECK_TEXT(first->name, "hook");
    CHECK_TEXT(first->origin, "other");
    CHECK(first->guard == 3 && first->skip == 2);
    CHECK(op_forgives(first, 38) && op_forgives(first, 1) && !op_forgives(first, 2));
    CHECK_TEXT(hook->path.text, "/hook");
    CHECK(hook->args.list_count == 2 && hook->args.list[2] == NULL && hook->env.list[0] == NULL);
    CHECK_TEXT(hook->args.list[0], "one");
    CHECK(hook->timeout.n == 1500);
    CHECK(hook->stdin_.piece_count == 2 && hook->stdin_.pieces[1].variable == VARIABLE_PID);
    const struct stub_seccomp *seccomp = (const void *)program.ops[1].args;
    CHECK(seccomp->filter.length == 3 && memcmp(seccomp->filter.text, "a\0b", 3) == 0);
    const struct stub_rootfs *rootfs = (const void *)program.ops[2].args;
    CHECK(rootfs->tree.n == NO_SLOT && rootfs->into.n == 7);
    program_free(&program);
}

static void test_every_truncation(void) {
    struct program program;
    good_program();
    for (size_t length = 0; length < size; length++) {
        CHECK(decode(&program, &stub_table, length) != NULL);
        CHECK(program.ops == NULL && program.memory == NULL);
    }
    u8(0);
    CHECK_TEXT(decode(&program, &stub_table, size), "bytes after the last operation");
}

/* No single wrong byte makes the decoder read out of bounds; the sanitizers watch. */
static void test_every_byte_changed(void) {
    struct program program;
    good_program();
    for (size_t at = 0; at < size; at++) {
        for (unsigned change = 1; change < 256; change <<= 1) {
            bytes[at] ^= (unsigned char)change;
            if (decode(&program, &stub_table, size) == NULL)
                program_free(&program);
            bytes[at] ^= (unsigned char)change;
        }
    }
    CHECK(decode(&program, &stub_table, size) == NULL);
    program_free(&program);
}

static const char *decode_now(void) {
    struct program program;
    return decode(&program, &stub_table, size);
}

static void test_refusals(void) {
    begin(0);
    bytes[0] = 'X';
    CHECK_TEXT(decode_now(), "not a program");
    begin(PROGRAM_MAX_OPS + 1);
    CHECK_TEXT(decode_now(), "too many operations");
    begin(1000);
    CHECK_TEXT(decode_now(), "count exceeds what follows");
    size = 0;
    put("RCP1", 4);
    u32(0);
    u32(0x40000000);
    CHECK_TEXT(decode_now(), "count exceeds what follows");
    begin(1);
    end(op(0, 0, 0, 0));
    CHECK_TEXT(decode_now(), "unknown operation");
    begin(1);
    end(op(STUB_CODES + 1, 0, 0, 0));
    CHECK_TEXT(decode_now(), "unknown operation");
    begin(1);
    end(op(STUB_SETSID, 2, 0, 0));
    CHECK_TEXT(decode_now(), "unknown origin");
    begin(1);
    end(op(STUB_SETSID, 0, 0, 1));
    CHECK_TEXT(decode_now(), "program cut short");
}

static void one(unsigned code, void (*arguments)(void)) {
    begin(1);
    size_t start = op(code, 0, 0, 0);
    arguments();
    end(start);
}
static void too_few(void) {
    u32(1);
}
static void too_many(void) {
    text("name");
    u8(0);
}
static void nul_inside(void) {
    u32(3);
    put("a\0b", 4);
}
static void no_nul(void) {
    u32(1);
    put("ab", 2);
}
static void huge_string(void) {
    u32(0xffffffff);
    u8(0);
}
static void wrong_slot(void) {
    u64(SLOTS_MAX);
}
static void no_into(void) {
    u64(NO_SLOT);
}
static void huge_list(void) {
    text("/x");
    u32(0x20000000);
    u64(0);
    u64(0);
}
static void unknown_variable(void) {
    text("/x");
    u32(0);
    u32(0);
    u64(0);
    u32(1);
    u64(VARIABLE_OUTER_PID + 1);
    text("");
}

static void test_bad_arguments(void) {
    const struct {
        unsigned code;
        void (*arguments)(void);
        const char *error;
    } cases[] = {
        {STUB_HOSTNAME, too_few, "program cut short"},
        {STUB_HOSTNAME, too_many, "arguments longer than their signature"},
        {STUB_HOSTNAME, nul_inside, "string with a NUL inside"},
        {STUB_HOSTNAME, no_nul, "string without its NUL"},
        {STUB_HOSTNAME, huge_string, "program cut short"},
        {STUB_SEND_SLOT, wrong_slot, "slot number out of range"},
        {STUB_OPEN_ROOT, no_into, "slot number out of range"},
        {STUB_HOOK, huge_list, "count exceeds what follows"},
        {STUB_HOOK, unknown_variable, "unknown variable"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        one(cases[i].code, cases[i].arguments);
        CHECK_TEXT(decode_now(), cases[i].error);
    }
}

static void test_branches(void) {
    begin(2);
    end(op(STUB_SETSID, 0, 2, 0));
    end(op(STUB_SETSID, 0, 0, 0));
    CHECK_TEXT(decode_now(), "or-else branch longer than the program");
    begin(3);
    end(op(STUB_SETSID, 0, 1, 0));
    end(op(STUB_SETSID, 0, 1, 0));
    end(op(STUB_SETSID, 0, 0, 0));
    CHECK_TEXT(decode_now(), "or-else branches that overlap");
}

static void test_tables(void) {
    CHECK(hands_table.count == HANDS_CODES && stub_table.count == STUB_CODES);
    CHECK_TEXT(hands_table.names[HANDS_SPAWN], "spawn");
    CHECK_TEXT(hands_table.signatures[HANDS_SPAWN], "nFn");
    CHECK_TEXT(stub_table.names[STUB_EXEC], "exec");
}

int main(void) {
    test_good();
    test_every_truncation();
    test_every_byte_changed();
    test_refusals();
    test_bad_arguments();
    test_branches();
    test_tables();
    return END();
}
