#include "template.h"
#include "test.h"

static void check(const struct piece *pieces, size_t count, const char *expected) {
    const struct variables variables = {.value = {0, 42, UINT64_MAX, 0}};
    const union arg template = {.pieces = pieces, .piece_count = count};
    size_t length;
    char *text = template_render(&template, &variables, &length);
    CHECK_TEXT(text, expected);
    CHECK(length == strlen(expected));
    free(text);
}

int main(void) {
    check(NULL, 0, "");
    check((struct piece[]){{0, "plain"}}, 1, "plain");
    check((struct piece[]){{0, "{\"pid\":"}, {1, ""}, {0, ","}, {2, ""}, {3, ""}, {0, "}"}}, 6,
        "{\"pid\":42,184467440737095516150}");
    const union arg wrong = {.pieces = (struct piece[]){{VARIABLE_COUNT, ""}}, .piece_count = 1};
    size_t length;
    CHECK(template_render(&wrong, &(struct variables){0}, &length) == NULL);
    return END();
}
