#include "steps.h"
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

static uint64_t now(clockid_t clock) {
    struct timespec time = {0};
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

uint64_t monotonic_now(void) {
    return now(CLOCK_MONOTONIC);
}

uint64_t wall_now(void) {
    return now(CLOCK_REALTIME);
}

uint64_t steps_now(const struct steps *steps) {
    return steps->monotonic + (wall_now() - steps->wall);
}

struct steps *steps_map(int file, size_t *size) {
    struct stat status;
    if (fstat(file, &status) < 0 || status.st_size < (off_t)sizeof(struct steps))
        return NULL;
    *size = (size_t)status.st_size;
    /* With all pages, so that none of them is charged to the container's cgroup. */
    void *memory = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
    return memory == MAP_FAILED ? NULL : memory;
}
