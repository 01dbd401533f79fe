/*
 * The vocabulary of hands and stub: one SOCK_SEQPACKET pair for each stub, one message a packet, made of u64 words in
 * host order (both ends are the same binary) and, in FAILURE, NUL-terminated strings after them.
 *
 *     hands                                            stub
 *     PROGRAM  [count, slot numbers…, preserve]  ──▶         once, first; SCM_RIGHTS: the program in a memfd, then
 *                                                            the descriptors of the slots in the order of the numbers
 *              ◀──  REPORT   [barrier, pid]                  pid only with `cloned`, as the hands' pid namespace has it
 *     RELEASE  [barrier, pid, start time, self]  ──▶
 *     SLOTS    [slot numbers…]                   ──▶         SCM_RIGHTS: their descriptors
 *              ◀──  SLOT                                     SCM_RIGHTS: one descriptor
 *              ◀──  FAILURE  [index, errno, status] op, origin, step, subject, detail   then the stub exits 1
 *              ◀──  end of file                              execve happened (every end is O_CLOEXEC)
 *
 * The same FAILURE packet is what a created container writes into the exec fifo when `start` finds that it cannot run.
 */
#pragma once
#include <stdint.h>

enum channel_message {
    CHANNEL_PROGRAM = 1,
    CHANNEL_REPORT = 2,
    CHANNEL_RELEASE = 3,
    CHANNEL_SLOT = 4,
    CHANNEL_SLOTS = 5,
    CHANNEL_FAILURE = 6,
};

/* A FAILURE never exceeds this, so that writing it into a fifo is atomic (PIPE_BUF is 4096). */
#define CHANNEL_MAX 4096
/* As many descriptors as the kernel passes in one message (SCM_MAX_FD), less the program itself. */
#define CHANNEL_MAX_SLOTS 252

#include "fail.h"
#include <stddef.h>
#include <sys/types.h>

/* Of RELEASE: the barrier, then the values of the variables that the hands know, by number. */
#define CHANNEL_RELEASE_WORDS 4

/* Words of a message after its type. PROGRAM has the most: count, 252 numbers, preserve. */
#define CHANNEL_MAX_WORDS (CHANNEL_MAX_SLOTS + 2)

struct channel_packet {
    enum channel_message type;
    size_t word_count;
    uint64_t words[CHANNEL_MAX_WORDS];
    struct failure failure; /* FAILURE only */
    size_t fd_count;
    int fds[CHANNEL_MAX_SLOTS + 1];
};

/* Sends one packet of words, with descriptors if fd_count is not 0. Returns 0 or -1. */
int channel_send(int socket, enum channel_message type, const uint64_t *words, size_t word_count,
    const int *fds, size_t fd_count);
/* Receives one packet. Returns 1, 0 at end of file, or -1 (EBADMSG: not of this vocabulary; its descriptors are closed). */
int channel_receive(int socket, struct channel_packet *packet);

/* FAILURE as bytes: for the socket and for the exec fifo alike. Returns its size, at most CHANNEL_MAX. */
size_t failure_pack(unsigned char packet[CHANNEL_MAX], const struct failure *failure);
/* Returns 0, or -1 with EBADMSG. */
int failure_unpack(struct failure *failure, const void *packet, size_t size);
