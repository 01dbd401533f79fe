/*
 * Names of network devices that end in "%d". The kernel would number them, but not say what has become of them, and who
 * moves a device has to find it again. So the lowest free number is looked for, which is what the kernel takes.
 */
#include "network-names.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS_MAX 10000

static struct given {
    struct given *next;
    char outside[IFNAMSIZ], inside[IFNAMSIZ];
} * given;

bool is_numbered(const char *name) {
    size_t length = strlen(name);
    return length > 2 && strcmp(name + length - 2, "%d") == 0;
}

static bool name_with(char inside[IFNAMSIZ], const char *name, int number) {
    int length = (int)strlen(name) - 2;
    return snprintf(inside, IFNAMSIZ, "%.*s%d", length, name, number) < IFNAMSIZ;
}

static int find_free(
    struct given *fresh, const char *name, int (*taken)(const char *name, void *context), void *context) {
    for (int number = 0; number < NUMBERS_MAX && name_with(fresh->inside, name, number); number++) {
        int used = taken(fresh->inside, context);
        if (used <= 0)
            return used;
    }
    errno = ENFILE;
    return -1;
}

const char *number_name(
    const char *outside, const char *name, int (*taken)(const char *name, void *context), void *context) {
    struct given *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        return NULL;
    snprintf(fresh->outside, sizeof fresh->outside, "%s", outside);
    if (find_free(fresh, name, taken, context) < 0) {
        free(fresh);
        return NULL;
    }
    fresh->next = given;
    given = fresh;
    return fresh->inside;
}

const char *numbered_name_of(const char *outside) {
    const struct given *each = given;
    while (each && strcmp(each->outside, outside) != 0)
        each = each->next;
    return each ? each->inside : NULL;
}
