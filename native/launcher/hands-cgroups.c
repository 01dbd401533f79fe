/* Operations on cgroups. */
#include "cgroup.h"
#include "hands.h"
#include "io.h"
#include "wait.h"

int hands_cgroup_make(struct hands *hands, const struct op *op) {
    const struct hands_cgroup_make *arg = (const void *)op->args;
    int dir = cgroup_make(arg->path.text);
    return dir < 0 ? -1 : slot_fill(hands, &arg->into, dir);
}

int hands_cgroup_empty(struct hands *hands, const struct op *op) {
    const struct hands_cgroup_empty *arg = (const void *)op->args;
    int dir = slot_of(hands, &arg->dir);
    if (dir < 0)
        return -1;
    int empty = cgroup_is_empty(dir);
    if (empty < 0)
        return failed("read", "cgroup.procs");
    return empty ? 0 : failed_with(ENOTEMPTY, "cgroup.procs", NULL);
}

int hands_cgroup_kill(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_cgroup_kill *arg = (const void *)op->args;
    return cgroup_kill(arg->path.text, (int)arg->signal_.n, deadline_in(arg->deadline.n));
}

int hands_cgroup_remove(struct hands *hands, const struct op *op) {
    (void)hands;
    const struct hands_cgroup_remove *arg = (const void *)op->args;
    return cgroup_remove(arg->path.text, deadline_in(arg->deadline.n));
}
