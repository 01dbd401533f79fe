#include "io.h"
#include "resolve.h"
#include "stub.h"
#include "sys.h"

/*
 * The raw call: a C library may turn what the kernel says about a directory outside the root, "(unreachable)/...", into
 * an error or into a path. A filter may forbid it; then what was seen before the filter still holds, since nothing but
 * chdir changes the directory.
 */
int check_directory(const struct stub *stub) {
    char directory[PATH_MAX];
    if (stub->filtered && stub->changed_directory)
        return 0;
    if (syscall(SYS_getcwd, directory, sizeof directory) < 0)
        return failed("getcwd", NULL);
    return directory[0] == '/' ? 0 : failed_with(EXDEV, "getcwd", "%s", directory);
}

/* Names the component at fault: the walk in resolve.h, which starts at the container's root as the kernel does. */
static int explain(const char *path) {
    int error = errno;
    autoclose int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    autoclose int found = root < 0 ? -1 : open_in_root(root, path, MAKE_NOTHING, 0, false);
    if (found < 0 && errno == error)
        return -1;
    return failed_with(error, "chdir", "%s", path);
}

/* A magic link, such as /proc/self/fd/7, may lead to a directory of the host (CVE-2024-21626). */
static int change_directory(const char *path) {
    autoclose int directory = sys_openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0, RESOLVE_NO_MAGICLINKS);
    if (directory >= 0)
        return fchdir(directory);
    /* The container's seccomp filter may be in force already and not know openat2; the check that follows remains. */
    return errno == ENOSYS || errno == EPERM ? chdir(path) : -1;
}

int op_chdir(struct stub *stub, const struct stub_chdir *arg) {
    const char *path = arg->path.text;
    if (stub->changed_directory)
        return check_directory(stub);
    if (change_directory(path) < 0) {
        /* root without CAP_DAC_OVERRIDE on NFS, say: the user may be allowed what root is not. */
        return errno == EACCES && arg->early.n ? 0 : explain(path);
    }
    if (check_directory(stub) < 0)
        return -1;
    stub->changed_directory = true;
    return 0;
}
