/*
 * Where a standby waits: a socket in a directory that belongs to the user it serves and to nobody else. Outside the
 * state root, where any name could be a container's.
 */
#pragma once
#include <limits.h>
#include <sys/socket.h>
#include <sys/un.h>

struct place {
    char folder[PATH_MAX];
    char socket[PATH_MAX];
};

/* Returns 0, or -1 with ENOENT: this user has no such place. */
int place_find(struct place *place);
/* The directory as a descriptor. -1 with EPERM: it is not the user's alone; or with another errno. */
int place_open(const struct place *place);
/* The socket in the opened directory, whatever the path may lead to by now, and however long it is. */
struct sockaddr_un place_address(int folder);
