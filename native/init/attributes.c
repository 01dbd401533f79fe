#include "attributes.h"
#include "io.h"
#include "kernel.h"
#include "procfs.h"
#include "sys.h"
#include <sys/stat.h>
#include <sys/statvfs.h>

/* The kernel's EINVAL has many reasons; this is the one that people run into. NULL if it is another. */
static const char *unlike(int mount, int target) {
    struct stat above, below;
    if (fstat(mount, &above) < 0 || fstat(target, &below) < 0 ||
        S_ISDIR(above.st_mode) == S_ISDIR(below.st_mode))
        return NULL;
    return S_ISDIR(above.st_mode) ? "a directory cannot go on a file" : "a file cannot go on a directory";
}

/* More than anybody adds to a container that runs; what is beyond stays. */
#define ATTACHED_MAX 256

static struct {
    bool wanted;
    size_t count;
    int mounts[ATTACHED_MAX];
} attached;

void remember_attached(void) {
    attached.wanted = true;
}

static void remember(int mount) {
    if (attached.wanted && attached.count < ATTACHED_MAX)
        attached.mounts[attached.count++] = fcntl(mount, F_DUPFD_CLOEXEC, 3);
}

void remove_attached(const struct stub *stub) {
    while (attached.count > 0) {
        autoclose int mount = attached.mounts[--attached.count];
        if (mount >= 0)
            unmount_on(stub, mount);
    }
}

int attach(int mount, int target, const char *dest) {
    if (sys_move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0) {
        remember(mount);
        return 0;
    }
    int error = errno;
    const char *why = error == EINVAL ? unlike(mount, target) : NULL;
    /* mount(2) says ENOTDIR either way, and Docker's advice on such mounts waits for that word. It must not see EISDIR's:
     * that is a program which cannot be executed, to Docker. */
    failed_with(why ? ENOTDIR : error, "move_mount", "%s", dest);
    if (why)
        failure_detail("%s", why);
    return -1;
}

bool kernel_has_mount_setattr(void) {
    static int known = -1;
    if (known < 0)
        known = !(sys_mount_setattr(-1, NULL, 0, &(struct sys_mount_attr){0}) < 0 && errno == ENOSYS);
    return known;
}

/* Of no mount: the attributes are looked at first. */
bool kernel_has_attribute(uint64_t attribute) {
    const struct sys_mount_attr attributes = {.set = attribute};
    return sys_mount_setattr(-1, "", AT_EMPTY_PATH, &attributes) < 0 && errno == EBADF;
}

/* Where each attribute is found by statvfs, and what mount(2) calls it. */
static const struct {
    uint64_t attribute;
    unsigned long status, flag;
} translations[] = {
    {MOUNT_ATTR_RDONLY, ST_RDONLY, MS_RDONLY},
    {MOUNT_ATTR_NOSUID, ST_NOSUID, MS_NOSUID},
    {MOUNT_ATTR_NODEV, 4 /* ST_NODEV */, MS_NODEV},
    {MOUNT_ATTR_NOEXEC, 8 /* ST_NOEXEC */, MS_NOEXEC},
    {MOUNT_ATTR_NODIRATIME, 2048 /* ST_NODIRATIME */, MS_NODIRATIME},
    {MOUNT_ATTR_NOSYMFOLLOW, 8192 /* ST_NOSYMFOLLOW */, MS_NOSYMFOLLOW},
};

static unsigned long atime_flag(uint64_t set) {
    switch (set & MOUNT_ATTR__ATIME) {
    case MOUNT_ATTR_NOATIME:
        return MS_NOATIME;
    case MOUNT_ATTR_STRICTATIME:
        return MS_STRICTATIME;
    default:
        return MS_RELATIME;
    }
}

static unsigned long atime_now(unsigned long status) {
    return status & ST_NOATIME ? MS_NOATIME : status & 4096 /* ST_RELATIME */ ? MS_RELATIME : MS_STRICTATIME;
}

/* A bind remount replaces all attributes, so those that are to stay are read first. */
static int remount(const struct stub *stub, int mount, uint64_t set, uint64_t clear, const char *dest) {
    struct statvfs status;
    if (fstatvfs(mount, &status) < 0)
        return failed("fstatvfs", "%s", dest);
    unsigned long flags = MS_REMOUNT | MS_BIND;
    for (size_t i = 0; i < sizeof translations / sizeof *translations; i++) {
        bool now = status.f_flag & translations[i].status;
        if ((set & translations[i].attribute) || (now && !(clear & translations[i].attribute)))
            flags |= translations[i].flag;
    }
    flags |= clear & MOUNT_ATTR__ATIME ? atime_flag(set) : atime_now(status.f_flag);
    if (mount_on(stub, mount, NULL, NULL, flags, NULL) < 0)
        return failed("mount(MS_REMOUNT)", "%s", dest);
    return 0;
}

int change_attributes(
    const struct stub *stub, int mount, uint64_t set, uint64_t clear, bool recursive, const char *dest) {
    /* The atime modes are values of one field, which is set only together with clearing all of it. */
    if ((set | clear) & MOUNT_ATTR__ATIME)
        clear |= MOUNT_ATTR__ATIME;
    if (!set && !clear)
        return 0;
    if (kernel_has_mount_setattr()) {
        const struct sys_mount_attr attributes = {.set = set, .clear = clear};
        unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
        if (sys_mount_setattr(mount, "", flags, &attributes) == 0)
            return 0;
        failed("mount_setattr", "%s", dest);
        if ((set | clear) & MOUNT_ATTR_NOSYMFOLLOW)
            needs_linux(5, 14, "nosymfollow");
        return -1;
    }
    if (recursive) {
        failed_with(ENOSYS, "mount_setattr", "%s", dest);
        failure_detail("recursive mount attributes need Linux 5.12");
        return -1;
    }
    return remount(stub, mount, set, clear, dest);
}

/* The kernel takes one kind at a time; a slave that is then shared is both. */
int change_propagation(const struct stub *stub, int mount, uint64_t flags, const char *dest) {
    static const unsigned kinds[] = {MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!(flags & kinds[i]))
            continue;
        const struct sys_mount_attr attributes = {.propagation = kinds[i]};
        unsigned recursive = flags & MS_REC ? AT_RECURSIVE : 0;
        int result = kernel_has_mount_setattr()
                         ? sys_mount_setattr(mount, "", AT_EMPTY_PATH | recursive, &attributes)
                         : mount_on(stub, mount, NULL, NULL, kinds[i] | (flags & MS_REC), NULL);
        if (result < 0)
            return failed("mount_setattr(propagation)", "%s", dest);
    }
    return 0;
}
