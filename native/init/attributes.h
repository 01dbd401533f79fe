/* Attaching mounts and changing their attributes, always by descriptor. */
#pragma once
#include "stub.h"

/* Attaches a detached mount on top of what target refers to. From then on `mount` is the attached mount's root. */
int attach(int mount, int target, const char *dest);
/* From now on attach() keeps in mind what it attaches, so that remove_attached() can take it away again, newest first. */
void remember_attached(void);
void remove_attached(const struct stub *stub);

/*
 * Sets and clears MOUNT_ATTR_* of the mount whose root the descriptor is. Before Linux 5.12, which has no mount_setattr,
 * only an attached mount can be changed, and only the one at the top.
 */
int change_attributes(
    const struct stub *stub, int mount, uint64_t set, uint64_t clear, bool recursive, const char *dest);

/* Whether mounts can be changed before they are attached, so that nobody ever sees them otherwise. */
bool kernel_has_mount_setattr(void);

/* Whether mount_setattr and fsmount know this MOUNT_ATTR_*. */
bool kernel_has_attribute(uint64_t attribute);

/* Sets the propagation of the mount whose root the descriptor is: MS_* with MS_REC. 0: leaves it. */
int change_propagation(const struct stub *stub, int mount, uint64_t flags, const char *dest);
