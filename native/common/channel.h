/*
 * The vocabulary of hands and stub: one SOCK_SEQPACKET pair for each stub, one message a packet, made of u64 words in
 * host order (both ends are the same binary) and, in FAILURE, NUL-terminated strings after them.
 *
 *     hands                                            stub
 *     PROGRAM  [count, slot numbers…, preserve]  ──▶         once, first; SCM_RIGHTS: the program in a memfd, then
 *                                                            the descriptors of the slots in the order of the numbers
 *              ◀──  REPORT   [barrier, pid]                  pid only with `cloned`, as the hands' pid namespace has it
 *     RELEASE  [barrier, pid, start time, self]  ──▶
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
    CHANNEL_FAILURE = 5,
};

/* A FAILURE never exceeds this, so that writing it into a fifo is atomic (PIPE_BUF is 4096). */
#define CHANNEL_MAX 4096
/* As many descriptors as the kernel passes in one message (SCM_MAX_FD), less the program itself. */
#define CHANNEL_MAX_SLOTS 252
