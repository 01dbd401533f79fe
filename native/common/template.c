#include "template.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The longest u64 in decimal, with its NUL. */
#define DECIMAL_SIZE 21

static const char *piece_text(
    const struct piece *piece, const struct variables *variables, char decimal[DECIMAL_SIZE]) {
    if (!piece->variable)
        return piece->text;
    snprintf(decimal, DECIMAL_SIZE, "%" PRIu64, variables->value[piece->variable]);
    return decimal;
}

char *template_render(const union arg *template, const struct variables *variables, size_t *length) {
    char decimal[DECIMAL_SIZE];
    size_t size = 0;
    for (size_t i = 0; i < template->piece_count; i++) {
        if (template->pieces[i].variable >= VARIABLE_COUNT) {
            errno = EINVAL;
            return NULL;
        }
        size += strlen(piece_text(&template->pieces[i], variables, decimal));
    }
    char *text = malloc(size + 1);
    if (!text)
        return NULL;
    char *end = text;
    for (size_t i = 0; i < template->piece_count; i++)
        end = stpcpy(end, piece_text(&template->pieces[i], variables, decimal));
    *end = '\0';
    *length = size;
    return text;
}
