#include "wait.h"
#include "signals.h"
#include <errno.h>
#include <limits.h>
#include <time.h>

/* The longest pause between two tries. */
#define PAUSE_MAX 10u

uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t deadline_in(uint64_t milliseconds) {
    uint64_t now = now_ms();
    return milliseconds < NO_DEADLINE - now ? now + milliseconds : NO_DEADLINE;
}

int left_until(uint64_t deadline) {
    if (deadline == NO_DEADLINE)
        return -1;
    uint64_t now = now_ms();
    if (now >= deadline)
        return 0;
    return deadline - now > INT_MAX ? INT_MAX : (int)(deadline - now);
}

int wait_any(struct pollfd *watched, size_t count, uint64_t deadline) {
    struct pollfd all[WAIT_MAX + 1];
    for (size_t i = 0; i < count; i++)
        all[i] = watched[i];
    all[count] = (struct pollfd){.fd = signals_descriptor(), .events = POLLIN};
    for (;;) {
        int timeout = left_until(deadline);
        int ready = poll(all, count + 1, timeout);
        if (ready < 0 && errno != EINTR)
            return -1;
        if (ready > 0 && all[count].revents) {
            signals_interrupted();
            errno = EINTR;
            return -1;
        }
        if (ready > 0)
            break;
        if (ready == 0 && left_until(deadline) == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
    }
    for (size_t i = 0; i < count; i++)
        watched[i].revents = all[i].revents;
    return 0;
}

int wait_for(int fd, short events, uint64_t deadline) {
    struct pollfd watched = {.fd = fd, .events = events};
    return wait_any(&watched, 1, deadline);
}

int wait_again(unsigned *tries, uint64_t deadline) {
    uint64_t now = now_ms();
    if (now >= deadline) {
        errno = ETIMEDOUT;
        return -1;
    }
    uint64_t pause = *tries < PAUSE_MAX ? ++*tries : PAUSE_MAX;
    if (pause > deadline - now)
        pause = deadline - now;
    if (wait_any(NULL, 0, now + pause) < 0 && errno != ETIMEDOUT)
        return -1;
    return 0;
}
