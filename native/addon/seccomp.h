/*
 * Compiles a list of rules into a BPF program for seccomp(2), through libseccomp. Plain C: knows nothing of Node and
 * nothing of config.json.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct filter_argument {
    uint32_t index;
    uint32_t op; /* SCMP_CMP_* */
    uint64_t a;
    uint64_t b; /* SCMP_CMP_MASKED_EQ only: the mask is a, the value b */
};

/* One system call and conditions on its arguments, all of which must hold. Names that are unknown are skipped. */
struct filter_rule {
    const char *syscall;
    uint32_t action;
    uint32_t argument_count;
    struct filter_argument arguments[6];
};

struct filter_request {
    uint32_t default_action;
    const char *const
        *architectures; /* as libseccomp spells them, in addition to the native one; unknown: skipped */
    size_t architecture_count;
    const struct filter_rule *rules;
    size_t rule_count;
};

/* The newest system call that the rules name, on one architecture. */
struct filter_newest {
    uint32_t architecture; /* AUDIT_ARCH_*; x32 shares that of x86_64 */
    uint32_t number;
};

#define FILTER_MAX_ARCHITECTURES 32

struct filter_result {
    void *program; /* struct sock_filter array; the caller frees it */
    size_t size;
    struct filter_newest newest[FILTER_MAX_ARCHITECTURES];
    size_t newest_count;
    /* Of an error: the rule that libseccomp refused, else rule_count. */
    size_t refused;
};

struct filter_library {
    unsigned major, minor, micro;
};
/* Of the libseccomp that is loaded; zeros if it does not say. */
struct filter_library filter_version(void);

/* Returns 0 or a negative errno. */
int filter_compile(const struct filter_request *request, struct filter_result *result);

#ifdef __cplusplus
}
#endif
