#include "cgroup.h"
#include "fail.h"
#include "io.h"
#include "sys.h"
#include "tree.h"
#include "wait.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Of one cgroup.procs: a million processes. */
#define PROCS_MAX (8u << 20)

/* Returns 1 if it has made the directory, 0 if it was there, or -1. */
static int make_with_parents(const char *path) {
    if (mkdir(path, 0755) == 0)
        return 1;
    if (errno == EEXIST)
        return 0;
    char *slash = strrchr(path, '/');
    if (errno != ENOENT || !slash || slash == path)
        return failed("mkdir", "%s", path);
    autofree char *parent = strndup(path, (size_t)(slash - path));
    if (!parent)
        return failed("malloc", NULL);
    if (make_with_parents(parent) < 0)
        return -1;
    if (mkdir(path, 0755) == 0)
        return 1;
    if (errno == EEXIST)
        return 0;
    failed("mkdir", "%s", path);
    /* Empty, since it was missing a moment ago; if others use it by now, it stays. */
    rmdir(parent);
    return -1;
}

int cgroup_make(const char *path, bool *made) {
    int outcome = make_with_parents(path);
    if (outcome < 0)
        return -1;
    *made = outcome > 0;
    int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return dir < 0 ? failed("open", "%s", path) : dir;
}

static char *read_procs(int dir) {
    autoclose int file = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    size_t size;
    return file < 0 ? NULL : read_all(file, PROCS_MAX, &size);
}

/* A cgroup that is gone holds nobody; a threaded one's processes are listed by its domain. */
static int nobody(void) {
    return errno == ENOENT || errno == ENODEV || errno == EOPNOTSUPP ? 0 : -1;
}

static int is_occupied(int dir, void *context) {
    (void)context;
    autoclose int file = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    char first;
    ssize_t got = file < 0 ? -1 : read(file, &first, sizeof first);
    return got < 0 ? nobody() : got > 0;
}

int cgroup_is_empty(int dir) {
    int occupied = tree_walk(dir, is_occupied, NULL);
    return occupied < 0 ? -1 : !occupied;
}

int cgroup_give(int dir, char *const *files, uid_t uid) {
    if (fchownat(dir, "", uid, (gid_t)-1, AT_EMPTY_PATH) < 0)
        return failed("chown", NULL);
    for (; *files; files++)
        if (fchownat(dir, *files, uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
            return failed("chown", "%s", *files);
    return 0;
}

static int signal_each(int dir, void *context) {
    const int *number = context;
    autofree char *procs = read_procs(dir);
    if (!procs)
        return nobody();
    for (char *save = NULL, *word = strtok_r(procs, "\n", &save); word; word = strtok_r(NULL, "\n", &save)) {
        pid_t pid = atoi(word);
        /* 0: of a pid namespace that is not below ours. */
        if (pid > 0 && pid != getpid())
            kill(pid, *number);
    }
    return 0;
}

static void write_state(int dir, const char *name, const char *text) {
    autoclose int file = openat(dir, name, O_WRONLY | O_CLOEXEC);
    if (file >= 0)
        write_full(file, text, strlen(text));
}

static int thaw(int dir, void *context) {
    (void)context;
    write_state(dir, "freezer.state", "THAWED");
    write_state(dir, "cgroup.freeze", "0");
    return 0;
}

/*
 * One round of SIGKILL. v2 has a file for it since Linux 5.14, which also catches what forks meanwhile. Else what can be
 * frozen is, so that nothing forks; on v1 a frozen process dies only when it is thawed, and each cgroup of the tree may
 * be frozen.
 */
static int kill_round(int dir) {
    if (faccessat(dir, "cgroup.kill", W_OK, 0) == 0) {
        write_state(dir, "cgroup.kill", "1");
        return 0;
    }
    write_state(dir, "freezer.state", "FROZEN");
    write_state(dir, "cgroup.freeze", "1");
    int number = SIGKILL;
    int outcome = tree_walk(dir, signal_each, &number);
    tree_walk(dir, thaw, NULL);
    return outcome;
}

static int kill_all(int dir, uint64_t deadline) {
    for (unsigned tries = 0;;) {
        int empty = cgroup_is_empty(dir);
        if (empty != 0)
            return empty > 0 ? 0 : -1;
        if (kill_round(dir) < 0 || wait_again(&tries, deadline) < 0)
            return -1;
    }
}

int cgroup_kill(const char *path, int number, uint64_t deadline) {
    autoclose int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return errno == ENOENT ? 0 : failed("open", "%s", path);
    int outcome = number == SIGKILL ? kill_all(dir, deadline) : tree_walk(dir, signal_each, &number);
    return outcome < 0 ? failed("kill", "%s", path) : 0;
}

static int remove_once(const char *path) {
    if (rmdir(path) == 0 || errno == ENOENT)
        return 0;
    if (errno != EBUSY && errno != ENOTEMPTY)
        return -1;
    autoclose int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        return errno == ENOENT ? 0 : -1;
    if (tree_empty(dir, false) < 0)
        return -1;
    return rmdir(path) == 0 || errno == ENOENT ? 0 : -1;
}

int cgroup_remove(const char *path, uint64_t deadline) {
    for (unsigned tries = 0;;) {
        if (remove_once(path) == 0)
            return 0;
        if (errno != EBUSY && errno != ENOTEMPTY)
            return failed("rmdir", "%s", path);
        int error = errno;
        if (wait_again(&tries, deadline) < 0)
            return failed_with(errno == ETIMEDOUT ? error : errno, "rmdir", "%s", path);
    }
}
