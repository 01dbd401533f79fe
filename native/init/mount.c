/* Making file systems: tmpfs, proc, sysfs, devpts, mqueue, cgroup, overlay and whatever else the kernel has. */
#include "attributes.h"
#include "copy-up.h"
#include "io.h"
#include "procfs.h"
#include "resolve.h"
#include "sys.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* What the kernel had to say, one message a read, each with a letter for its severity before it. */
static void explain(int fs) {
    char log[1024] = "";
    size_t used = 0;
    for (int messages = 0; messages < 16; messages++) {
        char message[512];
        ssize_t size = read(fs, message, sizeof message);
        if (size <= 0)
            break;
        size_t length = (size_t)size;
        while (length && message[length - 1] == '\n')
            length--;
        size_t skip = length > 2 && message[1] == ' ' ? 2 : 0;
        int put = snprintf(
            log + used, sizeof log - used, "%s%.*s", used ? "; " : "", (int)(length - skip), message + skip);
        if (put < 0 || (size_t)put >= sizeof log - used)
            break;
        used += (size_t)put;
    }
    if (used)
        failure_detail("%s", log);
}

static int configure(int fs, unsigned command, const char *key, const char *value) {
    if (sys_fsconfig(fs, command, key, value, 0) == 0)
        return 0;
    if (key)
        failed("fsconfig", "%s%s%s", key, value ? "=" : "", value ? value : "");
    else
        failed(command == SYS_FSCONFIG_CREATE ? "fsconfig(FSCONFIG_CMD_CREATE)"
                                              : "fsconfig(FSCONFIG_CMD_RECONFIGURE)",
            NULL);
    explain(fs);
    return -1;
}

/* "key=value" or "key" alone. */
static int configure_option(int fs, const char *option) {
    const char *equals = strchr(option, '=');
    if (!equals)
        return configure(fs, SYS_FSCONFIG_FLAG, option, NULL);
    char key[256];
    size_t length = (size_t)(equals - option);
    if (length >= sizeof key)
        return failed_with(EINVAL, "fsconfig", "%s", option);
    memcpy(key, option, length);
    key[length] = '\0';
    return configure(fs, SYS_FSCONFIG_STRING, key, equals + 1);
}

/*
 * silent and loud have no key of their own and only concern the kernel's log. iversion is a matter of the file system
 * nowadays: one that does not know the key keeps versions anyway or never did, which mount(2) accepts without a word
 * as well.
 */
static int configure_superblock(int fs, uint64_t flags) {
    static const struct {
        uint64_t flag;
        const char *key;
    } keys[] = {
        {SUPERBLOCK_RO, "ro"},
        {SUPERBLOCK_SYNC, "sync"},
        {SUPERBLOCK_DIRSYNC, "dirsync"},
        {SUPERBLOCK_MAND, "mand"},
        {SUPERBLOCK_LAZYTIME, "lazytime"},
        {SUPERBLOCK_ASYNC, "async"},
        {SUPERBLOCK_NOMAND, "nomand"},
        {SUPERBLOCK_NOLAZYTIME, "nolazytime"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if ((flags & keys[i].flag) && configure(fs, SYS_FSCONFIG_FLAG, keys[i].key, NULL) < 0)
            return -1;
    }
    if (flags & SUPERBLOCK_IVERSION)
        sys_fsconfig(fs, SYS_FSCONFIG_FLAG, "iversion", NULL, 0);
    if (flags & SUPERBLOCK_NOIVERSION)
        sys_fsconfig(fs, SYS_FSCONFIG_FLAG, "noiversion", NULL, 0);
    return 0;
}

static int configure_all(int fs, const union arg *superblock, const union arg *options) {
    if (configure_superblock(fs, superblock->n) < 0)
        return -1;
    for (size_t i = 0; i < options->list_count; i++) {
        if (configure_option(fs, options->list[i]) < 0)
            return -1;
    }
    return 0;
}

/* The new root directory looks like the one that it covers. */
static int configure_mode(int fs, int covered) {
    struct stat status;
    char mode[8];
    if (fstat(covered, &status) < 0)
        return failed("fstat", NULL);
    snprintf(mode, sizeof mode, "%04o", status.st_mode & 07777u);
    return configure(fs, SYS_FSCONFIG_STRING, "mode", mode);
}

/* Until Linux 5.14 new mounts cannot have it, but mount(2) can give it to one that is attached. */
static uint64_t later_attributes(uint64_t attributes) {
    return kernel_has_attribute(MOUNT_ATTR_NOSYMFOLLOW) ? 0 : attributes & MOUNT_ATTR_NOSYMFOLLOW;
}

/* Returns the detached mount. covered: what lies at its destination, -1 if nothing did. */
static int make_mount(const struct stub_mount_fs *arg, int covered) {
    autoclose int fs = sys_fsopen(arg->type.text);
    if (fs < 0)
        return failed("fsopen", "%s", arg->type.text);
    if (arg->source.length && configure(fs, SYS_FSCONFIG_STRING, "source", arg->source.text) < 0)
        return -1;
    if (configure_all(fs, &arg->superblock, &arg->options) < 0)
        return -1;
    if (arg->keep_mode.n && covered >= 0 && configure_mode(fs, covered) < 0)
        return -1;
    if (configure(fs, SYS_FSCONFIG_CREATE, NULL, NULL) < 0)
        return -1;
    int mount = sys_fsmount(fs, (unsigned)(arg->attr.n & ~later_attributes(arg->attr.n)));
    if (mount < 0) {
        failed("fsmount", "%s", arg->type.text);
        explain(fs);
    }
    return mount;
}

int op_mount_fs(struct stub *stub, const struct stub_mount_fs *arg) {
    int root = slot(stub, &arg->root);
    if (root < 0)
        return -1;
    bool no_links = arg->no_symlinks.n != 0, made = false;
    autoclose int target = find_in_root(root, arg->dest.text, no_links);
    if (target < 0) {
        made = errno == ENOENT;
        target = open_in_root(root, arg->dest.text, made ? MAKE_DIRECTORY : MAKE_NOTHING, 0755, no_links);
    }
    autoclose int mount = target < 0 ? -1 : make_mount(arg, made ? -1 : target);
    if (mount < 0)
        return -1;
    if (arg->copy_up.n && copy_up(target, mount, arg->dest.text) < 0)
        return -1;
    if (attach(mount, target, arg->dest.text) < 0 ||
        change_attributes(stub, mount, later_attributes(arg->attr.n), 0, false, arg->dest.text) < 0)
        return -1;
    return change_propagation(stub, mount, arg->propagation.n, arg->dest.text);
}

int op_reconfigure(struct stub *stub, const struct stub_reconfigure *arg) {
    int root = slot(stub, &arg->root);
    autoclose int mount = root < 0 ? -1 : open_in_root(root, arg->dest.text, MAKE_NOTHING, 0, false);
    if (mount < 0)
        return -1;
    autoclose int fs = sys_fspick(mount);
    if (fs < 0)
        return failed("fspick", "%s", arg->dest.text);
    if (configure_all(fs, &arg->superblock, &arg->options) < 0)
        return -1;
    return configure(fs, SYS_FSCONFIG_RECONFIGURE, NULL, NULL);
}

int op_label(struct stub *stub, const struct stub_label *arg) {
    int root = slot(stub, &arg->root);
    autoclose int mount = root < 0 ? -1 : open_in_root(root, arg->dest.text, MAKE_NOTHING, 0, false);
    if (mount < 0)
        return -1;
    /* By an O_PATH descriptor attributes cannot be set. */
    autoclose int directory = reopen(stub, mount, O_RDONLY | O_DIRECTORY);
    if (directory < 0 ||
        fsetxattr(directory, "security.selinux", arg->label.text, arg->label.length + 1, 0) < 0)
        return failed("fsetxattr(security.selinux)", "%s", arg->dest.text);
    return 0;
}

int op_mount_data(struct stub *stub, const struct stub_mount_data *arg) {
    int root = slot(stub, &arg->root);
    if (root < 0)
        return -1;
    autoclose int target = open_in_root(root, arg->dest.text, MAKE_DIRECTORY, 0755, false);
    if (target < 0)
        return -1;
    if (mount_on(stub, target, arg->source.text, arg->type.text, arg->flags.n, arg->data.text) < 0)
        return failed("mount", "%s", arg->dest.text);
    if (!arg->propagation.n)
        return 0;
    /* mount(2) gives no descriptor: this one is found again, still below the root, and must be a mount's root. */
    autoclose int mount = open_in_root(root, arg->dest.text, MAKE_NOTHING, 0, false);
    return mount < 0 ? -1 : change_propagation(stub, mount, arg->propagation.n, arg->dest.text);
}
