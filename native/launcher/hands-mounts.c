/* Mounts of a container that has no mount namespace: they are the host's, and nobody but the launcher removes them. */
#include "hands.h"
#include "io.h"
#include "sys.h"
#include <fcntl.h>
#include <stdio.h>

/* What a container may have put in the way leads nowhere else: the path stays below the root, without magic links. */
static int open_below(const char *root, const char *path) {
    autoclose int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return -1;
    return sys_openat2(directory, path, O_PATH, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

int hands_unmount(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_unmount *arg = (const void *)op->args;
    const char *dest = arg->dest.text;
    autoclose int point = open_below(arg->root.text, dest);
    if (point < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : failed("openat2", "%s", dest);
    char itself[sizeof "/proc/self/fd/" + 3 * sizeof point];
    snprintf(itself, sizeof itself, "/proc/self/fd/%d", point);
    /*
     * Private first: what is mounted below a recursive bind may be shared with the place that it was bound from, and
     * would be detached there too. EINVAL: no mount's root, so nothing was mounted here, or it is gone.
     */
    if (mount(NULL, itself, NULL, MS_PRIVATE | MS_REC, NULL) < 0)
        return errno == EINVAL ? 0 : failed("mount(MS_PRIVATE)", "%s", dest);
    return umount2(itself, MNT_DETACH) < 0 && errno != EINVAL ? failed("umount2", "%s", dest) : 0;
}
