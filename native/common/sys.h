/*
 * System calls and constants that musl or the build machine's kernel headers lack, by their kernel numbers (the same on
 * every architecture since Linux 5.0). linux/mount.h is not included: C libraries disagree with it.
 */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum {
    NR_PIDFD_SEND_SIGNAL = 424,
    NR_OPEN_TREE = 428,
    NR_MOVE_MOUNT = 429,
    NR_FSOPEN = 430,
    NR_FSCONFIG = 431,
    NR_FSMOUNT = 432,
    NR_FSPICK = 433,
    NR_PIDFD_OPEN = 434,
    NR_CLONE3 = 435,
    NR_CLOSE_RANGE = 436,
    NR_OPENAT2 = 437,
    NR_FACCESSAT2 = 439,
    NR_MOUNT_SETATTR = 442,
};

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef OPEN_TREE_CLOEXEC
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif
#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 0x4
#endif
#ifndef MOVE_MOUNT_T_EMPTY_PATH
#define MOVE_MOUNT_T_EMPTY_PATH 0x40
#endif
#ifndef FSOPEN_CLOEXEC
#define FSOPEN_CLOEXEC 1
#endif
#ifndef FSPICK_CLOEXEC
#define FSPICK_CLOEXEC 1
#endif
#ifndef FSPICK_EMPTY_PATH
#define FSPICK_EMPTY_PATH 8
#endif
#ifndef FSMOUNT_CLOEXEC
#define FSMOUNT_CLOEXEC 1
#endif
#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY 0x1
#endif
#ifndef MOUNT_ATTR_NOSUID
#define MOUNT_ATTR_NOSUID 0x2
#endif
#ifndef MOUNT_ATTR_NODEV
#define MOUNT_ATTR_NODEV 0x4
#endif
#ifndef MOUNT_ATTR_NOEXEC
#define MOUNT_ATTR_NOEXEC 0x8
#endif
#ifndef MOUNT_ATTR__ATIME
#define MOUNT_ATTR__ATIME 0x70
#endif
#ifndef MOUNT_ATTR_NOATIME
#define MOUNT_ATTR_NOATIME 0x10
#endif
#ifndef MOUNT_ATTR_STRICTATIME
#define MOUNT_ATTR_STRICTATIME 0x20
#endif
#ifndef MOUNT_ATTR_NODIRATIME
#define MOUNT_ATTR_NODIRATIME 0x80
#endif
#ifndef MOUNT_ATTR_IDMAP
#define MOUNT_ATTR_IDMAP 0x100000
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x200000
#endif
#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 0x100
#endif
#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 0x1
#endif
#ifndef MFD_ALLOW_SEALING
#define MFD_ALLOW_SEALING 0x2
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x8 /* Linux 6.3; EINVAL before */
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x10 /* Linux 6.3; EINVAL before */
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x10
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x20 /* Linux 6.3 */
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 0x4 /* Linux 5.11 */
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif
#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

/* fsconfig(2) commands. */
enum {
    SYS_FSCONFIG_FLAG = 0,
    SYS_FSCONFIG_STRING = 1,
    SYS_FSCONFIG_CREATE = 6,
    SYS_FSCONFIG_RECONFIGURE = 7,
};

struct sys_mount_attr {
    uint64_t set;
    uint64_t clear;
    uint64_t propagation;
    uint64_t userns;
};

/* struct clone_args as of Linux 5.7, the first with CLONE_INTO_CGROUP. */
struct sys_clone_args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size,
        cgroup;
};

static inline int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve};
    return (int)syscall(NR_OPENAT2, dir, path, &how, sizeof how);
}

static inline int sys_open_tree(int dir, const char *path, unsigned flags) {
    return (int)syscall(NR_OPEN_TREE, dir, path, flags | OPEN_TREE_CLOEXEC);
}

static inline int sys_move_mount(
    int from, const char *from_path, int to, const char *to_path, unsigned flags) {
    return (int)syscall(NR_MOVE_MOUNT, from, from_path, to, to_path, flags);
}

static inline int sys_fsopen(const char *type) {
    return (int)syscall(NR_FSOPEN, type, FSOPEN_CLOEXEC);
}

static inline int sys_fsconfig(int fs, unsigned command, const char *key, const void *value, int aux) {
    return (int)syscall(NR_FSCONFIG, fs, command, key, value, aux);
}

static inline int sys_fsmount(int fs, unsigned attributes) {
    return (int)syscall(NR_FSMOUNT, fs, FSMOUNT_CLOEXEC, attributes);
}

/* Of the file system whose mount the descriptor is at. */
static inline int sys_fspick(int mount) {
    return (int)syscall(NR_FSPICK, mount, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
}

static inline int sys_mount_setattr(
    int dir, const char *path, unsigned flags, const struct sys_mount_attr *attr) {
    return (int)syscall(NR_MOUNT_SETATTR, dir, path, flags, attr, sizeof *attr);
}

/* Like fork(): returns the child's pid in the parent, 0 in the child. Never with CLONE_VM. */
static inline pid_t sys_clone3(struct sys_clone_args *args) {
    return (pid_t)syscall(NR_CLONE3, args, sizeof *args);
}

static inline int sys_pidfd_open(pid_t pid) {
    return (int)syscall(NR_PIDFD_OPEN, pid, 0);
}

static inline int sys_pidfd_send_signal(int pidfd, int number) {
    return (int)syscall(NR_PIDFD_SEND_SIGNAL, pidfd, number, NULL, 0);
}

static inline int sys_close_range(unsigned first, unsigned last, unsigned flags) {
    return (int)syscall(NR_CLOSE_RANGE, first, last, flags);
}

static inline int sys_execveat(int dir, const char *path, char *const *args, char *const *env, int flags) {
    return (int)syscall(SYS_execveat, dir, path, args, env, flags);
}

static inline int sys_faccessat2(int dir, const char *path, int mode, int flags) {
    return (int)syscall(NR_FACCESSAT2, dir, path, mode, flags);
}

static inline int sys_pivot_root(const char *new_root, const char *put_old) {
    return (int)syscall(SYS_pivot_root, new_root, put_old);
}
