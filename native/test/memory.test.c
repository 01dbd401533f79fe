/* The allocator beside a record of what each block must hold. */
#define LIBC_TEST
#include "../libc/memory.c"
#undef malloc
#undef calloc
#undef realloc
#undef free
#include "test.h"

enum { BLOCKS = 200, ROUNDS = 20000 };

static struct {
    unsigned char *bytes, fill;
    size_t size;
} blocks[BLOCKS];

static unsigned state = 1;

static unsigned chance(unsigned below) {
    state = state * 1103515245u + 12345u;
    return (state >> 8) % below;
}

static int holds(const unsigned char *bytes, unsigned char fill, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != fill)
            return 0;
    }
    return 1;
}

/* Small ones as a rule, at times a mapping. */
static size_t some_size(void) {
    return chance(50) ? chance(300) : chance(100000);
}

static void renew(unsigned i) {
    size_t size = some_size();
    if (chance(3) == 0 && blocks[i].bytes) {
        size_t kept = size < blocks[i].size ? size : blocks[i].size;
        blocks[i].bytes = small_realloc(blocks[i].bytes, size);
        CHECK(holds(blocks[i].bytes, blocks[i].fill, kept));
    } else {
        small_free(blocks[i].bytes);
        blocks[i].bytes = small_calloc(1, size);
        CHECK(holds(blocks[i].bytes, 0, size));
    }
    CHECK((uintptr_t)blocks[i].bytes % 16 == 0);
    blocks[i].size = size;
    blocks[i].fill = (unsigned char)chance(256);
    memset(blocks[i].bytes, blocks[i].fill, size);
}

int main(void) {
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned i = chance(BLOCKS);
        CHECK(!blocks[i].bytes || holds(blocks[i].bytes, blocks[i].fill, blocks[i].size));
        renew(i);
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        small_free(blocks[i].bytes);
    /* What was freed is used again: no more stretches, however often. */
    const unsigned char *before = at;
    for (unsigned round = 0; round < ROUNDS; round++)
        small_free(small_malloc(300));
    CHECK(at == before);
    errno = 0;
    CHECK(!small_malloc(SIZE_MAX) && errno == ENOMEM);
    errno = 0;
    CHECK(!small_calloc(SIZE_MAX / 2, 3) && errno == ENOMEM);
    /* As big as there is no memory. */
    void *block = small_malloc(10);
    CHECK(!small_realloc(block, SIZE_MAX / 4));
    small_free(block);
    return END();
}
