#include "place.h"
#include "io.h"
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Root's. A build for tests may have another; nothing at run time changes it, or root could be led astray. */
#ifndef STANDBY_DIR
#define STANDBY_DIR "/run/railcar-standby"
#endif

static const char *parent_of_users(void) {
    const char *folder = getenv("XDG_RUNTIME_DIR");
    return folder && folder[0] == '/' ? folder : NULL;
}

/* The inode of the user namespace in which the kernel itself lives (PROC_USER_INIT_INO). */
#define INITIAL_USER_NAMESPACE 0xeffffffdu

/* The root of a user namespace is still the user who made it, unless he entered as root in full (`su -`). */
static bool is_root(const char *parent) {
    const char *user = getenv("USER");
    struct stat namespace;
    if (geteuid() != 0 || !parent)
        return geteuid() == 0;
    return (user && strcmp(user, "root") == 0) || stat("/proc/self/ns/user", &namespace) < 0 ||
           namespace.st_ino == INITIAL_USER_NAMESPACE;
}

int place_find(struct place *place) {
    const char *parent = parent_of_users();
    int size;
    if (is_root(parent)) {
        size = snprintf(place->folder, sizeof place->folder, "%s", STANDBY_DIR);
    } else {
        size = parent ? snprintf(place->folder, sizeof place->folder, "%s/railcar-standby", parent) : -1;
    }
    if (size > 0 && size < PATH_MAX)
        size = snprintf(place->socket, sizeof place->socket, "%s/socket", place->folder);
    if (size > 0 && size < PATH_MAX)
        return 0;
    errno = ENOENT;
    return -1;
}

int place_open(const struct place *place) {
    autoclose int folder = open(place->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    if (folder < 0 || fstat(folder, &status) < 0)
        return -1;
    if (status.st_uid != geteuid() || (status.st_mode & 07777) != 0700) {
        errno = EPERM;
        return -1;
    }
    return steal_fd(&folder);
}

struct sockaddr_un place_address(int folder) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/socket", folder);
    return address;
}
