/*
 * malloc() for programs that live for one command and have one thread.
 *
 * What musl asks the kernel for with two calls and a page fault for nearly every block of a short program comes from one
 * stretch of memory here, a part of the program itself. Blocks have sizes of a power of two and go back to a list of
 * their size, so that a program that stays (the monitor, the supervisor) does not grow by what it frees. Large ones are
 * mappings of their own, given back when freed.
 */
#include "libc.h"
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum {
    SMALLEST = 5,          /* log2 of a block's size, with its head */
    LARGEST = 15,          /* above: a mapping */
    FIRST_STRETCH = 65536, /* most commands need no more */
    STRETCH = 262144,
};

struct head {
    uint64_t size; /* of the block with its head: a power of two, or the length of a mapping */
    struct head *next;
};

_Static_assert(sizeof(struct head) == 16, "what follows a head is aligned as malloc() promises");

static struct head *freed[LARGEST + 1];
static _Alignas(16) unsigned char first[FIRST_STRETCH];
static unsigned char *at = first, *end = first + sizeof first;

static void *no_memory(void) {
    errno = ENOMEM;
    return NULL;
}

static void *map(size_t size) {
    void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mapped == MAP_FAILED ? no_memory() : mapped;
}

static struct head *map_block(size_t size) {
    size_t length = (size + 4095) & ~(size_t)4095;
    struct head *block = length < size ? no_memory() : map(length);
    if (block)
        block->size = length;
    return block;
}

/* What is left of the stretch before is lost: less than the block that did not fit. */
static struct head *cut_block(unsigned log) {
    size_t size = (size_t)1 << log;
    if ((size_t)(end - at) < size) {
        unsigned char *stretch = map(STRETCH);
        if (!stretch)
            return NULL;
        at = stretch;
        end = stretch + STRETCH;
    }
    struct head *block = (struct head *)(void *)at;
    at += size;
    block->size = size;
    return block;
}

static unsigned log_of(size_t size) {
    unsigned log = SMALLEST;
    while ((size_t)1 << log < size)
        log++;
    return log;
}

static struct head *take(size_t size, int *used) {
    *used = 0;
    if (size > SIZE_MAX - sizeof(struct head) - 4096)
        return no_memory();
    size += sizeof(struct head);
    if (size > (size_t)1 << LARGEST)
        return map_block(size);
    unsigned log = log_of(size);
    struct head *block = freed[log];
    if (!block)
        return cut_block(log);
    *used = 1;
    freed[log] = block->next;
    return block;
}

void *malloc(size_t size) {
    int used;
    struct head *block = take(size, &used);
    return block ? block + 1 : NULL;
}

void *calloc(size_t count, size_t size) {
    size_t all;
    if (__builtin_mul_overflow(count, size, &all))
        return no_memory();
    int used;
    struct head *block = take(all, &used);
    if (!block)
        return NULL;
    /* What comes from the kernel is zeros. */
    return used ? memset(block + 1, 0, all) : block + 1;
}

void free(void *given) {
    if (!given)
        return;
    struct head *block = (struct head *)given - 1;
    if (block->size > (size_t)1 << LARGEST) {
        int saved = errno;
        munmap(block, block->size);
        errno = saved;
        return;
    }
    unsigned log = log_of(block->size);
    block->next = freed[log];
    freed[log] = block;
}

void *realloc(void *given, size_t size) {
    struct head *block = given ? (struct head *)given - 1 : NULL;
    size_t room = block ? block->size - sizeof *block : 0;
    if (given && size <= room)
        return given;
    void *larger = malloc(size);
    if (larger && given) {
        memcpy(larger, given, room);
        free(given);
    }
    return larger;
}
