#include "reset.h"
#include "sys.h"

/* What the kernel calls a signal set: 64 bits. */
#define KERNEL_SET_SIZE 8
#define KERNEL_SIGNALS 64

/* Raw calls: C libraries refuse to touch the signals that they keep for themselves (32 to 34), which may be ignored. */
void reset_signals(void) {
    /* SIG_DFL, no flags, an empty mask: all of struct sigaction is zero, whatever its order of members. */
    static const uint64_t nothing[8];
    for (int number = 1; number <= KERNEL_SIGNALS; number++)
        syscall(SYS_rt_sigaction, number, nothing, NULL, KERNEL_SET_SIZE);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, nothing, NULL, KERNEL_SET_SIZE);
}

void hold_signals(void) {
    const uint64_t all = ~0ull;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, KERNEL_SET_SIZE);
}
