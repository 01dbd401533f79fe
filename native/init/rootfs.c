/* The root file system: prepared as a mount of its own, and made `/`. */
#include "attributes.h"
#include "io.h"
#include "procfs.h"
#include "sys.h"
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

int op_propagate(struct stub *stub, const struct stub_propagate *arg) {
    (void)stub;
    return mount(NULL, "/", NULL, arg->flags.n, NULL) < 0 ? failed("mount(propagation)", "/") : 0;
}

/* Upwards from the path, the first directory that is the root of a mount; only a mount's root has a propagation. */
int op_private_parent(struct stub *stub, const struct stub_private_parent *arg) {
    autoclose int at = open(arg->path.text, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return failed("open", "%s", arg->path.text);
    for (;;) {
        failure_reset();
        if (change_propagation(stub, at, arg->propagation.n, arg->path.text) == 0)
            return 0;
        if (errno != EINVAL)
            return -1;
        int above = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        struct stat here, there;
        if (above < 0 || fstat(at, &here) < 0 || fstat(above, &there) < 0)
            return failed("open", "%s/..", arg->path.text);
        close(at);
        at = above;
        /* A `/` that is no mount's root: railcar was started in a chroot. */
        if (here.st_dev == there.st_dev && here.st_ino == there.st_ino)
            return failed_with(EINVAL, "mount_setattr(propagation)", "/");
    }
}

int op_rootfs(struct stub *stub, const struct stub_rootfs *arg) {
    const char *path = arg->path.text;
    autoclose int tree = -1;
    if (arg->tree.n == NO_SLOT) {
        tree = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | AT_RECURSIVE);
    } else {
        int given = slot(stub, &arg->tree);
        if (given < 0)
            return -1;
        tree = fcntl(given, F_DUPFD_CLOEXEC, 3 + (int)stub->preserve);
    }
    if (tree < 0)
        return failed("open_tree", "%s", path);
    autoclose int target = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (target < 0)
        return failed("open", "%s", path);
    if (attach(tree, target, path) < 0)
        return -1;
    /* The tree's descriptor is now the root directory of the attached mount: nothing is looked up again. */
    set_slot(stub, &arg->into, steal_fd(&tree));
    return 0;
}

int op_open_root(struct stub *stub, const struct stub_open_root *arg) {
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return failed("open", "/");
    set_slot(stub, &arg->into, root);
    return 0;
}

/*
 * With both arguments ".", the old root ends up on top of the new one and is detached at once: no directory for it is
 * needed in the rootfs. Made a slave first, so that the detaching is not seen by the host.
 */
static int pivot(int root) {
    autoclose int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (old < 0)
        return failed("open", "/");
    if (fchdir(root) < 0)
        return failed("fchdir", "rootfs");
    if (sys_pivot_root(".", ".") < 0)
        return failed("pivot_root", NULL);
    if (fchdir(old) < 0)
        return failed("fchdir", "old root");
    if (mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0)
        return failed("mount(MS_SLAVE)", "old root");
    if (umount2(".", MNT_DETACH) < 0)
        return failed("umount2", "old root");
    return chdir("/") < 0 ? failed("chdir", "/") : 0;
}

static int become_root(int root) {
    if (fchdir(root) < 0)
        return failed("fchdir", "rootfs");
    if (chroot(".") < 0)
        return failed("chroot", "rootfs");
    return chdir("/") < 0 ? failed("chdir", "/") : 0;
}

/* Undoes the octal escapes of mountinfo, in place. */
static void unescape(char *text) {
    char *to = text;
    for (const char *from = text; *from; to++) {
        if (from[0] == '\\' && strspn(from + 1, "01234567") >= 3) {
            *to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

static bool is_below(const char *path, const char *folder) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Ends the word at `text` and returns what follows it. */
static char *end_word(char *text) {
    char *end = text + strcspn(text, " ");
    if (!*end)
        return end;
    *end = '\0';
    return end + 1;
}

/* One line: `id parent dev root POINT options [fields] - TYPE source options`. */
static int hide_if_kernel_view(char *line, const char *rootfs) {
    char *separator = strstr(line, " - "), *point = line;
    if (!separator)
        return 0;
    char *type = separator + strlen(" - ");
    end_word(type);
    for (int i = 0; i < 4; i++)
        point = end_word(point);
    end_word(point);
    unescape(point);
    if ((strcmp(type, "proc") != 0 && strcmp(type, "sysfs") != 0) || is_below(point, rootfs))
        return 0;
    if (mount(NULL, point, NULL, MS_SLAVE | MS_REC, NULL) < 0 && errno != EINVAL && errno != ENOENT)
        return failed("mount(MS_SLAVE)", "%s", point);
    if (umount2(point, MNT_DETACH) == 0 || errno == ENOENT)
        return 0;
    /* Locked by a user namespace, or under another mount: then it is at least covered. */
    if ((errno != EINVAL && errno != EPERM) || mount("tmpfs", point, "tmpfs", 0, "size=4k") < 0)
        return failed("umount2", "%s", point);
    return 0;
}

/*
 * Without pivot_root the host's mounts stay in the namespace, below the moved root. A fully visible proc or sysfs among
 * them would let a process in a new user namespace mount another one, without the masked and read-only paths.
 */
static int hide_kernel_views(const struct stub *stub, int root) {
    char name[FD_PATH_SIZE], rootfs[PATH_MAX];
    ssize_t length = readlinkat(stub->procfs, fd_name(name, root), rootfs, sizeof rootfs - 1);
    if (length < 0)
        return failed("readlinkat", "rootfs");
    rootfs[length] = '\0';
    autoclose int file = open_in_procfs(stub, "self/mountinfo", O_RDONLY);
    size_t size;
    autofree char *text = file < 0 ? NULL : read_all(file, 64 << 20, &size);
    if (!text)
        return failed("read", "/proc/self/mountinfo");
    char *position = NULL;
    for (char *line = strtok_r(text, "\n", &position); line; line = strtok_r(NULL, "\n", &position)) {
        if (hide_if_kernel_view(line, rootfs) < 0)
            return -1;
    }
    return 0;
}

static int move_root(const struct stub *stub, int root) {
    if (hide_kernel_views(stub, root) < 0)
        return -1;
    if (fchdir(root) < 0)
        return failed("fchdir", "rootfs");
    if (mount(".", "/", NULL, MS_MOVE, NULL) < 0)
        return failed("mount(MS_MOVE)", "rootfs");
    return become_root(root);
}

int op_pivot(struct stub *stub, const struct stub_pivot *arg) {
    int root = slot(stub, &arg->root);
    if (root < 0)
        return -1;
    switch (arg->how.n) {
    case ROOT_PIVOT:
        return pivot(root);
    case ROOT_MOVE:
        return move_root(stub, root);
    case ROOT_CHROOT:
        return become_root(root);
    default:
        return failed_with(EINVAL, "pivot", NULL);
    }
}
