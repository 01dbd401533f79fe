#include "tree.h"
#include "dir.h"
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* The same directory anew, with an offset of its own; the given one may be O_PATH. */
static DIR *list(int dir) {
    autoclose int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    if (entries)
        steal_fd(&fd);
    return entries;
}

static bool may_be_directory(const struct dirent *entry) {
    return entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
}

static int open_below(int dir, const char *name) {
    return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool vanished(void) {
    return errno == ENOENT || errno == ENODEV || errno == ENOTDIR || errno == ELOOP;
}

/* cgroupfs, procfs and most others count each directory below in the links of its parent. */
static bool is_leaf(int dir) {
    struct stat status;
    return fstat(dir, &status) == 0 && status.st_nlink == 2;
}

static int walk(int dir, int depth, int (*visit)(int dir, void *context), void *context) {
    int outcome = visit(dir, context);
    if (outcome != 0 || is_leaf(dir))
        return outcome;
    if (depth == 0) {
        errno = ELOOP;
        return -1;
    }
    autoclosedir DIR *entries = list(dir);
    if (!entries)
        return vanished() ? 0 : -1;
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (is_dots(entry->d_name) || !may_be_directory(entry))
            continue;
        autoclose int child = open_below(dir, entry->d_name);
        if (child < 0 && !vanished())
            return -1;
        outcome = child < 0 ? 0 : walk(child, depth - 1, visit, context);
        if (outcome != 0)
            return outcome;
    }
    return 0;
}

int tree_walk(int dir, int (*visit)(int dir, void *context), void *context) {
    return walk(dir, TREE_DEPTH, visit, context);
}

/* An ordinary user's own directory may be closed to him, and stay so no longer than it is there. */
static void unlock(int dir, bool files) {
    if (files && faccessat(dir, ".", R_OK | W_OK | X_OK, AT_EACCESS) < 0 && errno == EACCES)
        fchmod(dir, 0700);
}

static int open_to_empty(int dir, const char *name, bool files) {
    int child = open_below(dir, name);
    if (child >= 0 || errno != EACCES || !files || fchmodat(dir, name, 0700, 0) < 0)
        return child;
    return open_below(dir, name);
}

static int empty(int dir, bool files, int depth) {
    if (depth == 0) {
        errno = ELOOP;
        return -1;
    }
    unlock(dir, files);
    autoclosedir DIR *entries = list(dir);
    if (!entries)
        return vanished() ? 0 : -1;
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (is_dots(entry->d_name))
            continue;
        autoclose int child = may_be_directory(entry) ? open_to_empty(dir, entry->d_name, files) : -1;
        if (child >= 0 && empty(child, files, depth - 1) < 0)
            return -1;
        if (child < 0 && !files)
            continue;
        if (unlinkat(dir, entry->d_name, child < 0 ? 0 : AT_REMOVEDIR) < 0 && errno != ENOENT)
            return -1;
    }
    return 0;
}

int tree_empty(int dir, bool files) {
    return empty(dir, files, TREE_DEPTH);
}
