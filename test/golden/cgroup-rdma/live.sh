# shellcheck shell=bash
# A host that has it would need the device.
there() { grep -q "^rdma" /proc/cgroups; }
