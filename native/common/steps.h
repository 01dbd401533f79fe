/*
 * What a traced stub tells of itself: when each operation of its program began and ended. It lies in memory that the
 * launcher has made for it (a memfd of exactly this size, sealed so that it stays mappable whole) and that both map; the
 * descriptor is closed before any namespace is joined, and the mapping ends with execve, so no container ever has it.
 * Only numbers: what the operations are called the launcher knows from the program.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct step {
    uint64_t start, end; /* 0: not begun, not ended */
    uint32_t failed;
    uint32_t error; /* errno, if it failed and there was one */
};

struct steps {
    /* The same moment on two clocks, in the launcher. */
    uint64_t wall, monotonic;
    uint64_t count;
    /* When the stub began, and when it had its program. */
    uint64_t began, ready;
    struct step of[];
};

/* Nanoseconds of the launcher's monotonic clock. */
uint64_t monotonic_now(void);
uint64_t wall_now(void);
/*
 * The same in a stub: CLOCK_MONOTONIC reads differently in another time namespace, CLOCK_REALTIME does not, so it
 * tells how long ago the launcher's two moments were. A step of the wall clock meanwhile shifts what the trace shows.
 */
uint64_t steps_now(const struct steps *steps);

/* Maps what a descriptor holds, for reading and writing. NULL if that is no list of steps. */
struct steps *steps_map(int file, size_t *size);
