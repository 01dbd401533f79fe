#include "device-filter.h"
#include "fail.h"
#include "io.h"
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* By this name a program is known as ours: systemd may have attached one of its own. */
#define NAME "railcar_devices"

/* The kernel's own limit for one cgroup, BPF_CGROUP_MAX_PROGS. */
#define PROGRAMS_MAX 64

/* What the verifier says ends with what it objects to. */
#define LOG_SIZE (64u << 10)
#define LOG_SHOWN 1024

static int sys_bpf(int command, union bpf_attr *attr) {
    return (int)syscall(SYS_bpf, command, attr, sizeof *attr);
}

static uint64_t address(const void *pointer) {
    return (uint64_t)(uintptr_t)pointer;
}

static int load_once(const void *instructions, size_t size, char *log, size_t log_size) {
    union bpf_attr attr = {
        .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
        .insns = address(instructions),
        .insn_cnt = (uint32_t)(size / sizeof(struct bpf_insn)),
        .license = address("Apache-2.0"),
        .log_buf = address(log),
        .log_size = (uint32_t)log_size,
        .log_level = log ? 1 : 0,
        .prog_name = NAME,
    };
    return sys_bpf(BPF_PROG_LOAD, &attr);
}

/* Until Linux 5.11 programs count as locked memory, of which users have little. The container keeps the old limit. */
static int load_unlimited(const void *instructions, size_t size) {
    struct rlimit old, none = {RLIM_INFINITY, RLIM_INFINITY};
    int error = errno;
    if (getrlimit(RLIMIT_MEMLOCK, &old) < 0 || setrlimit(RLIMIT_MEMLOCK, &none) < 0) {
        errno = error;
        return -1;
    }
    int program = load_once(instructions, size, NULL, 0);
    error = errno;
    setrlimit(RLIMIT_MEMLOCK, &old);
    errno = error;
    return program;
}

/* Asks again for the verifier's words. */
static void explain(const void *instructions, size_t size) {
    autofree char *log = calloc(1, LOG_SIZE);
    if (!log)
        return;
    autoclose int program = load_once(instructions, size, log, LOG_SIZE);
    size_t length = strnlen(log, LOG_SIZE - 1);
    if (length > 0)
        failure_detail("%s", log + (length > LOG_SHOWN ? length - LOG_SHOWN : 0));
}

static int load(const void *instructions, size_t size) {
    int program = load_once(instructions, size, NULL, 0);
    if (program < 0 && errno == EPERM)
        program = load_unlimited(instructions, size);
    if (program < 0) {
        failed("bpf", "BPF_PROG_LOAD");
        if (errno == EINVAL || errno == EACCES)
            explain(instructions, size);
    }
    return program;
}

static bool is_ours(int program) {
    struct bpf_prog_info info = {0};
    union bpf_attr attr = {
        .info = {.bpf_fd = (uint32_t)program, .info_len = sizeof info, .info = address(&info)}};
    return sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0 && strncmp(info.name, NAME, sizeof info.name) == 0;
}

/* The program that was attached before: a descriptor, -1 with errno, or -1 with errno 0 if there is none. */
static int find_ours(int cgroup) {
    uint32_t ids[PROGRAMS_MAX];
    union bpf_attr query = {.query = {.target_fd = (uint32_t)cgroup,
                                .attach_type = BPF_CGROUP_DEVICE,
                                .prog_ids = address(ids),
                                .prog_cnt = PROGRAMS_MAX}};
    if (sys_bpf(BPF_PROG_QUERY, &query) < 0)
        return -1;
    for (uint32_t i = 0; i < query.query.prog_cnt; i++) {
        union bpf_attr get = {.prog_id = ids[i]};
        autoclose int program = sys_bpf(BPF_PROG_GET_FD_BY_ID, &get);
        if (program >= 0 && is_ours(program))
            return steal_fd(&program);
    }
    errno = 0;
    return -1;
}

int device_filter_attach(int cgroup, const void *instructions, size_t size) {
    autoclose int program = load(instructions, size);
    if (program < 0)
        return -1;
    autoclose int old = find_ours(cgroup);
    if (old < 0 && errno != 0)
        return failed("bpf", "BPF_PROG_QUERY");
    union bpf_attr attr = {
        .target_fd = (uint32_t)cgroup,
        .attach_bpf_fd = (uint32_t)program,
        .attach_type = BPF_CGROUP_DEVICE,
        .attach_flags = BPF_F_ALLOW_MULTI | (old < 0 ? 0 : BPF_F_REPLACE),
        .replace_bpf_fd = old < 0 ? 0 : (uint32_t)old,
    };
    return sys_bpf(BPF_PROG_ATTACH, &attr) < 0 ? failed("bpf", "BPF_PROG_ATTACH") : 0;
}
