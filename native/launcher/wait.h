/* Waiting that a stopping signal ends, so that no operation can hold up the undoing of a plan. */
#pragma once
#include <poll.h>
#include <stddef.h>
#include <stdint.h>

/* Milliseconds of the monotonic clock. */
uint64_t now_ms(void);
#define NO_DEADLINE UINT64_MAX
/* The point in time this many milliseconds from now. */
uint64_t deadline_in(uint64_t milliseconds);
/* What poll(2) takes as its timeout. */
int left_until(uint64_t deadline);

#define WAIT_MAX 3
/* poll(2) on at most WAIT_MAX descriptors. Returns 0 when one is ready, or -1: ETIMEDOUT, or EINTR for a signal. */
int wait_any(struct pollfd *watched, size_t count, uint64_t deadline);
/* The same for one. */
int wait_for(int fd, short events, uint64_t deadline);
/*
 * Between two tries of something that the kernel announces to nobody: sleeps, longer from try to try. Returns 0 to try
 * again, or -1: ETIMEDOUT, EINTR.
 */
int wait_again(unsigned *tries, uint64_t deadline);
