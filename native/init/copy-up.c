/* tmpcopyup: a tmpfs that begins with what the image has at its place. */
#include "copy-up.h"
#include "fail.h"
#include "io.h"
#include "sys.h"
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* Deeper is no image's directory but an attempt to run out of stack or descriptors. */
#define MAX_DEPTH 128

/* As much as the kernel lets one attribute, and the list of all names, be. */
#define MAX_XATTR 65536

/* One directory and its copy. */
struct pair {
    int from, to;
    dev_t device;
    int depth;
    const char *dest;
};

static int copy_directory(const struct pair *pair);

static int fail_copy(const struct pair *pair, const char *step, const char *name) {
    return failed(step, "%s: %s", pair->dest, name);
}

static int copy_owner(int to, const char *name, const struct stat *status) {
    return fchownat(to, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
}

/* What the new file system cannot hold, or the container's root may not set, stays behind, as with cp -a. */
static bool may_stay(int error) {
    return error == EOPNOTSUPP || error == EPERM || error == EACCES || error == ENODATA;
}

static int copy_xattr(int from, int to, const char *name, char value[MAX_XATTR]) {
    ssize_t size = fgetxattr(from, name, value, MAX_XATTR);
    if (size >= 0 && fsetxattr(to, name, value, (size_t)size, 0) == 0)
        return 0;
    return may_stay(errno) ? 0 : -1;
}

/* Last of all, since a change of owner takes file capabilities away, and one of the mode changes access lists. */
static int copy_xattrs(int from, int to) {
    autofree char *names = malloc(2 * MAX_XATTR);
    if (!names)
        return -1;
    ssize_t size = flistxattr(from, names, MAX_XATTR);
    if (size < 0)
        return may_stay(errno) ? 0 : -1;
    for (char *name = names; name < names + size; name += strlen(name) + 1) {
        if (copy_xattr(from, to, name, names + MAX_XATTR) < 0)
            return -1;
    }
    return 0;
}

/* After everything else: owner, mode, attributes and times of what is open. */
static int finish(const struct pair *pair, int from, int to, const char *name, const struct stat *status) {
    const struct timespec times[2] = {status->st_atim, status->st_mtim};
    /* The mode after the owner: a change of owner clears the set-user-id bit. */
    if (copy_owner(to, "", status) < 0 || fchmod(to, status->st_mode & 07777) < 0)
        return fail_copy(pair, "fchown", name);
    if (copy_xattrs(from, to) < 0)
        return fail_copy(pair, "fsetxattr", name);
    return futimens(to, times) < 0 ? fail_copy(pair, "futimens", name) : 0;
}

/* Of what cannot be opened: links and nodes. */
static int finish_named(const struct pair *pair, const char *name, const struct stat *status) {
    const struct timespec times[2] = {status->st_atim, status->st_mtim};
    if (copy_owner(pair->to, name, status) < 0)
        return fail_copy(pair, "fchownat", name);
    return utimensat(pair->to, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? fail_copy(pair, "utimensat", name) : 0;
}

static int copy_file(const struct pair *pair, const char *name, const struct stat *status) {
    autoclose int from = openat(pair->from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat opened;
    /* It may have been exchanged since it was listed; a regular file can be read without waiting. */
    if (from < 0 || fstat(from, &opened) < 0 || !S_ISREG(opened.st_mode))
        return fail_copy(pair, "open", name);
    autoclose int to = openat(pair->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (to < 0)
        return fail_copy(pair, "open(O_CREAT)", name);
    for (;;) {
        ssize_t sent = sendfile(to, from, NULL, 1 << 20);
        if (sent == 0)
            break;
        if (sent < 0 && errno != EINTR)
            return fail_copy(pair, "sendfile", name);
    }
    return finish(pair, from, to, name, status);
}

static int copy_link(const struct pair *pair, const char *name, const struct stat *status) {
    char target[PATH_MAX];
    ssize_t length = readlinkat(pair->from, name, target, sizeof target - 1);
    if (length < 0)
        return fail_copy(pair, "readlinkat", name);
    target[length] = '\0';
    if (symlinkat(target, pair->to, name) < 0)
        return fail_copy(pair, "symlinkat", name);
    return finish_named(pair, name, status);
}

static int copy_node(const struct pair *pair, const char *name, const struct stat *status) {
    if (mknodat(pair->to, name, status->st_mode, status->st_rdev) < 0)
        return fail_copy(pair, "mknodat", name);
    return finish_named(pair, name, status);
}

static int copy_below(const struct pair *pair, const char *name, const struct stat *status) {
    if (mkdirat(pair->to, name, 0700) < 0)
        return fail_copy(pair, "mkdirat", name);
    autoclose int to = openat(pair->to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    autoclose int from = openat(pair->from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (to < 0 || from < 0)
        return fail_copy(pair, "open", name);
    const struct pair below = {
        .from = from, .to = to, .device = pair->device, .depth = pair->depth + 1, .dest = pair->dest};
    if (status->st_dev == pair->device && copy_directory(&below) < 0)
        return -1;
    return finish(pair, from, to, name, status);
}

static int copy_entry(const struct pair *pair, const char *name) {
    struct stat status;
    if (fstatat(pair->from, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return fail_copy(pair, "fstatat", name);
    switch (status.st_mode & S_IFMT) {
    case S_IFDIR:
        return copy_below(pair, name, &status);
    case S_IFREG:
        return copy_file(pair, name, &status);
    case S_IFLNK:
        return copy_link(pair, name, &status);
    case S_IFCHR:
    case S_IFBLK:
    case S_IFIFO:
        return copy_node(pair, name, &status);
    default:
        /* A socket without its server is of no use. */
        return 0;
    }
}

static void close_list(DIR **list) {
    if (*list)
        closedir(*list);
}

static int copy_directory(const struct pair *pair) {
    if (pair->depth > MAX_DEPTH)
        return failed_with(ELOOP, "copy", "%s", pair->dest);
    int copy = fcntl(pair->from, F_DUPFD_CLOEXEC, 3);
    DIR *list __attribute__((cleanup(close_list))) = copy < 0 ? NULL : fdopendir(copy);
    if (!list)
        return fail_copy(pair, "readdir", ".");
    for (struct dirent *entry; (entry = readdir(list));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (copy_entry(pair, entry->d_name) < 0)
            return -1;
    }
    return 0;
}

int copy_up(int from, int to, const char *dest) {
    struct stat status;
    /* For listing: the descriptors given are for paths only. */
    autoclose int source = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (source < 0 || fstat(source, &status) < 0)
        return failed("open", "%s", dest);
    const struct pair pair = {.from = source, .to = to, .device = status.st_dev, .dest = dest};
    if (copy_directory(&pair) < 0)
        return -1;
    /* The mode is the mount's own option; see keepMode. */
    return copy_owner(to, ".", &status) < 0 ? failed("fchownat", "%s", dest) : 0;
}
