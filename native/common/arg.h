/*
 * One decoded argument of an operation. Which member is meant follows from the operation's signature in ops.h:
 *
 *   n  number, flags, enum        .n
 *   s  string (NUL-terminated)    .text, .length
 *   b  bytes                      .text, .length
 *   l  list of strings            .list (NULL-terminated, so that it serves as argv), .list_count
 *   t  template                   .pieces, .piece_count
 *   f  slot, i  slot to fill      .n (0xffff: none)
 *   F  list of slots              .numbers, .number_count
 *
 * Everything points into the program's buffer or into memory that lives as long as the process.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define NO_SLOT 0xffffu

struct piece {
    uint64_t variable; /* 0: literal text */
    const char *text;
};

union arg {
    uint64_t n;
    struct {
        const char *text;
        size_t length;
    };
    struct {
        char **list;
        size_t list_count;
    };
    struct {
        const struct piece *pieces;
        size_t piece_count;
    };
    struct {
        const uint64_t *numbers;
        size_t number_count;
    };
};
