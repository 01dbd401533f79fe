#include "fdpass.h"
#include "io.h"
#include "kernel.h"
#include "stub.h"
#include "sys.h"
#include <linux/filter.h>
#include <linux/seccomp.h>

/* From here on the filter holds: one sendmsg, which the plan has seen to it that nobody has to be asked about. */
static int hand_over(
    struct stub *stub, const struct stub_seccomp *arg, const char *state, size_t size, int listener) {
    if (fds_send(slot(stub, &arg->listener), state, size, &listener, 1) < 0)
        return failed("sendmsg", "seccomp listener");
    set_slot(stub, &arg->listener, -1);
    return 0;
}

static int load(struct stub *stub, const struct stub_seccomp *arg, const struct sock_fprog *program) {
    bool notify = arg->flags.n & SECCOMP_FILTER_FLAG_NEW_LISTENER;
    if (notify && slot(stub, &arg->listener) < 0)
        return -1;
    size_t size;
    autofree char *state = template_render(&arg->state, &stub->variables, &size);
    if (!state)
        return failed("malloc", NULL);
    autoclose int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, arg->flags.n, program);
    if (listener < 0) {
        failed("seccomp", NULL);
        if (errno == EINVAL && (arg->flags.n & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV))
            needs_linux(5, 19, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
        return -1;
    }
    stub->filtered = true;
    if (notify)
        return hand_over(stub, arg, state, size, listener);
    listener = -1;
    return 0;
}

int op_seccomp(struct stub *stub, const struct stub_seccomp *arg) {
    /*
     * If the filter is the last thing before exec, whatever it forbids is to be forbidden to the user's program only: all
     * that goes before execve is done now.
     */
    if (prepare_last(stub) < 0)
        return -1;
    size_t count = arg->filter.length / sizeof(struct sock_filter);
    if (arg->filter.length % sizeof(struct sock_filter) || count == 0 || count > BPF_MAXINSNS)
        return failed_with(EINVAL, "seccomp", "%zu bytes of filter", arg->filter.length);
    const struct sock_fprog program = {
        .len = (unsigned short)count, .filter = (void *)(uintptr_t)arg->filter.text};
    return load(stub, arg, &program);
}
