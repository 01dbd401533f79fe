/* Mounts of a container that runs: added by a stub that has joined it, or removed. */
#include "attributes.h"
#include "io.h"
#include "procfs.h"
#include "resolve.h"
#include <unistd.h>

int op_undo_mounts(struct stub *stub, const struct stub_undo_mounts *arg) {
    (void)arg;
    stub->removes_mounts = true;
    remember_attached();
    return 0;
}

int op_detach(struct stub *stub, const struct stub_detach *arg) {
    int root = slot(stub, &arg->root);
    const char *dest = arg->dest.text;
    autoclose int mount = root < 0 ? -1 : open_in_root(root, dest, MAKE_NOTHING, 0, false);
    if (mount < 0)
        return -1;
    return unmount_on(stub, mount) < 0 ? failed("umount2", "%s", dest) : 0;
}

int op_leave(struct stub *stub, const struct stub_leave *arg) {
    (void)stub;
    (void)arg;
    _exit(0);
}
