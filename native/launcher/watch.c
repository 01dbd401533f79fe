#include "watch.h"
#include "io.h"
#include "signals.h"
#include "sys.h"
#include "wait.h"
#include <sys/stat.h>
#include <unistd.h>

enum { WOKEN_INTERVAL = 1, WOKEN_OOM = 2, WOKEN_EXIT = 4 };

static struct {
    bool begun;
    int process, oom; /* -1: none */
    uint64_t interval, due;
    uint64_t seen;
    unsigned woken;
} watch;

uint64_t watch_woken(void) {
    return watch.woken;
}

uint64_t watch_seen(void) {
    return watch.seen;
}

static int take_slot(struct hands *hands, uint64_t slot) {
    return slot < hands->slot_count ? steal_fd(&hands->slots[slot]) : -1;
}

void watch_take(const struct watch_wish *wish, struct hands *hands) {
    watch.seen = wish->seen;
    if (watch.begun)
        return;
    watch.begun = true;
    watch.process = take_slot(hands, wish->process);
    watch.oom = take_slot(hands, wish->oom);
    watch.interval = wish->interval;
    watch.due = deadline_in(watch.interval);
}

/* A file of cgroup v2 is always readable; that it has changed makes it urgent. */
static short oom_events(void) {
    struct stat status;
    return fstat(watch.oom, &status) == 0 && S_ISREG(status.st_mode) ? POLLPRI : POLLIN;
}

/* An eventfd is read to be empty again, a file of cgroup v2 to become urgent at its next change. */
static void quieten_oom(void) {
    char content[4096];
    if (lseek(watch.oom, 0, SEEK_SET) < 0)
        errno = 0;
    if (read(watch.oom, content, sizeof content) < 0)
        errno = 0;
}

/* From the point in time when it was due, so that reports do not come later and later. */
static void set_next(void) {
    watch.due += watch.interval;
    if (watch.due < now_ms())
        watch.due = deadline_in(watch.interval);
}

int watch_wait(void) {
    struct pollfd watched[] = {
        {.fd = watch.process, .events = POLLIN},
        {.fd = watch.oom, .events = watch.oom < 0 ? 0 : oom_events()},
        /* An end without a reader is an error. */
        {.fd = STDOUT_FILENO},
    };
    watch.woken = 0;
    if (wait_any(watched, sizeof watched / sizeof *watched, watch.due) < 0) {
        if (errno != ETIMEDOUT)
            return errno == EINTR ? 128 + signals_interrupted() : 1;
        set_next();
        watch.woken = WOKEN_INTERVAL;
        return -1;
    }
    if (watched[2].revents)
        return 0;
    if (watched[0].revents)
        watch.woken |= WOKEN_EXIT;
    if (watched[1].revents) {
        quieten_oom();
        watch.woken |= WOKEN_OOM;
    }
    return -1;
}
