#define _GNU_SOURCE
#include "seccomp.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* libseccomp 2.6; older ones can only export to a descriptor. */
extern int seccomp_export_bpf_mem(const scmp_filter_ctx context, void *buffer, size_t *size)
    __attribute__((weak));

static int add_architectures(
    scmp_filter_ctx context, const struct filter_request *request, struct filter_result *result);
static int add_rule(scmp_filter_ctx context, const struct filter_rule *rule);
static void note_newest(const struct filter_rule *rule, struct filter_result *result);
static int export_program(scmp_filter_ctx context, struct filter_result *result);
static int export_through_memfd(scmp_filter_ctx context, struct filter_result *result);
static int read_all(int fd, struct filter_result *result);

int filter_compile(const struct filter_request *request, struct filter_result *result) {
    *result = (struct filter_result){.refused = request->rule_count};
    scmp_filter_ctx context = seccomp_init(request->default_action);
    if (!context)
        return -EINVAL;
    int error = add_architectures(context, request, result);
    for (size_t i = 0; !error && i < request->rule_count; i++) {
        error = add_rule(context, &request->rules[i]);
        if (error)
            result->refused = i;
        note_newest(&request->rules[i], result);
    }
    /* A tree instead of a list: a hundred comparisons less for each system call of the container. */
    if (!error)
        seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (!error)
        error = export_program(context, result);
    seccomp_release(context);
    return error;
}

static int add_architectures(
    scmp_filter_ctx context, const struct filter_request *request, struct filter_result *result) {
    result->newest[result->newest_count++].architecture = seccomp_arch_native();
    for (size_t i = 0; i < request->architecture_count; i++) {
        uint32_t token = seccomp_arch_resolve_name(request->architectures[i]);
        if (token == 0 || seccomp_arch_exist(context, token) == 0)
            continue;
        int error = seccomp_arch_add(context, token);
        if (error)
            return error;
        if (result->newest_count < FILTER_MAX_ARCHITECTURES)
            result->newest[result->newest_count++].architecture = token;
    }
    return 0;
}

static int add_rule(scmp_filter_ctx context, const struct filter_rule *rule) {
    int number = seccomp_syscall_resolve_name(rule->syscall);
    if (number == __NR_SCMP_ERROR)
        return 0;
    struct scmp_arg_cmp conditions[6];
    for (uint32_t i = 0; i < rule->argument_count; i++) {
        const struct filter_argument *argument = &rule->arguments[i];
        conditions[i] = (struct scmp_arg_cmp){
            .arg = argument->index,
            .op = (enum scmp_compare)argument->op,
            .datum_a = argument->a,
            .datum_b = argument->b,
        };
    }
    /* Not exactly: where an architecture has no such system call, or multiplexes it, libseccomp does what it can. */
    int error = seccomp_rule_add_array(context, rule->action, number, rule->argument_count, conditions);
    return error == -EEXIST ? 0 : error;
}

static void note_newest(const struct filter_rule *rule, struct filter_result *result) {
    for (size_t i = 0; i < result->newest_count; i++) {
        int number = seccomp_syscall_resolve_name_arch(result->newest[i].architecture, rule->syscall);
        /* Negative: a system call of other architectures. */
        if (number >= 0 && (uint32_t)number > result->newest[i].number)
            result->newest[i].number = (uint32_t)number;
    }
}

static int export_program(scmp_filter_ctx context, struct filter_result *result) {
    if (!seccomp_export_bpf_mem)
        return export_through_memfd(context, result);
    int error = seccomp_export_bpf_mem(context, NULL, &result->size);
    if (error)
        return error;
    result->program = malloc(result->size);
    return result->program ? seccomp_export_bpf_mem(context, result->program, &result->size) : -ENOMEM;
}

static int export_through_memfd(scmp_filter_ctx context, struct filter_result *result) {
    int fd = memfd_create("seccomp", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    int error = seccomp_export_bpf(context, fd);
    if (!error)
        error = read_all(fd, result);
    close(fd);
    return error;
}

static int read_all(int fd, struct filter_result *result) {
    struct stat status;
    if (fstat(fd, &status) < 0)
        return -errno;
    result->size = (size_t)status.st_size;
    result->program = malloc(result->size);
    if (!result->program)
        return -ENOMEM;
    ssize_t count = pread(fd, result->program, result->size, 0);
    if (count < 0)
        return -errno;
    return (size_t)count == result->size ? 0 : -EIO;
}

struct filter_library filter_version(void) {
    const struct scmp_version *version = seccomp_version();
    return version ? (struct filter_library){version->major, version->minor, version->micro}
                   : (struct filter_library){0};
}
