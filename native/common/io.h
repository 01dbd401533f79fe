/* Descriptors and memory that free themselves, and whole reads and writes. */
#pragma once
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static inline void close_descriptor(int *fd) {
    int saved = errno;
    if (*fd >= 0)
        close(*fd);
    errno = saved;
}

static inline void free_memory(void *pointer) {
    int saved = errno;
    free(*(void **)pointer);
    errno = saved;
}

/* Close or free on leaving the scope; errno survives. */
#define autoclose __attribute__((cleanup(close_descriptor)))
#define autofree __attribute__((cleanup(free_memory)))

/* Gives the descriptor away: the autoclose variable it leaves holds -1. */
static inline int steal_fd(int *fd) {
    int given = *fd;
    *fd = -1;
    return given;
}

/* Reads until size bytes or end of file; returns how many, or -1. EINTR is retried. */
ssize_t read_full(int fd, void *buffer, size_t size);
/* Writes all of it; returns 0 or -1. EINTR is retried, short writes are continued. */
int write_full(int fd, const void *buffer, size_t size);
/*
 * Reads to end of file into new memory, with a NUL after it that *size does not count. More than max bytes is EFBIG.
 * Never trusts st_size: procfs and cgroupfs say 0.
 */
char *read_all(int fd, size_t max, size_t *size);

/*
 * Moves the descriptor to a number of at least `minimum`, O_CLOEXEC; closes the old one. Returns the new one, or -1
 * with the old one still open. A descriptor that already lies there is returned as it is.
 */
int raise_fd(int fd, int minimum);
/* Sets FD_CLOEXEC on every descriptor from `first` on. Before Linux 5.11 they are found in /proc/self/fd. */
int cloexec_from(int first);
/* The same where /proc is not to be trusted: with a descriptor of it. */
int cloexec_from_at(int procfs, int first);

/* Descriptor paths of procfs, for calls that take no descriptor. */
#define FD_PATH_SIZE 40
/* "self/fd/N", relative to a procfs descriptor. */
const char *fd_name(char path[FD_PATH_SIZE], int fd);
