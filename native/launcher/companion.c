#include "companion.h"
#include "io.h"
#include "node.h"
#include "say.h"
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const companions[] = {"smith"};

static const char *find(const char *word) {
    for (size_t i = 0; i < sizeof companions / sizeof *companions; i++) {
        if (word && strcmp(word, companions[i]) == 0)
            return companions[i];
    }
    return NULL;
}

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const char *called_as(char *const *arguments) {
    return arguments[0] ? find(last_part(arguments[0])) : NULL;
}

const char *companion_named(char *const *arguments) {
    const char *name = called_as(arguments);
    return name || !arguments[0] ? name : find(arguments[1]);
}

/* What would steer Node itself (NODE_OPTIONS, NODE_PATH, …). More certificate authorities are for the programs. */
static bool is_for_node(const char *variable) {
    return strncmp(variable, "NODE_", 5) == 0 && strncmp(variable, "NODE_EXTRA_CA_CERTS=", 20) != 0;
}

static char **keep_most(char *const *environment) {
    size_t count = 0, kept = 0;
    while (environment[count])
        count++;
    char **most = malloc((count + 1) * sizeof *most);
    if (!most)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (!is_for_node(environment[i]))
            most[kept++] = environment[i];
    }
    most[kept] = NULL;
    return most;
}

/* Node, called by the path of this program, which the companion may have to run; the program; what follows its name. */
static char **words_of(char *self, char *program, char *const *rest) {
    size_t count = 0;
    while (rest[count])
        count++;
    char **words = malloc((count + 3) * sizeof *words);
    if (!words)
        return NULL;
    words[0] = self;
    words[1] = program;
    memcpy(words + 2, rest, (count + 1) * sizeof *words);
    return words;
}

int companion_become(const char *name, char *const *arguments, char *const *environment) {
    char program[PATH_MAX], self[PATH_MAX] = "";
    snprintf(program, sizeof program, "%s/%s.cjs", node_folder, name);
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        snprintf(self, sizeof self, "%s", arguments[0]);
    char **words = words_of(self, program, arguments + (called_as(arguments) ? 1 : 2));
    char **variables = keep_most(environment);
    if (words && variables)
        execve(node_engine, words, variables);
    say_error(errno, "cannot start \"%s\" with \"%s\"", program, node_engine);
    return 1;
}
