#pragma once
#include <stdbool.h>

/* Whether a device is to have a number for its name: linux.netDevices of runtime-spec. */
bool is_numbered(const char *name);

/*
 * The name with the lowest number that is free, as `taken` says: 1 for a name that is in use, 0, or -1 for an error. It
 * is kept for the device of this name outside, which may have to be found again. NULL: errno says why.
 */
const char *number_name(
    const char *outside, const char *name, int (*taken)(const char *name, void *context), void *context);

/* What number_name has said for the device, or NULL. */
const char *numbered_name_of(const char *outside);
