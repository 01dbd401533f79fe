/* User namespaces with maps. */
#pragma once
#include <stdbool.h>

struct userns {
    const char *uid_map; /* lines of "inside outside count" */
    const char *gid_map;
    bool deny_setgroups;
    bool tools; /* newuidmap and newgidmap write the maps */
};

/* Makes one; returns a descriptor of it, or -1 with a recorded failure. */
int userns_make(const struct userns *userns);
