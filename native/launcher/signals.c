#include "signals.h"
#include "sys.h"
#include <sys/signalfd.h>

static const int stopping[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const char *const stopping_names[] = {"SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"};

/*
 * Not passed on: what a fault raises (a held one kills anyway), SIGPIPE, SIGCHLD, and the two that stop a background
 * job from touching its terminal, which are the launcher's own business. SIGKILL and SIGSTOP cannot be held.
 */
static const int kept[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGPIPE, SIGTTIN, SIGTTOU};

static sigset_t held;
static int descriptor = -1;
static int interrupted;

void signals_begin(void) {
    /* Ignored by the caller, it would make the kernel reap children before waitpid() sees them. */
    signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
}

/* nohup, or a shell's background job: an ignored signal stays so, though holding it would collect it. */
static bool is_ignored(int number) {
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void choose_stopping(sigset_t *set) {
    sigemptyset(set);
    for (size_t i = 0; i < sizeof stopping / sizeof *stopping; i++) {
        if (!is_ignored(stopping[i]))
            sigaddset(set, stopping[i]);
    }
}

int signals_hold(bool forward) {
    sigset_t wanted;
    choose_stopping(&wanted);
    held = wanted;
    if (forward) {
        sigfillset(&held);
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
            sigdelset(&held, kept[i]);
        for (size_t i = 0; i < sizeof stopping / sizeof *stopping; i++) {
            if (!sigismember(&wanted, stopping[i]))
                sigdelset(&held, stopping[i]);
        }
    }
    if (sigprocmask(SIG_BLOCK, &held, NULL) < 0)
        return -1;
    descriptor = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    return descriptor < 0 ? -1 : 0;
}

const char *signals_name(int number) {
    for (size_t i = 0; i < sizeof stopping / sizeof *stopping; i++) {
        if (stopping[i] == number)
            return stopping_names[i];
    }
    return "signal";
}

int signals_descriptor(void) {
    return descriptor;
}

int signals_interrupted(void) {
    struct signalfd_siginfo info;
    while (descriptor >= 0 && read(descriptor, &info, sizeof info) == (ssize_t)sizeof info) {
        if (!interrupted)
            interrupted = (int)info.ssi_signo;
    }
    return interrupted;
}

int signals_watch_all(void) {
    return signalfd(descriptor, &held, 0) < 0 ? -1 : 0;
}

void signals_watch_none(void) {
    close(descriptor);
    descriptor = -1;
}

void signals_release(void) {
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}
