#include "resolve.h"
#include "fail.h"
#include "io.h"
#include "sys.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* As the kernel's MAXSYMLINKS. */
#define MAX_LINKS 40
/* openat2 says EAGAIN when a rename or mount anywhere raced with a `..`; an attacker may cause that for a while. */
#define MAX_RACES 128

/* A walk by hand, one component at a time, for what openat2 cannot do: make what is missing, name what is at fault. */
struct walk {
    int root;
    enum make make;
    mode_t mode;
    bool no_links;
    int links;
    char resolved[PATH_MAX]; /* below root; has no links, no dots, no slash at its ends */
    char pending[PATH_MAX];
};

static int walk_to_end(struct walk *walk);

static int openat2_in_root(int root, const char *path, uint64_t flags, bool no_links) {
    uint64_t resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | (no_links ? RESOLVE_NO_SYMLINKS : 0);
    for (int race = 0;; race++) {
        int fd = sys_openat2(root, *path ? path : ".", flags | O_PATH, 0, resolve);
        if (fd >= 0 || errno != EAGAIN || race == MAX_RACES)
            return fd;
    }
}

int find_in_root(int root, const char *path, bool no_links) {
    return openat2_in_root(root, path, 0, no_links);
}

/* Splits path; false if its last component is none that can be made. */
static bool split_path(const char *path, char folder[PATH_MAX], char name[NAME_MAX + 1]) {
    size_t length = strlen(path);
    while (length && path[length - 1] == '/')
        length--;
    size_t start = length;
    while (start && path[start - 1] != '/')
        start--;
    size_t size = length - start;
    if (size == 0 || size > NAME_MAX || start >= PATH_MAX) {
        errno = size ? ENAMETOOLONG : EINVAL;
        return false;
    }
    memcpy(name, path + start, size);
    name[size] = '\0';
    memcpy(folder, path, start);
    folder[start] = '\0';
    if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
        return true;
    errno = EINVAL;
    return false;
}

/* Makes `name` in the directory. Exclusive, so that nothing is ever made through a link. */
static int make_in(int parent, const char *name, enum make make, mode_t mode) {
    if (make == MAKE_DIRECTORY)
        return mkdirat(parent, name, mode);
    autoclose int file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    return file < 0 ? -1 : 0;
}

/*
 * What nearly always is the case: only the last component is missing, and no link is on the way. Whatever else there
 * may be (-1) is for the walk, which begins anew.
 */
static int make_last(int root, const char *path, enum make make, mode_t mode) {
    char folder[PATH_MAX], name[NAME_MAX + 1];
    if (!split_path(path, folder, name))
        return -1;
    autoclose int parent = openat2_in_root(root, folder, O_DIRECTORY, true);
    if (parent < 0 || make_in(parent, name, make, mode) < 0)
        return -1;
    return openat2_in_root(root, path, 0, true);
}

int open_in_root(int root, const char *path, enum make make, mode_t mode, bool no_links) {
    int fd = openat2_in_root(root, path, 0, no_links);
    if (fd >= 0)
        return fd;
    int error = errno;
    if (error == ENOENT && make != MAKE_NOTHING) {
        fd = make_last(root, path, make, mode);
        if (fd >= 0)
            return fd;
    }
    struct walk walk = {.root = root, .make = make, .mode = mode, .no_links = no_links};
    if (error != ENOENT)
        walk.make = MAKE_NOTHING;
    if (strlen(path) >= sizeof walk.pending)
        return failed_with(ENAMETOOLONG, "openat2", "%s", path);
    strcpy(walk.pending, path);
    fd = walk_to_end(&walk);
    if (fd < 0 || walk.make != MAKE_NOTHING)
        return fd;
    /* openat2 found fault where the walk did not: a magic link, or someone changes the tree. Its word counts. */
    close(fd);
    return failed_with(error, "openat2", "%s", path);
}

int open_parent_in_root(int root, const char *path, char name[NAME_MAX + 1]) {
    char folder[PATH_MAX];
    if (!split_path(path, folder, name))
        return failed("openat2", "%s", path);
    return open_in_root(root, folder, MAKE_DIRECTORY, 0755, false);
}

static void leave_last(char *resolved) {
    char *slash = strrchr(resolved, '/');
    *(slash ? slash : resolved) = '\0';
}

/* Takes the next component off pending; false at the end. */
static bool next_component(struct walk *walk, char component[PATH_MAX]) {
    char *start = walk->pending + strspn(walk->pending, "/");
    size_t length = strcspn(start, "/");
    memcpy(component, start, length);
    component[length] = '\0';
    memmove(walk->pending, start + length, strlen(start + length) + 1);
    return length > 0;
}

static bool is_last(const struct walk *walk) {
    return walk->pending[strspn(walk->pending, "/")] == '\0';
}

/* The link's text takes the place of the component. */
static int follow(struct walk *walk, int link, const char *path) {
    char target[PATH_MAX];
    if (walk->no_links || ++walk->links > MAX_LINKS)
        return failed_with(ELOOP, "openat2", "/%s", path);
    ssize_t length = readlinkat(link, "", target, sizeof target - 1);
    if (length < 0)
        return failed("readlinkat", "/%s", path);
    size_t rest = strlen(walk->pending);
    if ((size_t)length + rest >= sizeof walk->pending)
        return failed_with(ENAMETOOLONG, "readlinkat", "/%s", path);
    /* A rest, if there is one, begins with a slash. */
    memmove(walk->pending + length, walk->pending, rest + 1);
    memcpy(walk->pending, target, (size_t)length);
    if (target[0] == '/')
        walk->resolved[0] = '\0';
    return 0;
}

/* Makes the component in the directory reached so far. */
static int make_missing(const struct walk *walk, const char *component, const char *path) {
    autoclose int parent = openat2_in_root(walk->root, walk->resolved, O_DIRECTORY, true);
    if (parent < 0)
        return failed("openat2", "/%s", walk->resolved);
    bool last = is_last(walk);
    enum make make = last ? walk->make : MAKE_DIRECTORY;
    if (make_in(parent, component, make, last ? walk->mode : 0755) < 0 && errno != EEXIST)
        return failed(make == MAKE_FILE ? "open(O_CREAT)" : "mkdirat", "/%s", path);
    return 0;
}

static int step(struct walk *walk, const char *component) {
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s%s%s", walk->resolved, walk->resolved[0] ? "/" : "", component);
    if (strlen(path) >= sizeof walk->resolved)
        return failed_with(ENAMETOOLONG, "openat2", "/%s", path);
    autoclose int fd = openat2_in_root(walk->root, path, O_NOFOLLOW, true);
    if (fd < 0 && errno == ENOENT && walk->make != MAKE_NOTHING) {
        if (make_missing(walk, component, path) < 0)
            return -1;
        fd = openat2_in_root(walk->root, path, O_NOFOLLOW, true);
    }
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0)
        return failed("openat2", "/%s", path);
    if (S_ISLNK(status.st_mode))
        return follow(walk, fd, path);
    if (!S_ISDIR(status.st_mode) && !is_last(walk))
        return failed_with(ENOTDIR, "openat2", "/%s", path);
    strcpy(walk->resolved, path);
    return 0;
}

static int walk_to_end(struct walk *walk) {
    char component[PATH_MAX];
    while (next_component(walk, component)) {
        if (strcmp(component, ".") == 0)
            continue;
        if (strcmp(component, "..") == 0)
            leave_last(walk->resolved);
        else if (step(walk, component) < 0)
            return -1;
    }
    int fd = openat2_in_root(walk->root, walk->resolved, 0, true);
    return fd < 0 ? failed("openat2", "/%s", walk->resolved) : fd;
}
