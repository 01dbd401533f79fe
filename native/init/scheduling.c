/* Where and how the process runs: scheduler, I/O priority, processors, memory nodes, personality. */
#include "kernel.h"
#include "stub.h"
#include "sys.h"
#include <sys/personality.h>

/* struct sched_attr as of Linux 5.3; musl has none. */
struct scheduling {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
};

int op_scheduler(struct stub *stub, const struct stub_scheduler *arg) {
    (void)stub;
    const struct scheduling attributes = {
        .size = sizeof attributes,
        .policy = (uint32_t)arg->policy.n,
        .flags = arg->flags.n,
        .nice = (int32_t)arg->nice.n,
        .priority = (uint32_t)arg->priority.n,
        .runtime = arg->runtime.n,
        .deadline = arg->deadline.n,
        .period = arg->period.n,
    };
    return syscall(SYS_sched_setattr, 0, &attributes, 0) < 0 ? failed("sched_setattr", NULL) : 0;
}

/* IOPRIO_WHO_PROCESS, and where the class lies beside the level. */
enum { THIS_PROCESS = 1, CLASS_SHIFT = 13 };

int op_io_priority(struct stub *stub, const struct stub_io_priority *arg) {
    (void)stub;
    uint64_t priority = arg->class.n << CLASS_SHIFT | arg->priority.n;
    return syscall(SYS_ioprio_set, THIS_PROCESS, 0, priority) < 0 ? failed("ioprio_set", NULL) : 0;
}

int op_affinity(struct stub *stub, const struct stub_affinity *arg) {
    (void)stub;
    if (syscall(SYS_sched_setaffinity, 0, arg->cpus.length, arg->cpus.text) < 0)
        return failed("sched_setaffinity", NULL);
    return 0;
}

int op_personality(struct stub *stub, const struct stub_personality *arg) {
    (void)stub;
    return personality(arg->domain.n) < 0 ? failed("personality", NULL) : 0;
}

/* Of set_mempolicy(2); headers may be older. */
enum { MEMORY_NUMA_BALANCING = 1 << 13 };

int op_memory_policy(struct stub *stub, const struct stub_memory_policy *arg) {
    (void)stub;
    /* The kernel reads one bit less than it is told. */
    uint64_t bits = arg->nodes.length ? arg->nodes.length * 8 + 1 : 0;
    const char *nodes = arg->nodes.length ? arg->nodes.text : NULL;
    if (syscall(SYS_set_mempolicy, arg->mode.n | arg->flags.n, nodes, bits) == 0)
        return 0;
    failed("set_mempolicy", NULL);
    if (arg->flags.n & MEMORY_NUMA_BALANCING)
        needs_linux(5, 12, "MPOL_F_NUMA_BALANCING");
    if (arg->mode.n == MEMORY_POLICY_MODE_MPOL_PREFERRED_MANY)
        needs_linux(5, 15, "MPOL_PREFERRED_MANY");
    if (arg->mode.n == MEMORY_POLICY_MODE_MPOL_WEIGHTED_INTERLEAVE)
        needs_linux(6, 9, "MPOL_WEIGHTED_INTERLEAVE");
    return -1;
}
