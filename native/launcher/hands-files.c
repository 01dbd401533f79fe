/* Operations on files of the host: state directory, pid file, cgroup files, sockets. */
#include "hands.h"
#include "io.h"
#include "lock.h"
#include "tree.h"
#include "wait.h"
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* Longest content that awaitContent looks through. */
#define CONTENT_MAX 65536u

int hands_open(struct hands *hands, const struct op *op) {
    const struct hands_open *arg = (const void *)op->args;
    int fd = open(arg->path.text, (int)arg->flags.n | O_CLOEXEC | O_NOCTTY, (mode_t)arg->mode.n);
    if (fd < 0)
        return failed("open", "%s", arg->path.text);
    return slot_fill(hands, &arg->into, fd);
}

int hands_lock(struct hands *hands, const struct op *op) {
    const struct hands_lock *arg = (const void *)op->args;
    int file = slot_of(hands, &arg->file);
    if (file < 0)
        return -1;
    return lock_take(file, deadline_in(arg->deadline.n)) < 0 ? failed("flock", NULL) : 0;
}

int hands_unless_gone(struct hands *hands, const struct op *op) {
    const struct hands_unless_gone *arg = (const void *)op->args;
    struct stat status;
    int file = arg->file.n < hands->slot_count ? hands->slots[arg->file.n] : -1;
    if (file >= 0 && fstat(file, &status) < 0)
        return failed("fstat", NULL);
    hands->over = file < 0 || status.st_nlink == 0;
    return 0;
}

static mode_t current_umask(void) {
    mode_t mask = umask(0);
    umask(mask);
    return mask;
}

/* The planned mode is exact; the caller's umask is for what the container makes. */
static int make_directory(const char *path, mode_t mode) {
    if (mkdir(path, mode) < 0)
        return -1;
    return current_umask() & mode ? chmod(path, mode) : 0;
}

int hands_mkdir(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_mkdir *arg = (const void *)op->args;
    if (make_directory(arg->path.text, (mode_t)arg->mode.n) < 0)
        return failed("mkdir", "%s", arg->path.text);
    return 0;
}

int hands_mkdir_all(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_mkdir_all *arg = (const void *)op->args;
    struct stat status;
    if (stat(arg->path.text, &status) == 0 && S_ISDIR(status.st_mode))
        return 0;
    autofree char *path = strdup(arg->path.text);
    if (!path)
        return failed("malloc", NULL);
    for (char *slash = path; slash;) {
        slash = strchr(slash + 1, '/');
        if (slash)
            *slash = '\0';
        if (make_directory(path, (mode_t)arg->mode.n) < 0 && errno != EEXIST)
            return failed("mkdir", "%s", path);
        if (slash)
            *slash = '/';
    }
    if (stat(path, &status) < 0 || !S_ISDIR(status.st_mode))
        return failed_with(ENOTDIR, "mkdir", "%s", path);
    return 0;
}

int hands_rmdir(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_rmdir *arg = (const void *)op->args;
    return rmdir(arg->path.text) < 0 && errno != ENOENT ? failed("rmdir", "%s", arg->path.text) : 0;
}

int hands_remove_tree(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_remove_tree *arg = (const void *)op->args;
    autoclose int dir = open(arg->path.text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        return errno == ENOENT ? 0 : failed("open", "%s", arg->path.text);
    if (tree_empty(dir, true) < 0)
        return failed("unlink", "%s", arg->path.text);
    if (rmdir(arg->path.text) < 0 && errno != ENOENT)
        return failed("rmdir", "%s", arg->path.text);
    return 0;
}

static int write_text(const struct hands *hands, int file, const union arg *text) {
    size_t length;
    autofree char *rendered = template_render(text, &hands->variables, &length);
    if (!rendered)
        return -1;
    ssize_t put = write(file, rendered, length);
    if (put >= 0 && (size_t)put < length)
        errno = EIO;
    return put >= 0 && (size_t)put == length ? 0 : -1;
}

static char *temporary_beside(const char *path) {
    autofree char *copy_a = strdup(path), *copy_b = strdup(path);
    char *temporary = NULL;
    if (copy_a && copy_b &&
        asprintf(&temporary, "%s/.%s.%d", dirname(copy_a), basename(copy_b), getpid()) >= 0)
        return temporary;
    return NULL;
}

static int write_new(const struct hands *hands, const char *path, mode_t mode, const union arg *text) {
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    autoclose int file = open(path, flags, mode);
    /* Only a dead process of this pid can have left one. */
    if (file < 0 && errno == EEXIST && unlink(path) == 0)
        file = open(path, flags, mode);
    if (file < 0)
        return failed("open", "%s", path);
    size_t length;
    autofree char *rendered = template_render(text, &hands->variables, &length);
    if (!rendered || fchmod(file, mode) < 0 || write_full(file, rendered, length) < 0)
        return failed("write", "%s", path);
    return 0;
}

int hands_write_file(struct hands *hands, const struct op *op) {
    const struct hands_write_file *arg = (const void *)op->args;
    autofree char *temporary = temporary_beside(arg->path.text);
    if (!temporary)
        return failed("malloc", NULL);
    if (write_new(hands, temporary, (mode_t)arg->mode.n, &arg->text) < 0) {
        unlink(temporary);
        return -1;
    }
    if (rename(temporary, arg->path.text) == 0)
        return 0;
    failed("rename", "%s", arg->path.text);
    unlink(temporary);
    return -1;
}

int hands_write(struct hands *hands, const struct op *op) {
    const struct hands_write *arg = (const void *)op->args;
    autoclose int file = open(arg->path.text, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0)
        return failed("open", "%s", arg->path.text);
    return write_text(hands, file, &arg->text) < 0 ? failed("write", "%s", arg->path.text) : 0;
}

/* Whether what follows this operation, if it succeeds, writes to the same file: a rule of devices.allow, say. */
static bool is_written_next(const struct hands *hands, const struct op *op) {
    const struct op *next = op + 1 + op->skip;
    if (next >= hands->end || next->code != HANDS_WRITE_AT)
        return false;
    const struct hands_write_at *here = (const void *)op->args, *there = (const void *)next->args;
    return here->dir.n == there->dir.n && strcmp(here->name.text, there->name.text) == 0;
}

int hands_write_at(struct hands *hands, const struct op *op) {
    const struct hands_write_at *arg = (const void *)op->args;
    int dir = slot_of(hands, &arg->dir);
    if (dir < 0)
        return -1;
    autoclose int file = hands->written;
    hands->written = 0;
    if (!file)
        file = openat(dir, arg->name.text, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0)
        return failed("open", "%s", arg->name.text);
    if (write_text(hands, file, &arg->text) < 0)
        return failed("write", "%s", arg->name.text);
    if (is_written_next(hands, op))
        hands->written = steal_fd(&file);
    return 0;
}

/* 1: the text is a line of the file; 0: it is none; -1. */
static int holds(const char *path, const union arg *text) {
    autoclose int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return failed("open", "%s", path);
    size_t size;
    autofree char *content = read_all(file, CONTENT_MAX, &size);
    if (!content)
        return failed("read", "%s", path);
    for (char *save = NULL, *line = strtok_r(content, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        if (strcmp(line, text->text) == 0)
            return 1;
    return 0;
}

int hands_await_content(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_await_content *arg = (const void *)op->args;
    uint64_t deadline = deadline_in(arg->deadline.n);
    unsigned tries = 0;
    for (;;) {
        int outcome = holds(arg->path.text, &arg->text);
        if (outcome != 0)
            return outcome > 0 ? 0 : -1;
        if (wait_again(&tries, deadline) < 0)
            return failed("wait", "%s", arg->path.text);
    }
}

int hands_mkfifo(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_mkfifo *arg = (const void *)op->args;
    const char *path = arg->path.text;
    if (mkfifo(path, (mode_t)arg->mode.n) < 0)
        return failed("mkfifo", "%s", path);
    uid_t uid = (uid_t)arg->uid.n;
    gid_t gid = (gid_t)arg->gid.n;
    bool owned = uid == geteuid() && gid == getegid();
    if (!owned && chown(path, uid, gid) < 0)
        failed("chown", "%s", path);
    else if (current_umask() & arg->mode.n && chmod(path, (mode_t)arg->mode.n) < 0)
        failed("chmod", "%s", path);
    else
        return 0;
    unlink(path);
    return -1;
}

int hands_symlink(struct hands *hands, const struct op *op) {
    const struct hands_symlink *arg = (const void *)op->args;
    size_t length;
    autofree char *target = template_render(&arg->target, &hands->variables, &length);
    if (!target)
        return failed("malloc", "%s", arg->path.text);
    return symlink(target, arg->path.text) < 0 ? failed("symlink", "%s", arg->path.text) : 0;
}

int hands_unlink(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_unlink *arg = (const void *)op->args;
    return unlink(arg->path.text) < 0 ? failed("unlink", "%s", arg->path.text) : 0;
}

int hands_close(struct hands *hands, const struct op *op) {
    const struct hands_close *arg = (const void *)op->args;
    if (slot_of(hands, &arg->file) < 0)
        return -1;
    close(steal_fd(&hands->slots[arg->file.n]));
    return 0;
}

int hands_connect(struct hands *hands, const struct op *op) {
    const struct hands_connect *arg = (const void *)op->args;
    /* Through a descriptor, so that the path's length does not matter. */
    autoclose int file = open(arg->path.text, O_PATH | O_CLOEXEC);
    if (file < 0)
        return failed("open", "%s", arg->path.text);
    autoclose int stream = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (stream < 0)
        return failed("socket", NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", file);
    if (connect(stream, (const struct sockaddr *)&address, sizeof address) < 0)
        return failed("connect", "%s", arg->path.text);
    return slot_fill(hands, &arg->into, steal_fd(&stream));
}

int hands_socketpair(struct hands *hands, const struct op *op) {
    const struct hands_socketpair *arg = (const void *)op->args;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return failed("socketpair", NULL);
    int a = slot_fill(hands, &arg->a, ends[0]);
    int b = slot_fill(hands, &arg->b, ends[1]);
    return a < 0 || b < 0 ? -1 : 0;
}
