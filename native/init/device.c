/* Nodes, links and directories of /dev, made in directories that are held by a descriptor (CVE-2026-41579). */
#include "device.h"
#include "attributes.h"
#include "io.h"
#include "resolve.h"
#include "sys.h"
#include <sys/stat.h>
#include <sys/sysmacros.h>

static bool is_device(const struct stat *status, mode_t type, uint64_t major_number, uint64_t minor_number) {
    return (status->st_mode & S_IFMT) == type &&
           (type == S_IFIFO ||
               (major(status->st_rdev) == major_number && minor(status->st_rdev) == minor_number));
}

int open_device(int root, const char *path, mode_t type, unsigned major_number, unsigned minor_number) {
    autoclose int device = open_in_root(root, path, MAKE_NOTHING, 0, true);
    struct stat status;
    if (device < 0)
        return -1;
    if (fstat(device, &status) < 0)
        return failed("fstat", "%s", path);
    if (!is_device(&status, type, major_number, minor_number)) {
        failed_with(ENODEV, "fstat", "%s", path);
        failure_detail("it is not the device %u:%u", major_number, minor_number);
        return -1;
    }
    return steal_fd(&device);
}

int op_require_device(struct stub *stub, const struct stub_require_device *arg) {
    int root = slot(stub, &arg->root);
    if (root < 0)
        return -1;
    autoclose int device = open_device(
        root, arg->path.text, (mode_t)arg->type.n, (unsigned)arg->major.n, (unsigned)arg->minor.n);
    return device < 0 ? -1 : 0;
}

int op_make_dir(struct stub *stub, const struct stub_make_dir *arg) {
    int root = slot(stub, &arg->root);
    if (root < 0)
        return -1;
    autoclose int made = open_in_root(root, arg->path.text, MAKE_DIRECTORY, (mode_t)arg->mode.n, false);
    return made < 0 ? -1 : 0;
}

int op_symlink(struct stub *stub, const struct stub_symlink *arg) {
    char name[NAME_MAX + 1];
    int root = slot(stub, &arg->root);
    autoclose int parent = root < 0 ? -1 : open_parent_in_root(root, arg->path.text, name);
    if (parent < 0)
        return -1;
    if (symlinkat(arg->target.text, parent, name) < 0 && errno != EEXIST)
        return failed("symlinkat", "%s", arg->path.text);
    return 0;
}

/* What was made is looked at again before it is given away: its name may mean something else by now. */
static int give_device(int parent, const char *name, const struct stub_mknod *arg) {
    autoclose int node = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    if (node < 0 || fstat(node, &status) < 0)
        return failed("open", "%s", arg->path.text);
    if (!is_device(&status, (mode_t)arg->type.n, arg->major.n, arg->minor.n))
        return failed_with(EEXIST, "mknodat", "%s", arg->path.text);
    if (status.st_uid == arg->uid.n && status.st_gid == arg->gid.n)
        return 0;
    if (fchownat(node, "", (uid_t)arg->uid.n, (gid_t)arg->gid.n, AT_EMPTY_PATH) < 0)
        return failed("fchownat", "%s", arg->path.text);
    return 0;
}

static int check_existing(int parent, const char *name, const struct stub_mknod *arg) {
    struct stat status;
    if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return failed("fstatat", "%s", arg->path.text);
    if (is_device(&status, (mode_t)arg->type.n, arg->major.n, arg->minor.n))
        return 0;
    return failed_with(EEXIST, "mknodat", "%s", arg->path.text);
}

int op_mknod(struct stub *stub, const struct stub_mknod *arg) {
    char name[NAME_MAX + 1];
    int root = slot(stub, &arg->root);
    if (root < 0)
        return -1;
    if (arg->uid.n >= UINT32_MAX || arg->gid.n >= UINT32_MAX || arg->mode.n > 07777 ||
        arg->major.n > UINT32_MAX || arg->minor.n > UINT32_MAX)
        return failed_with(EINVAL, "mknodat", "%s", arg->path.text);
    autoclose int parent = open_parent_in_root(root, arg->path.text, name);
    if (parent < 0)
        return -1;
    mode_t mode = (mode_t)(arg->type.n | arg->mode.n);
    dev_t device = makedev((unsigned)arg->major.n, (unsigned)arg->minor.n);
    if (mknodat(parent, name, mode, device) == 0)
        return give_device(parent, name, arg);
    if (errno != EEXIST)
        return failed("mknodat", "%s", arg->path.text);
    return check_existing(parent, name, arg);
}

/* The host's node, by a path of the host that is trusted; still it must be what the configuration says. */
static int clone_host_device(const struct stub_bind_device *arg) {
    autoclose int tree = sys_open_tree(AT_FDCWD, arg->source.text, OPEN_TREE_CLONE);
    struct stat status;
    if (tree < 0 || fstat(tree, &status) < 0)
        return failed("open_tree", "%s", arg->source.text);
    if (!is_device(&status, (mode_t)arg->type.n, arg->major.n, arg->minor.n)) {
        failed_with(ENODEV, "fstat", "%s", arg->source.text);
        failure_detail("on the host it is not the device that is asked for");
        return -1;
    }
    return steal_fd(&tree);
}

int op_bind_device(struct stub *stub, const struct stub_bind_device *arg) {
    int root = slot(stub, &arg->root);
    if (root < 0)
        return -1;
    autoclose int tree = clone_host_device(arg);
    if (tree < 0)
        return -1;
    autoclose int target = open_in_root(root, arg->path.text, MAKE_FILE, 0644, true);
    return target < 0 ? -1 : attach(tree, target, arg->path.text);
}
