/*
 * Has the credentials, limits and filter of the container's process, holds no descriptor, and reads nothing: whatever the
 * container sends it, it only ever waits, passes a signal on, or ends. Every signal is held since before it was executed,
 * so none is lost, and none ends it but SIGKILL.
 */
#include "reaper.h"
#include "sys.h"
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>

_Noreturn static void end_as(int status) {
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

/* With WNOHANG, until nobody else has ended; without, for ever. Ends with the process. */
static void reap(pid_t process, int flags) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, flags)) > 0 || (pid < 0 && errno == EINTR)) {
        if (pid == process)
            end_as(status);
    }
    if (pid < 0)
        _exit(1);
}

void reaper_main(pid_t process) {
    prctl(PR_SET_NAME, REAPER_NAME);
    /* Without a pid namespace of its own it is nobody's init yet. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sys_close_range(0, ~0u, 0);
    const uint64_t all = ~0ull;
    for (;;) {
        reap(process, WNOHANG);
        int number = (int)syscall(SYS_rt_sigtimedwait, &all, NULL, NULL, sizeof all);
        if (number > 0 && number != SIGCHLD)
            kill(process, number);
        /* A filter that forbids even this: then signals are not passed on, but all else is as it should be. */
        if (number < 0 && errno != EINTR)
            reap(process, 0);
    }
}
