#include "reads.h"
#include "dir.h"
#include "io.h"
#include "lock.h"
#include "message.h"
#include "trace.h"
#include "tree.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

/* More names than any directory has that a runtime looks into. */
#define LIST_MAX 1000000u
/* What one message must also hold besides a file's content. */
#define FRAME_REST 4096u

struct query {
    uint64_t kind;
    char *path;
    char *name;
    uint64_t max;
};

/* The items of one answer, as they go into the frame. */
struct answer {
    struct frame *frame;
    uint32_t items;
};

static void add_item(struct answer *answer, const void *bytes, size_t size) {
    frame_bytes(answer->frame, bytes, size);
    answer->items++;
}

static uint64_t content_max(const struct query *query) {
    return query->max < MAX_FRAME - FRAME_REST ? query->max : MAX_FRAME - FRAME_REST;
}

static int add_content(struct answer *answer, int file, const struct query *query) {
    if (file < 0)
        return -1;
    size_t size;
    autofree char *content = read_all(file, content_max(query), &size);
    if (!content)
        return -1;
    add_item(answer, content, size);
    return 0;
}

static int open_regular(int dir, const char *path) {
    /* Non-blocking: nobody may ever open the other end of a fifo. Only a regular file has an end; those of /proc are. */
    autoclose int file = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat status;
    if (file < 0 || fstat(file, &status) < 0)
        return -1;
    if (S_ISREG(status.st_mode))
        return steal_fd(&file);
    errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
    return -1;
}

static int read_file(const struct query *query, struct answer *answer) {
    autoclose int file = open_regular(AT_FDCWD, query->path);
    return add_content(answer, file, query);
}

/* Waits for whoever writes it, as the user who named a pipe expects. */
static int read_stream(const struct query *query, struct answer *answer) {
    autoclose int file = open(query->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return add_content(answer, file, query);
}

/* Read once only, but answered again: a command may have to be begun anew without the standby that served it. */
static int read_stdin(const struct query *query, struct answer *answer) {
    static char *content;
    static size_t size;
    if (!content)
        content = read_all(STDIN_FILENO, content_max(query), &size);
    if (!content)
        return -1;
    add_item(answer, content, size);
    return 0;
}

static int read_list(const struct query *query, struct answer *answer) {
    autoclosedir DIR *dir = opendir(query->path);
    if (!dir)
        return -1;
    for (struct dirent *entry; (errno = 0, entry = readdir(dir));) {
        if (is_dots(entry->d_name))
            continue;
        if (answer->items >= LIST_MAX) {
            errno = EFBIG;
            return -1;
        }
        add_item(answer, entry->d_name, strlen(entry->d_name));
    }
    return errno ? -1 : 0;
}

static int read_stat(const struct query *query, struct answer *answer) {
    autoclose int file = open(query->path, O_PATH | O_CLOEXEC);
    struct stat status;
    struct statfs system;
    if (file < 0 || fstat(file, &status) < 0 || fstatfs(file, &system) < 0)
        return -1;
    char text[256];
    int size = snprintf(text, sizeof text, "%u %u %u %u %u %ju %ju %" PRIu64 " %" PRIu64, status.st_mode,
        status.st_uid, status.st_gid, major(status.st_rdev), minor(status.st_rdev), (uintmax_t)status.st_ino,
        (uintmax_t)status.st_size, (uint64_t)system.f_flags, (uint64_t)system.f_type);
    add_item(answer, text, (size_t)size);
    return 0;
}

static int read_link(const struct query *query, struct answer *answer) {
    char target[PATH_MAX];
    ssize_t size = readlink(query->path, target, sizeof target);
    if (size < 0)
        return -1;
    add_item(answer, target, (size_t)size);
    return 0;
}

/* What `path` below `dir` has to say of the directory with this name; 0 also if it has nothing to say. */
typedef int look_below(
    int dir, const char *path, const char *name, const struct query *query, struct answer *answer);

/* Not a link to one: what is in another place is not in this one. */
static bool is_directory(int dir, const struct dirent *entry) {
    struct stat status;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(dir, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

static int look_into_each(const struct query *query, struct answer *answer, look_below *look) {
    autoclosedir DIR *dir = opendir(query->path);
    if (!dir)
        return -1;
    for (struct dirent *entry; (errno = 0, entry = readdir(dir));) {
        char path[PATH_MAX];
        if (is_dots(entry->d_name) || !is_directory(dirfd(dir), entry))
            continue;
        int size = snprintf(path, sizeof path, "%s/%s", entry->d_name, query->name);
        if (size < (int)sizeof path && look(dirfd(dir), path, entry->d_name, query, answer) < 0)
            return -1;
    }
    return errno ? -1 : 0;
}

/* A directory without the file is no container's: it is left out, and so is one that is being removed. */
static int add_content_below(
    int dir, const char *path, const char *name, const struct query *query, struct answer *answer) {
    autoclose int file = open_regular(dir, path);
    size_t size;
    autofree char *content = file < 0 ? NULL : read_all(file, content_max(query), &size);
    if (!content)
        return errno == EFBIG || errno == ENOMEM ? -1 : 0;
    add_item(answer, name, strlen(name));
    add_item(answer, content, size);
    return 0;
}

static int add_if_there(
    int dir, const char *path, const char *name, const struct query *query, struct answer *answer) {
    (void)query;
    struct stat status;
    if (fstatat(dir, path, &status, AT_SYMLINK_NOFOLLOW) == 0)
        add_item(answer, name, strlen(name));
    return 0;
}

struct below {
    const struct query *query;
    char *text;
    size_t size;
};

static int collect(int dir, void *context) {
    struct below *below = context;
    autoclose int file = openat(dir, below->query->name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
    size_t size;
    autofree char *content = file < 0 ? NULL : read_all(file, below->query->max - below->size, &size);
    /* Gone meanwhile, or a threaded cgroup, whose processes its domain lists. */
    if (!content)
        return errno == ENOENT || errno == ENODEV || errno == EOPNOTSUPP ? 0 : -1;
    char *larger = realloc(below->text, below->size + size + 1);
    if (!larger)
        return -1;
    below->text = larger;
    memcpy(larger + below->size, content, size);
    below->size += size;
    return 0;
}

static int read_below(const struct query *query, struct answer *answer) {
    autoclose int dir = open(query->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return -1;
    struct below below = {.query = query};
    int outcome = tree_walk(dir, collect, &below);
    if (outcome == 0)
        add_item(answer, below.text, below.size);
    free_memory(&below.text);
    return outcome;
}

static int read_exists(const struct query *query, struct answer *answer) {
    (void)answer;
    struct stat status;
    return lstat(query->path, &status);
}

/* Of a directory: whether something can be made in it. */
static int read_writable(const struct query *query, struct answer *answer) {
    (void)answer;
    struct stat status;
    if (stat(query->path, &status) < 0)
        return -1;
    return faccessat(AT_FDCWD, query->path, S_ISDIR(status.st_mode) ? W_OK | X_OK : W_OK, AT_EACCESS);
}

/* Kept by the launcher: a Node layer that begins the command anew asks for it again. */
static int read_lock(const struct query *query, struct answer *answer) {
    static int held = -1;
    (void)answer;
    if (held < 0)
        held = lock_open(query->path, query->max);
    return held < 0 ? -1 : 0;
}

/* Started when the answers are on their way, so that nobody waits for it. */
static int wish_for_stub(const struct query *query, uint64_t *stub) {
    *stub = query->max;
    return 0;
}

static int look_up(const struct query *query, struct answer *answer, uint64_t *stub) {
    switch (query->kind) {
    case READ_FILE:
        return read_file(query, answer);
    case READ_LIST:
        return read_list(query, answer);
    case READ_STAT:
        return read_stat(query, answer);
    case READ_LINK:
        return read_link(query, answer);
    case READ_STDIN:
        return read_stdin(query, answer);
    case READ_EACH:
        return look_into_each(query, answer, add_content_below);
    case READ_BELOW:
        return read_below(query, answer);
    case READ_EXISTS:
        return read_exists(query, answer);
    case READ_STREAM:
        return read_stream(query, answer);
    case READ_HAVING:
        return look_into_each(query, answer, add_if_there);
    case READ_STUB:
        return wish_for_stub(query, stub);
    case READ_LOCK:
        return read_lock(query, answer);
    case READ_WRITABLE:
        return read_writable(query, answer);
    default:
        errno = EINVAL;
        return -1;
    }
}

/* Either all items, or the errno and none. */
static void answer_one(const struct query *query, struct frame *frame, uint64_t *stub) {
    size_t start = frame->size;
    frame_number(frame, 0);
    size_t hole = frame_hole(frame);
    struct answer answer = {.frame = frame};
    int error = look_up(query, &answer, stub) < 0 ? errno : frame->error;
    frame_fill(frame, hole, answer.items);
    if (!error)
        return;
    frame_cut(frame, start);
    frame_number(frame, (uint64_t)error);
    frame_u32(frame, 0);
}

int reads_answer(const struct message *message, struct frame *answers, uint64_t *stub) {
    struct cursor body = message_body(message);
    uint32_t count = take_count(&body);
    *stub = NO_STUB;
    frame_begin(answers, MESSAGE_ANSWERS);
    frame_u32(answers, count);
    for (uint32_t i = 0; i < count && !body.bad; i++) {
        struct query query = {.kind = take_number(&body)};
        autofree char *path = query.path = take_string(&body);
        autofree char *name = query.name = take_string(&body);
        query.max = take_number(&body);
        uint64_t start = trace_start();
        if (!body.bad)
            answer_one(&query, answers, stub);
        trace_step(start, "read", query.path);
    }
    if (!body.bad && !body.left)
        return 0;
    errno = EPROTO;
    return -1;
}
