/* Operations on cgroups. */
#include "cgroup.h"
#include "device-filter.h"
#include "hands.h"
#include "io.h"
#include "wait.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Of hands->fresh; a cgroup in a slot beyond it is looked at. */
static uint64_t fresh_bit(const union arg *slot) {
    return slot->n < 64 ? (uint64_t)1 << slot->n : 0;
}

int hands_cgroup_make(struct hands *hands, const struct op *op) {
    const struct hands_cgroup_make *arg = (const void *)op->args;
    bool made;
    int dir = cgroup_make(arg->path.text, &made);
    if (dir < 0)
        return -1;
    uint64_t bit = fresh_bit(&arg->into);
    hands->fresh = made ? hands->fresh | bit : hands->fresh & ~bit;
    return slot_fill(hands, &arg->into, dir);
}

int hands_cgroup_empty(struct hands *hands, const struct op *op) {
    const struct hands_cgroup_empty *arg = (const void *)op->args;
    int dir = slot_of(hands, &arg->dir);
    if (dir < 0)
        return -1;
    if (hands->fresh & fresh_bit(&arg->dir))
        return 0;
    int empty = cgroup_is_empty(dir);
    if (empty < 0)
        return failed("read", "cgroup.procs");
    return empty ? 0 : failed_with(ENOTEMPTY, "cgroup.procs", NULL);
}

int hands_cgroup_owner(struct hands *hands, const struct op *op) {
    const struct hands_cgroup_owner *arg = (const void *)op->args;
    int dir = slot_of(hands, &arg->dir);
    return dir < 0 ? -1 : cgroup_give(dir, arg->files.list, (uid_t)arg->uid.n);
}

int hands_device_filter(struct hands *hands, const struct op *op) {
    const struct hands_device_filter *arg = (const void *)op->args;
    int dir = slot_of(hands, &arg->dir);
    return dir < 0 ? -1 : device_filter_attach(dir, arg->filter.text, arg->filter.length);
}

int hands_cgroup_filled(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_cgroup_filled *arg = (const void *)op->args;
    autoclose int file = open(arg->path.text, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return failed("open", "%s", arg->path.text);
    char first = '\n';
    if (read_full(file, &first, 1) < 0)
        return failed("read", "%s", arg->path.text);
    return first == '\n' ? failed_with(ENODATA, "read", "%s", arg->path.text) : 0;
}

/* Whether the operations that kill and remove cgroups, of which this is one, remove this one too. */
static bool will_be_removed(const struct hands *hands, const struct op *op, const char *path) {
    for (; op < hands->end && (op->code == HANDS_CGROUP_KILL || op->code == HANDS_CGROUP_REMOVE); op++) {
        const struct hands_cgroup_remove *arg = (const void *)op->args;
        if (op->code == HANDS_CGROUP_REMOVE && strcmp(arg->path.text, path) == 0)
            return true;
    }
    return false;
}

int hands_cgroup_kill(struct hands *hands, const struct op *op) {
    const struct hands_cgroup_kill *arg = (const void *)op->args;
    /* Removing it at once tells that nobody was in it, and is cheaper than asking. */
    if (arg->signal_.n == SIGKILL && will_be_removed(hands, op, arg->path.text) && rmdir(arg->path.text) == 0)
        return 0;
    return cgroup_kill(arg->path.text, (int)arg->signal_.n, deadline_in(arg->deadline.n));
}

int hands_cgroup_remove(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_cgroup_remove *arg = (const void *)op->args;
    return cgroup_remove(arg->path.text, deadline_in(arg->deadline.n));
}

/* Documentation/admin-guide/cgroup-v1/memory.rst, "OOM control". */
int hands_cgroup_oom(struct hands *hands, const struct op *op) {
    const struct hands_cgroup_oom *arg = (const void *)op->args;
    autoclose int dir = open(arg->path.text, O_PATH | O_DIRECTORY | O_CLOEXEC);
    autoclose int control = dir < 0 ? -1 : openat(dir, "memory.oom_control", O_RDONLY | O_CLOEXEC);
    autoclose int registry = control < 0 ? -1 : openat(dir, "cgroup.event_control", O_WRONLY | O_CLOEXEC);
    if (registry < 0)
        return failed("open", "%s", arg->path.text);
    autoclose int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event < 0)
        return failed("eventfd", NULL);
    char text[32];
    int size = snprintf(text, sizeof text, "%d %d", event, control);
    if (write(registry, text, (size_t)size) != size)
        return failed("write", "cgroup.event_control");
    return slot_fill(hands, &arg->into, steal_fd(&event));
}
