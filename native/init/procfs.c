#include "procfs.h"
#include "channel.h"
#include "io.h"
#include "sys.h"
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* PROC_ROOT_INO of the kernel: no other directory of a procfs has it. */
#define PROC_ROOT_INODE 1

static int is_procfs(int fd) {
    struct statfs system;
    return fstatfs(fd, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

int open_procfs(void) {
    autoclose int fd = open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    struct stat status;
    if (fstat(fd, &status) < 0)
        return -1;
    if (!is_procfs(fd) || status.st_ino != PROC_ROOT_INODE) {
        errno = EXDEV;
        return -1;
    }
    return steal_fd(&fd);
}

int open_in_procfs(const struct stub *stub, const char *path, int flags) {
    uint64_t resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    /* Below sys/ the caller's own host may have mounts (LXC binds parts of it); no file of a process is one. */
    if (strncmp(path, "sys/", 4) != 0)
        resolve |= RESOLVE_NO_XDEV;
    autoclose int fd = sys_openat2(stub->procfs, path, (unsigned)flags | O_NOFOLLOW, 0, resolve);
    if (fd < 0)
        return failed("openat2", "/proc/%s", path);
    if (!is_procfs(fd))
        return failed_with(EXDEV, "fstatfs", "/proc/%s", path);
    return steal_fd(&fd);
}

int open_own_program(const struct stub *stub) {
    /* A magic link, of the caller's procfs and about this process: it leads to what is being executed and nowhere else. */
    return openat(stub->procfs, "self/exe", O_PATH | O_CLOEXEC);
}

/* The kernel takes one value a write, so a short write is a failure and not a reason to go on. */
static int write_once(int fd, const char *path, const union arg *text) {
    ssize_t put = write(fd, text->text, text->length);
    if (put < 0)
        return failed("write", "/proc/%s", path);
    if ((size_t)put != text->length)
        return failed_with(EIO, "write", "/proc/%s", path);
    return 0;
}

static int write_in_procfs(
    struct stub *stub, const char *folder, const union arg *name, const union arg *text) {
    char path[PATH_MAX];
    if (name->length == 0 || strlen(folder) + name->length >= sizeof path || strstr(name->text, ".."))
        return failed_with(EINVAL, "openat2", "/proc/%s%s", folder, name->text);
    stpcpy(stpcpy(path, folder), name->text);
    autoclose int fd = open_in_procfs(stub, path, O_WRONLY);
    return fd < 0 ? -1 : write_once(fd, path, text);
}

int op_write_self(struct stub *stub, const struct stub_write_self *arg) {
    return write_in_procfs(stub, "self/", &arg->name, &arg->text);
}

int op_send_network(struct stub *stub, const struct stub_send_network *arg) {
    (void)arg;
    autoclose int namespace = openat(stub->procfs, "self/ns/net", O_RDONLY | O_CLOEXEC);
    if (namespace < 0)
        return failed("open", "/proc/self/ns/net");
    return stub_send(stub, CHANNEL_SLOT, NULL, 0, namespace) < 0 ? failed("send", "network namespace") : 0;
}

int op_sysctl(struct stub *stub, const struct stub_sysctl *arg) {
    return write_in_procfs(stub, "sys/", &arg->path, &arg->value);
}

int reopen(const struct stub *stub, int fd, int flags) {
    char path[FD_PATH_SIZE];
    int opened;
    do
        opened = openat(stub->procfs, fd_name(path, fd), flags | O_CLOEXEC);
    while (opened < 0 && errno == EINTR);
    return opened;
}

/* Where self/fd/N is a path. Returns what leave_procfs() wants, or -2. */
static int enter_procfs(const struct stub *stub) {
    int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fchdir(stub->procfs) == 0)
        return before;
    close_descriptor(&before);
    return -2;
}

/* Back again, with the result of the call in between and its errno: a directory of the host must never stay. */
static int leave_procfs(int before, int result) {
    autoclose int directory = before;
    int error = errno;
    if ((directory < 0 || fchdir(directory) < 0) && chdir("/") < 0)
        return -1;
    errno = error;
    return result;
}

int mount_on(const struct stub *stub, int target, const char *source, const char *type, unsigned long flags,
    const char *data) {
    int before = enter_procfs(stub);
    char path[FD_PATH_SIZE];
    return before == -2 ? -1 : leave_procfs(before, mount(source, fd_name(path, target), type, flags, data));
}

int unmount_on(const struct stub *stub, int target) {
    int before = enter_procfs(stub);
    char path[FD_PATH_SIZE];
    return before == -2 ? -1 : leave_procfs(before, umount2(fd_name(path, target), MNT_DETACH));
}
