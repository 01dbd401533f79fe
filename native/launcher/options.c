#include "options.h"
#include "ops.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static enum wish wish_of(const char *text) {
    if (strcmp(text, "auto") == 0)
        return WISH_AUTO;
    /* One that means nothing is refused by the Node layer, which needs no standby for it. */
    return strcmp(text, "require") == 0 ? WISH_REQUIRE : WISH_OFF;
}

static bool takes_next(const char *name, const char *next) {
#define VALUE(option) || strcmp(name, option) == 0
#define CHOICE(option, word) || (next && strcmp(name, option) == 0 && strcmp(next, word) == 0)
    return false GLOBAL_VALUES(VALUE) GLOBAL_CHOICES(CHOICE);
#undef VALUE
#undef CHOICE
}

/* The value of the option if this is it: what follows its `=`, or the next word. */
static const char *value_of(const char *option, const char *name, const char *next) {
    size_t length = strlen(option);
    if (strncmp(name, option, length) != 0)
        return NULL;
    return name[length] == '=' ? name + length + 1 : name[length] ? NULL : next;
}

/* An option of railcar's own, before the command. Returns how many words it takes. */
static int read_option(char *const *words, struct options *options) {
    const char *name = words[0] + (words[0][1] == '-' ? 2 : 1);
    const char *value;
    if ((value = value_of("standby", name, words[1])))
        options->standby = wish_of(value);
    else if ((value = value_of("trace", name, words[1])))
        options->trace = value;
    else if (strcmp(name, "no-standby") == 0)
        options->standby = WISH_OFF;
    return takes_next(name, words[1]) && words[1] ? 2 : 1;
}

struct options options_read(char *const *arguments) {
    const char *variable = getenv("RAILCAR_STANDBY");
    struct options options = {.standby = variable && variable[0] ? wish_of(variable) : WISH_AUTO};
    char *const *words = arguments[0] ? arguments + 1 : arguments;
    while (words[0] && words[0][0] == '-' && words[0][1] && strcmp(words[0], "--") != 0)
        words += read_option(words, &options);
    options.command = words[0] && strcmp(words[0], "--") == 0 ? words[1] : words[0];
    if (options.command && strcmp(options.command, "standby") == 0)
        options.standby = WISH_OFF;
    return options;
}
