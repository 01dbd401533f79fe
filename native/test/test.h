/* Enough of a test framework: CHECK counts, a failing one says where, END sums up and sets the exit status. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks, failures;

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        checks++;                                                                                            \
        if (!(condition)) {                                                                                  \
            failures++;                                                                                      \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                  \
        }                                                                                                    \
    } while (0)

#define CHECK_TEXT(actual, expected)                                                                         \
    do {                                                                                                     \
        const char *check_text = (actual);                                                                   \
        checks++;                                                                                            \
        if (!check_text || strcmp(check_text, (expected)) != 0) {                                            \
            failures++;                                                                                      \
            fprintf(stderr, "%s:%d: \"%s\" is not \"%s\"\n", __FILE__, __LINE__,                             \
                check_text ? check_text : "(null)", (expected));                                             \
        }                                                                                                    \
    } while (0)

#define END()                                                                                                \
    (printf("%s: %d checks, %d failed\n", __FILE__, checks, failures), failures ? EXIT_FAILURE : EXIT_SUCCESS)
