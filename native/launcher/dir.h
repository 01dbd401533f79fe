/* Listings that close themselves. */
#pragma once
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>

static inline void close_listing(DIR **dir) {
    int saved = errno;
    if (*dir)
        closedir(*dir);
    errno = saved;
}

#define autoclosedir __attribute__((cleanup(close_listing)))

static inline bool is_dots(const char *name) {
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}
