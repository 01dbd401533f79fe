/*
 * Landlock (landlock(7)): what this process and all that come of it may do at most. The constants are of ABI 6; the
 * headers that this is built with may be older.
 */
#include "io.h"
#include "kernel.h"
#include "stub.h"
#include "sys.h"
#include <sys/stat.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

enum { GET_VERSION = 1, RULE_PATH = 1, RULE_PORT = 2 };

struct ruleset {
    uint64_t files, network, scope;
};
struct path_rule {
    uint64_t access;
    int parent;
} __attribute__((packed));
struct port_rule {
    uint64_t access, port;
};

/* Rights on a file that is no directory: execute, write_file, read_file, truncate, ioctl_dev. */
#define OF_FILES (1u << 0 | 1u << 1 | 1u << 2 | 1u << 14 | 1u << 15)

static long version(void) {
    return syscall(SYS_landlock_create_ruleset, NULL, 0, GET_VERSION);
}

/* Rights that a kernel knows, by the version in which they came. A ruleset with others is refused as a whole. */
static uint64_t known_files(long abi) {
    unsigned bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13;
    return (1u << bits) - 1;
}

int op_landlock(struct stub *stub, const struct stub_landlock *arg) {
    long abi = version();
    if (abi < 0) {
        failed("landlock_create_ruleset", NULL);
        if (errno == EOPNOTSUPP)
            failure_detail("the kernel option lsm= leaves Landlock out");
        needs_linux(5, 13, "Landlock");
        return -1;
    }
    if ((uint64_t)abi < arg->abi.n) {
        failed_with(EOPNOTSUPP, "landlock_create_ruleset", NULL);
        failure_detail(
            "this kernel has version %ld of Landlock, not %llu", abi, (unsigned long long)arg->abi.n);
        return -1;
    }
    const struct ruleset ruleset = {arg->files.n & known_files(abi), arg->network.n, arg->scope.n};
    /* Of versions before 4 the first number alone, before 6 the first two: zeros behind are no mistake. */
    int file = (int)syscall(SYS_landlock_create_ruleset, &ruleset, sizeof ruleset, 0);
    if (file < 0)
        return failed("landlock_create_ruleset", NULL);
    set_slot(stub, &arg->into, file);
    return 0;
}

/* As the container sees it: links lead where they lead inside. */
int op_landlock_path(struct stub *stub, const struct stub_landlock_path *arg) {
    autoclose int parent =
        sys_openat2(AT_FDCWD, arg->path.text, O_PATH | O_CLOEXEC, 0, RESOLVE_NO_MAGICLINKS);
    struct stat status;
    if (parent < 0 || fstat(parent, &status) < 0)
        return failed("openat2", "%s", arg->path.text);
    uint64_t access = arg->access.n & known_files(version());
    const struct path_rule rule = {S_ISDIR(status.st_mode) ? access : access & OF_FILES, parent};
    int ruleset = slot(stub, &arg->ruleset);
    if (ruleset < 0)
        return -1;
    return syscall(SYS_landlock_add_rule, ruleset, RULE_PATH, &rule, 0) < 0
               ? failed("landlock_add_rule", "%s", arg->path.text)
               : 0;
}

int op_landlock_port(struct stub *stub, const struct stub_landlock_port *arg) {
    const struct port_rule rule = {arg->access.n, arg->port.n};
    int ruleset = slot(stub, &arg->ruleset);
    if (ruleset < 0)
        return -1;
    return syscall(SYS_landlock_add_rule, ruleset, RULE_PORT, &rule, 0) < 0
               ? failed("landlock_add_rule", "port %llu", (unsigned long long)arg->port.n)
               : 0;
}

int op_landlock_self(struct stub *stub, const struct stub_landlock_self *arg) {
    /* What goes before execve reads files that the program may not. */
    if (prepare_last(stub) < 0)
        return -1;
    int ruleset = slot(stub, &arg->ruleset);
    if (ruleset < 0)
        return -1;
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
        return failed("landlock_restrict_self", NULL);
    set_slot(stub, &arg->ruleset, -1);
    return 0;
}
