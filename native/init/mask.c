/* Hiding and write-protecting parts of /proc and /sys. */
#include "attributes.h"
#include "device.h"
#include "io.h"
#include "resolve.h"
#include "sys.h"
#include <sys/stat.h>

/* Returns 0, and -1 as the target, if there is nothing to hide; or -1. */
static int find_target(int root, const char *path, int *target) {
    *target = find_in_root(root, path, false);
    if (*target >= 0 || errno == ENOENT || errno == ENOTDIR)
        return 0;
    /* Once more, to name what is at fault. */
    *target = open_in_root(root, path, MAKE_NOTHING, 0, false);
    return *target < 0 ? -1 : 0;
}

/* label: all that SELinux knows of it; without one it would be the host's, and even to list it might be denied. */
static int make_empty_tmpfs(const char *path, const union arg *label) {
    autoclose int fs = sys_fsopen("tmpfs");
    if (fs < 0)
        return failed("fsopen", "tmpfs");
    if (label->length && sys_fsconfig(fs, SYS_FSCONFIG_STRING, "context", label->text, 0) < 0)
        return failed("fsconfig", "context=%s", label->text);
    if (sys_fsconfig(fs, SYS_FSCONFIG_STRING, "source", "mask", 0) < 0 ||
        sys_fsconfig(fs, SYS_FSCONFIG_STRING, "mode", "0555", 0) < 0 ||
        sys_fsconfig(fs, SYS_FSCONFIG_STRING, "nr_inodes", "1", 0) < 0 ||
        sys_fsconfig(fs, SYS_FSCONFIG_FLAG, "ro", NULL, 0) < 0 ||
        sys_fsconfig(fs, SYS_FSCONFIG_CREATE, NULL, NULL, 0) < 0)
        return failed("fsconfig", "tmpfs for %s", path);
    int mount = sys_fsmount(fs, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    return mount < 0 ? failed("fsmount", "tmpfs for %s", path) : mount;
}

/* One tmpfs for all directories: made for the first, and once attached it can be cloned for the others. */
static int mask_directory(struct stub *stub, int target, const struct stub_mask *arg) {
    const char *path = arg->path.text;
    if (stub->mask < 0) {
        autoclose int mount = make_empty_tmpfs(path, &arg->label);
        if (mount < 0 || attach(mount, target, path) < 0)
            return -1;
        stub->mask = steal_fd(&mount);
        return 0;
    }
    autoclose int clone = sys_open_tree(stub->mask, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
    return clone < 0 ? failed("open_tree", "%s", path) : attach(clone, target, path);
}

/* The image may have put anything at /dev/null; a bind of that would show what it is instead of hiding (CVE-2025-31133). */
static int mask_file(int root, int target, const char *path) {
    autoclose int null = open_device(root, "/dev/null", S_IFCHR, 1, 3);
    if (null < 0)
        return -1;
    autoclose int clone = sys_open_tree(null, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
    return clone < 0 ? failed("open_tree", "/dev/null") : attach(clone, target, path);
}

int op_mask(struct stub *stub, const struct stub_mask *arg) {
    int root = slot(stub, &arg->root);
    if (root < 0)
        return -1;
    autoclose int target = -1;
    if (find_target(root, arg->path.text, &target) < 0)
        return -1;
    if (target < 0)
        return 0;
    struct stat status;
    if (fstat(target, &status) < 0)
        return failed("fstat", "%s", arg->path.text);
    return S_ISDIR(status.st_mode) ? mask_directory(stub, target, arg)
                                   : mask_file(root, target, arg->path.text);
}

int op_readonly(struct stub *stub, const struct stub_readonly *arg) {
    int root = slot(stub, &arg->root);
    const char *path = arg->path.text;
    if (root < 0)
        return -1;
    autoclose int target = -1;
    if (find_target(root, path, &target) < 0)
        return -1;
    if (target < 0)
        return 0;
    autoclose int tree = sys_open_tree(target, "", OPEN_TREE_CLONE | AT_EMPTY_PATH | AT_RECURSIVE);
    if (tree < 0)
        return failed("open_tree", "%s", path);
    if (kernel_has_mount_setattr()) {
        if (change_attributes(stub, tree, MOUNT_ATTR_RDONLY, 0, true, path) < 0)
            return -1;
        return attach(tree, target, path);
    }
    /* Before Linux 5.12 only the mount itself can be made read-only, not those below it. */
    if (attach(tree, target, path) < 0)
        return -1;
    return change_attributes(stub, tree, MOUNT_ATTR_RDONLY, 0, false, path);
}
