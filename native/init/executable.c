#include "executable.h"
#include "fail.h"
#include "io.h"
#include "resolve.h"
#include "stub.h"
#include "sys.h"
#include <string.h>
#include <sys/stat.h>

/* 0, or -1 with errno: EISDIR, EACCES for what is no regular file or not executable, or why it was not found. */
static int check_executable(const char *path) {
    autoclose int file = open(path, O_PATH | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) < 0)
        return -1;
    if (!S_ISREG(status.st_mode)) {
        errno = S_ISDIR(status.st_mode) ? EISDIR : EACCES;
        return -1;
    }
    /* With the effective ids, which are the user's by now; as are the real ones, should seccomp not know faccessat2. */
    int result = sys_faccessat2(file, "", X_OK, AT_EACCESS | AT_EMPTY_PATH);
    return result < 0 && (errno == ENOSYS || errno == EPERM) ? access(path, X_OK) : result;
}

/* The failing component of a path that was given whole. */
static char *explain(const char *path) {
    int error = errno;
    if (path[0] == '/' && (error == ENOENT || error == ENOTDIR || error == ELOOP)) {
        autoclose int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        autoclose int found = root < 0 ? -1 : open_in_root(root, path, MAKE_NOTHING, 0, false);
        if (found < 0 && errno == error)
            return NULL;
    }
    failed_with(error, "stat", "%s", path);
    return NULL;
}

static char *join(const char *folder, size_t length, const char *name) {
    char *path = malloc(length + strlen(name) + 2);
    if (!path)
        return NULL;
    memcpy(path, folder, length);
    /* An empty element is the working directory. */
    if (length)
        path[length++] = '/';
    strcpy(path + length, name);
    return path;
}

static char *look_up(const char *name, const char *path) {
    int error = ENOENT;
    for (const char *folder = path; *path; folder++) {
        size_t length = strcspn(folder, ":");
        autofree char *candidate = join(folder, length, name);
        if (!candidate) {
            failed("malloc", NULL);
            return NULL;
        }
        if (check_executable(candidate) == 0) {
            char *found = candidate;
            candidate = NULL;
            return found;
        }
        /* As a shell does: a file that may not be executed is skipped, but remembered as the reason. */
        if (errno == EACCES)
            error = EACCES;
        folder += length;
        if (!*folder)
            break;
    }
    failed_with(error, "path lookup", "%s", name);
    return NULL;
}

char *find_executable(const char *name, const char *path) {
    if (!*name) {
        failed_with(ENOENT, "path lookup", "%s", name);
        return NULL;
    }
    if (!strchr(name, '/'))
        return look_up(name, path);
    if (check_executable(name) < 0)
        return explain(name);
    char *copy = strdup(name);
    if (!copy)
        failed("malloc", NULL);
    return copy;
}

int op_resolve(struct stub *stub, const struct stub_resolve *arg) {
    free(stub->executable);
    stub->executable = find_executable(arg->name.text, arg->path.text);
    return stub->executable ? 0 : -1;
}
