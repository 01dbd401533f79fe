# shellcheck shell=bash
there() { [ -e /sys/fs/cgroup/blkio/blkio.leaf_weight ]; }
