/* Entering and making namespaces, and becoming the process that lives in them. */
#include "channel.h"
#include "io.h"
#include "stub.h"
#include "sys.h"
#include <linux/keyctl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

int op_undumpable(struct stub *stub, const struct stub_undumpable *arg) {
    (void)arg;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return failed("prctl(PR_SET_DUMPABLE)", NULL);
    stub->undumpable = true;
    return 0;
}

int op_setns(struct stub *stub, const struct stub_setns *arg) {
    int namespace = slot(stub, &arg->namespace);
    if (namespace < 0)
        return -1;
    if (setns(namespace, (int)arg->kind.n) < 0)
        return failed("setns", NULL);
    return arg->kind.n & CLONE_NEWUSER ? restate_after_credentials(stub) : 0;
}

int op_unshare(struct stub *stub, const struct stub_unshare *arg) {
    if (unshare((int)arg->kind.n) < 0)
        return failed("unshare", NULL);
    return arg->kind.n & CLONE_NEWUSER ? restate_after_credentials(stub) : 0;
}

/*
 * CLONE_PARENT makes the launcher the parent, which reaps. The exit signal is then the helper's own, and asking for one
 * is EINVAL. No CLONE_VM: the child has a copy of everything here and goes on alone.
 */
static pid_t clone_child(uint64_t namespaces, int cgroup) {
    struct sys_clone_args args = {.flags = namespaces | CLONE_PARENT};
    if (cgroup >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)cgroup;
    }
    pid_t pid = sys_clone3(&args);
    /* A seccomp filter around railcar that does not know clone3 says ENOSYS; the old call does what it can. */
    if (pid < 0 && errno == ENOSYS && cgroup < 0)
        pid = (pid_t)syscall(SYS_clone, args.flags, 0, 0, 0, 0);
    return pid;
}

_Noreturn static void end_helper(struct stub *stub, pid_t child) {
    /* The number is the child's in the helper's pid namespace, which is the hands': a joined one only holds children. */
    const uint64_t words[] = {BARRIER_CLONED, (uint64_t)child};
    _exit(channel_send(stub->control, CHANNEL_REPORT, words, 2, NULL, 0) < 0);
}

static int enter_cgroup(int dir, const char *name) {
    autoclose int file = openat(dir, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0)
        return failed("open", "%s", name);
    /* 0 is the writer itself, whatever its pid is called here; a thread's own move needs no RCU grace period. */
    return write(file, "0", 1) < 0 ? failed("write", "%s", name) : 0;
}

int op_clone(struct stub *stub, const struct stub_clone *arg) {
    autoclose int until_exit = -1, helper = -1;
    int cgroup = -1, ends[2];
    if (arg->cgroup.n != NO_SLOT && (cgroup = slot(stub, &arg->cgroup)) < 0)
        return -1;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return failed("pipe2", NULL);
    int minimum = 3 + (int)stub->preserve;
    helper = raise_fd(ends[0], minimum);
    until_exit = raise_fd(ends[1], minimum);
    pid_t child = clone_child(arg->namespaces.n, cgroup);
    /* A cgroup that is at its limit of processes has nobody born into it, but lets others in (cgroups(7)). */
    bool enters = child < 0 && errno == EAGAIN && cgroup >= 0;
    if (enters)
        child = clone_child(arg->namespaces.n, -1);
    if (child < 0)
        return failed("clone3", NULL);
    if (child > 0)
        end_helper(stub, child);
    if (enters && enter_cgroup(cgroup, "cgroup.procs") < 0)
        return -1;
    stub->helper = steal_fd(&helper);
    /* A hook in the container is told the pid as the container sees it. */
    stub->variables.value[VARIABLE_PID] = (uint64_t)getpid();
    return 0;
}

int op_parent_death(struct stub *stub, const struct stub_parent_death *arg) {
    stub->death_signal = (int)arg->signal_.n;
    if (restate_after_credentials(stub) < 0)
        return -1;
    /*
     * It may have died before. getppid() cannot tell (it is 0 in a new pid namespace either way), but the other end of
     * the control socket is the launcher's alone and closes with it.
     */
    struct pollfd launcher = {.fd = stub->control};
    if (stub->death_signal && poll(&launcher, 1, 0) > 0 && (launcher.revents & POLLHUP))
        _exit(1);
    return 0;
}

int op_join_cgroup(struct stub *stub, const struct stub_join_cgroup *arg) {
    int dir = slot(stub, &arg->dir);
    return dir < 0 ? -1 : enter_cgroup(dir, arg->file.text);
}

int op_setsid(struct stub *stub, const struct stub_setsid *arg) {
    (void)stub;
    (void)arg;
    return setsid() < 0 ? failed("setsid", NULL) : 0;
}

/* The owner's search permission, without which the process cannot find its own keys after a change of user. */
#define KEY_USR_SEARCH 0x00080000ul

static int let_user_search(long keyring) {
    char description[256] = "";
    if (syscall(SYS_keyctl, KEYCTL_DESCRIBE, keyring, description, sizeof description - 1) < 0)
        return failed("keyctl(KEYCTL_DESCRIBE)", NULL);
    /* type;uid;gid;permissions;name */
    const char *field = description;
    for (int i = 0; i < 3 && field; i++) {
        field = strchr(field, ';');
        field += field ? 1 : 0;
    }
    unsigned long permissions = field ? strtoul(field, NULL, 16) : 0;
    if (!permissions)
        return failed_with(EBADMSG, "keyctl(KEYCTL_DESCRIBE)", NULL);
    if (syscall(SYS_keyctl, KEYCTL_SETPERM, keyring, permissions | KEY_USR_SEARCH) < 0)
        return failed("keyctl(KEYCTL_SETPERM)", NULL);
    return 0;
}

int op_keyring(struct stub *stub, const struct stub_keyring *arg) {
    (void)stub;
    long keyring = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, arg->name.text);
    if (keyring < 0)
        return errno == ENOSYS ? 0 : failed("keyctl(KEYCTL_JOIN_SESSION_KEYRING)", "%s", arg->name.text);
    return let_user_search(keyring);
}

int op_hostname(struct stub *stub, const struct stub_hostname *arg) {
    (void)stub;
    return sethostname(arg->name.text, arg->name.length) < 0 ? failed("sethostname", "%s", arg->name.text)
                                                             : 0;
}

int op_domainname(struct stub *stub, const struct stub_domainname *arg) {
    (void)stub;
    return setdomainname(arg->name.text, arg->name.length) < 0 ? failed("setdomainname", "%s", arg->name.text)
                                                               : 0;
}
