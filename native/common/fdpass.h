/* Messages with descriptors over Unix sockets. Received ones are always O_CLOEXEC. */
#pragma once
#include <stddef.h>
#include <sys/types.h>

/* Linux's SCM_MAX_FD. */
#define FDPASS_MAX 253

/* Sends one message. Returns 0 or -1. Never raises SIGPIPE. */
int fds_send(int socket, const void *data, size_t size, const int *fds, size_t count);

/*
 * Receives one message of at most `size` bytes with at most *count descriptors; *count is how many came (count may be
 * NULL: none are wanted, and any that come are closed). Returns its length (0: end of file) or -1. A message that does
 * not fit is EMSGSIZE, and nothing of it is kept.
 */
ssize_t fds_receive(int socket, void *data, size_t size, int *fds, size_t *count);
