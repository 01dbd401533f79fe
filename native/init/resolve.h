/*
 * Paths inside a root file system that an attacker may have filled, and may be changing right now.
 *
 * Nothing here ever leaves the root: the kernel resolves with openat2(RESOLVE_IN_ROOT), magic links (those of procfs)
 * are refused, and what is made is made in a directory that is held by a descriptor. What is returned is always a
 * descriptor; no caller resolves the same path again.
 */
#pragma once
#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

enum make { MAKE_NOTHING, MAKE_DIRECTORY, MAKE_FILE };

/*
 * Opens path (O_PATH). With MAKE_DIRECTORY or MAKE_FILE what is missing is made: directories on the way with mode 0755,
 * the last component with `mode`; links that dangle are followed to where they point inside the root.
 * no_links: no component may be a symbolic link. A failure is recorded with the component at fault.
 */
int open_in_root(int root, const char *path, enum make make, mode_t mode, bool no_links);

/* Opens path (O_PATH) if it is there. Records nothing. */
int find_in_root(int root, const char *path, bool no_links);

/* Opens (O_PATH) the directory that holds the last component of path, made if missing, and copies that component. */
int open_parent_in_root(int root, const char *path, char name[NAME_MAX + 1]);
