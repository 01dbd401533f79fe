#include "stub.h"
#include "sys.h"
#include <linux/filter.h>
#include <linux/seccomp.h>

int op_seccomp(struct stub *stub, const struct stub_seccomp *arg) {
    /*
     * If the filter is the last thing before exec, whatever it forbids is to be forbidden to the user's program only: all
     * that goes before execve is done now.
     */
    if (stub->next && stub->next->code == STUB_EXEC &&
        prepare_exec(stub, (const struct stub_exec *)stub->next->args) < 0)
        return -1;
    size_t count = arg->filter.length / sizeof(struct sock_filter);
    if (arg->filter.length % sizeof(struct sock_filter) || count == 0 || count > BPF_MAXINSNS)
        return failed_with(EINVAL, "seccomp", "%zu bytes of filter", arg->filter.length);
    /* Its descriptor would be closed by execve, and every call that the filter hands over would fail. */
    if (arg->flags.n & SECCOMP_FILTER_FLAG_NEW_LISTENER)
        return failed_with(EOPNOTSUPP, "seccomp", "listener");
    const struct sock_fprog program = {
        .len = (unsigned short)count, .filter = (void *)(uintptr_t)arg->filter.text};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, arg->flags.n, &program) < 0)
        return failed("seccomp", NULL);
    return 0;
}
