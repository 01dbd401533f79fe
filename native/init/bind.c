/* Binds: mounts of the host, or of the container itself, seen at another place. */
#include "attributes.h"
#include "io.h"
#include "procfs.h"
#include "resolve.h"
#include "sys.h"
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

static bool on_procfs(int fd) {
    struct statfs system;
    return fstatfs(fd, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

static bool same_file(int a, int b) {
    struct stat first, second;
    return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* Files of /proc that tools such as lxcfs replace, and that no runtime writes to or decides by. */
static bool may_be_replaced(int root, int target) {
    static const char *const files[] = {
        "proc/cpuinfo",
        "proc/diskstats",
        "proc/loadavg",
        "proc/meminfo",
        "proc/slabinfo",
        "proc/stat",
        "proc/swaps",
        "proc/uptime",
        "proc/sys/crypto/fips_enabled",
        "proc/sys/kernel/ns_last_pid",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        autoclose int file = sys_openat2(
            root, files[i], O_PATH, 0, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
        if (file >= 0 && same_file(file, target))
            return true;
    }
    return false;
}

/*
 * A directory of the user's over /proc, or over a part of it, would let the user write the files by which the kernel's
 * state is set and read (CVE-2019-16884). What counts is where the target is, not how its path is spelled.
 */
static int check_not_over_proc(int root, int target, int tree, const char *dest) {
    autoclose int proc =
        sys_openat2(root, "proc", O_PATH, 0, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    bool is_proc = proc >= 0 && same_file(proc, target);
    if (!is_proc && !on_procfs(target))
        return 0;
    if (on_procfs(tree) || may_be_replaced(root, target))
        return 0;
    failed_with(EPERM, "bind", "%s", dest);
    failure_detail("only procfs may be mounted over /proc");
    return -1;
}

static int is_directory(int fd) {
    struct stat status;
    if (fstat(fd, &status) < 0)
        return failed("fstat", NULL);
    return S_ISDIR(status.st_mode);
}

/* Where the tree goes: made like it, a directory or a file, if missing. */
static int open_target(int root, int tree, const char *dest, bool no_links) {
    int directory = is_directory(tree);
    if (directory < 0)
        return -1;
    return directory ? open_in_root(root, dest, MAKE_DIRECTORY, 0755, no_links)
                     : open_in_root(root, dest, MAKE_FILE, 0644, no_links);
}

static int change_both(const struct stub *stub, int tree, const struct stub_bind *arg) {
    const char *dest = arg->dest.text;
    if (change_attributes(stub, tree, arg->set.n, arg->clear.n, false, dest) < 0)
        return -1;
    return change_attributes(stub, tree, arg->set_recursive.n, arg->clear_recursive.n, true, dest);
}

int op_bind(struct stub *stub, const struct stub_bind *arg) {
    int root = slot(stub, &arg->root);
    const char *dest = arg->dest.text;
    autoclose int opened = -1;
    int tree;
    if (root < 0)
        return -1;
    if (arg->tree.n != NO_SLOT) {
        tree = slot(stub, &arg->tree);
    } else {
        unsigned recursive = arg->recursive.n ? AT_RECURSIVE : 0;
        tree = opened = sys_open_tree(AT_FDCWD, arg->source.text, OPEN_TREE_CLONE | recursive);
        if (tree < 0)
            return failed("open_tree", "%s", arg->source.text);
    }
    autoclose int target = tree < 0 ? -1 : open_target(root, tree, dest, arg->no_symlinks.n != 0);
    if (target < 0 || check_not_over_proc(root, target, tree, dest) < 0)
        return -1;
    /* Before it is attached where the kernel can, so that a read-only bind is never seen writable. */
    bool early = kernel_has_mount_setattr();
    if (early && change_both(stub, tree, arg) < 0)
        return -1;
    if (attach(tree, target, dest) < 0)
        return -1;
    if (!early && change_both(stub, tree, arg) < 0)
        return -1;
    return change_propagation(stub, tree, arg->propagation.n, dest);
}

int op_attr(struct stub *stub, const struct stub_attr *arg) {
    int root = slot(stub, &arg->root);
    const char *dest = arg->dest.text;
    autoclose int mount = root < 0 ? -1 : open_in_root(root, dest, MAKE_NOTHING, 0, false);
    if (mount < 0 ||
        change_attributes(stub, mount, arg->set.n, arg->clear.n, arg->recursive.n != 0, dest) < 0)
        return -1;
    return change_propagation(stub, mount, arg->propagation.n, dest);
}

int op_open_tree(struct stub *stub, const struct stub_open_tree *arg) {
    unsigned recursive = arg->recursive.n ? AT_RECURSIVE : 0;
    int tree = sys_open_tree(AT_FDCWD, arg->path.text, OPEN_TREE_CLONE | recursive);
    if (tree < 0)
        return failed("open_tree", "%s", arg->path.text);
    set_slot(stub, &arg->into, tree);
    return 0;
}
