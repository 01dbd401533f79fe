/* The only door to procfs: a descriptor opened before anything else. */
#pragma once
#include "stub.h"

/* Opens /proc (O_PATH) and makes sure that it is the root of a procfs. Returns the descriptor, or -1 with errno. */
int open_procfs(void);

/*
 * Opens a file below the procfs descriptor and makes sure that it is procfs's own, not something mounted over it
 * (CVE-2025-52881). Records its failures.
 */
int open_in_procfs(const struct stub *stub, const char *path, int flags);

/*
 * Opens again what a descriptor (an O_PATH one, usually) refers to, with other flags. Records nothing.
 */
int reopen(const struct stub *stub, int fd, int flags);

/*
 * mount(2) on what a descriptor refers to: the call takes paths only, so it is given self/fd/N with the procfs
 * descriptor as the working directory. Records nothing.
 */
int mount_on(const struct stub *stub, int target, const char *source, const char *type, unsigned long flags,
    const char *data);

/* The same for umount2(2), with MNT_DETACH: of a mount whose root the descriptor is. */
int unmount_on(const struct stub *stub, int target);

/* Opens (O_PATH) the program that this process executes. Records nothing. */
int open_own_program(const struct stub *stub);
