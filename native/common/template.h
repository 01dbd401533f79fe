/* Texts with holes for what is known only while executing. */
#pragma once
#include "arg.h"

/* Values by VARIABLE_ number of ops.h; [0] is unused. */
#define VARIABLE_COUNT 5
struct variables {
    uint64_t value[VARIABLE_COUNT];
};

/* The text with every variable in decimal, NUL-terminated, for the caller to free; NULL with ENOMEM or EINVAL. */
char *template_render(const union arg *template, const struct variables *variables, size_t *length);
