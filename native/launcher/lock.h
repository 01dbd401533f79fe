/* The lock of a container: a file in its state directory, held by flock(2) for as long as the launcher has it open. */
#pragma once
#include <stdint.h>

/* Returns 0, or -1: EWOULDBLOCK if it was not to be had by the deadline, EINTR. */
int lock_take(int file, uint64_t deadline);
/* Opens and takes it, waiting at most so many milliseconds; one that was removed meanwhile does not count. */
int lock_open(const char *path, uint64_t milliseconds);
