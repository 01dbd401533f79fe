/* The eBPF program that decides about devices in a cgroup of v2. */
#pragma once
#include <stddef.h>

/*
 * Loads the instructions (struct bpf_insn, `size` bytes) and attaches them to the cgroup. A program that was attached by
 * this function before is replaced; there is no moment without one. Returns 0, or -1 with a recorded failure.
 */
int device_filter_attach(int cgroup, const void *instructions, size_t size);
