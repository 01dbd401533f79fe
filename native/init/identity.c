/* Limits, users, groups and capabilities. */
#include "io.h"
#include "procfs.h"
#include "stub.h"
#include "sys.h"
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Beyond Linux's CAP_LAST_CAP for long; the kernel says EINVAL where its own end. */
#define CAPABILITY_BITS 64

int op_rlimit(struct stub *stub, const struct stub_rlimit *arg) {
    (void)stub;
    const struct { uint64_t soft, hard; } limit = {arg->soft.n, arg->hard.n};
    if (syscall(SYS_prlimit64, 0, arg->resource.n, &limit, NULL) < 0)
        return failed("prlimit", NULL);
    return 0;
}

int restate_after_credentials(struct stub *stub) {
    if (stub->undumpable && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return failed("prctl(PR_SET_DUMPABLE)", NULL);
    if (prctl(PR_SET_PDEATHSIG, stub->death_signal, 0, 0, 0) < 0)
        return failed("prctl(PR_SET_PDEATHSIG)", NULL);
    return 0;
}

/* -1 is "leave as it is" for these calls, and what does not fit into 32 bits would wrap to some other user. */
static int check_id(uint64_t id, const char *step) {
    return id >= UINT32_MAX ? failed_with(EINVAL, step, "%llu", (unsigned long long)id) : 0;
}

/* Raw calls: the C library's would look for other threads, of which there are none. */
static int change_ids(uint64_t uid, uint64_t gid) {
    if (check_id(gid, "setresgid") < 0 || check_id(uid, "setresuid") < 0)
        return -1;
    if (syscall(SYS_setresgid, gid, gid, gid) < 0)
        return failed("setresgid", "%llu", (unsigned long long)gid);
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        return failed("prctl(PR_SET_KEEPCAPS)", NULL);
    if (syscall(SYS_setresuid, uid, uid, uid) < 0)
        return failed("setresuid", "%llu", (unsigned long long)uid);
    return 0;
}

static int change_groups(const gid_t *groups, size_t count, bool may_be_denied) {
    if (syscall(SYS_setgroups, count, groups) == 0 || (errno == EPERM && may_be_denied && count == 0))
        return 0;
    return failed("setgroups", NULL);
}

static struct __user_cap_header_struct cap_header(void) {
    return (struct __user_cap_header_struct){.version = _LINUX_CAPABILITY_VERSION_3};
}

/* Keeping capabilities keeps the permitted ones; leaving uid 0 clears the effective ones all the same. */
static int raise_effective(void) {
    struct __user_cap_header_struct header = cap_header();
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) < 0)
        return failed("capget", NULL);
    for (int half = 0; half < 2; half++)
        data[half].effective = data[half].permitted;
    return syscall(SYS_capset, &header, data) < 0 ? failed("capset", NULL) : 0;
}

int op_become(struct stub *stub, const struct stub_become *arg) {
    if (change_groups(NULL, 0, true) < 0 || change_ids(arg->uid.n, arg->gid.n) < 0 || raise_effective() < 0)
        return -1;
    return restate_after_credentials(stub);
}

/* The kernel's NGROUPS_MAX. */
#define MAX_GROUPS 65536

/* Decimal gids separated by single spaces. Returns how many, or -1. */
static ssize_t parse_groups(const char *text, gid_t **groups) {
    size_t count = 0, room = 0;
    *groups = NULL;
    while (*text) {
        char *end;
        errno = 0;
        unsigned long long gid = strtoull(text, &end, 10);
        if (text[0] < '0' || text[0] > '9' || errno || gid >= UINT32_MAX || count == MAX_GROUPS)
            return failed_with(EINVAL, "setgroups", "%.64s", text);
        if (count == room) {
            gid_t *larger = realloc(*groups, (room += 64) * sizeof **groups);
            if (!larger)
                return failed("malloc", NULL);
            *groups = larger;
        }
        (*groups)[count++] = (gid_t)gid;
        text = end + (*end == ' ');
    }
    return (ssize_t)count;
}

int op_user(struct stub *stub, const struct stub_user *arg) {
    gid_t *groups;
    ssize_t count = parse_groups(arg->groups.text, &groups);
    int result = count < 0 ? -1 : change_groups(groups, (size_t)count, arg->deny_setgroups.n != 0);
    free(groups);
    if (result < 0 || change_ids(arg->uid.n, arg->gid.n) < 0)
        return -1;
    return restate_after_credentials(stub);
}

int op_capabilities(struct stub *stub, const struct stub_capabilities *arg) {
    struct __user_cap_header_struct header = cap_header();
    struct __user_cap_data_struct data[2];
    for (int half = 0; half < 2; half++) {
        data[half].effective = (uint32_t)(arg->effective.n >> (32 * half));
        data[half].permitted = (uint32_t)(arg->permitted.n >> (32 * half));
        data[half].inheritable = (uint32_t)(arg->inheritable.n >> (32 * half));
    }
    if (syscall(SYS_capset, &header, data) < 0)
        return failed("capset", NULL);
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return failed("prctl(PR_CAP_AMBIENT_CLEAR_ALL)", NULL);
    for (unsigned bit = 0; bit < CAPABILITY_BITS; bit++) {
        if ((arg->ambient.n >> bit & 1) && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, bit, 0, 0) < 0)
            return failed("prctl(PR_CAP_AMBIENT_RAISE)", "capability %u", bit);
    }
    return restate_after_credentials(stub);
}

int op_bounding(struct stub *stub, const struct stub_bounding *arg) {
    (void)stub;
    for (unsigned bit = 0; bit < CAPABILITY_BITS && prctl(PR_CAPBSET_READ, bit, 0, 0, 0) >= 0; bit++) {
        if (!(arg->capabilities.n >> bit & 1) && prctl(PR_CAPBSET_DROP, bit, 0, 0, 0) < 0)
            return failed("prctl(PR_CAPBSET_DROP)", "capability %u", bit);
    }
    return 0;
}

int op_umask(struct stub *stub, const struct stub_umask *arg) {
    stub->umask = (mode_t)arg->mask.n & 0777;
    return 0;
}

int op_no_new_privileges(struct stub *stub, const struct stub_no_new_privileges *arg) {
    (void)stub;
    (void)arg;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? failed("prctl(PR_SET_NO_NEW_PRIVS)", NULL) : 0;
}

static bool is_null(const struct stat *status) {
    return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3);
}

/*
 * The same device by the container's own name, if it has one. What was opened on a mount of the host cannot be found from
 * inside, least of all by CRIU, which would have to write down where it is.
 */
static void use_own_null(const struct stub *stub, int fd) {
    autoclose int own = open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    int mode = fcntl(fd, F_GETFL);
    if (own < 0 || mode < 0 || fstat(own, &status) < 0 || !is_null(&status))
        return;
    autoclose int opened = reopen(stub, own, mode & O_ACCMODE);
    if (opened >= 0)
        dup2(opened, fd);
}

/* A program opens /dev/stderr by name, which takes rights on the pipe or terminal behind it. */
int op_fd_owner(struct stub *stub, const struct stub_fd_owner *arg) {
    if (check_id(arg->uid.n, "fchown") < 0)
        return -1;
    for (int fd = 0; fd < 3; fd++) {
        struct stat status;
        if (fstat(fd, &status) < 0)
            continue;
        if (is_null(&status)) {
            use_own_null(stub, fd);
            continue;
        }
        if (status.st_uid == arg->uid.n)
            continue;
        /* EINVAL and EPERM: its owner has no id in this user namespace. EROFS: a file of a read-only mount. */
        if (fchown(fd, (uid_t)arg->uid.n, (gid_t)-1) < 0 && errno != EINVAL && errno != EPERM &&
            errno != EROFS)
            return failed("fchown", "descriptor %d", fd);
    }
    return 0;
}
