#!/usr/bin/env bats
# linux.resources beyond the golden cases, on cgroup v1: block input and output, and what the kernel refuses of memory.

load helper

setup() {
  live_setup
  [ -d /sys/fs/cgroup/blkio ] && [ -d /sys/fs/cgroup/memory ] || skip 'this host has no blkio and memory controllers of v1'
}

teardown() {
  live_teardown || return 1
  [ -z "${LOOP:-}" ] || losetup --detach "$LOOP"
}

# A disk of the test's own, by major and minor number. Its scheduler is bfq, which is the one that knows weights.
disk() {
  truncate -s 1M "$BATS_TEST_TMPDIR/disk"
  LOOP=$(losetup --find --show "$BATS_TEST_TMPDIR/disk") || skip 'there is no loop device'
  echo bfq >"/sys/block/${LOOP##*/}/queue/scheduler" || skip 'this kernel has no scheduler bfq'
  DISK=$(cat "/sys/block/${LOOP##*/}/dev")
}

# block_io FILTER: of linux.resources.blockIO, where $major and $minor are the disk's.
block_io() { edit_config --argjson major "${DISK%:*}" --argjson minor "${DISK#*:}" ".linux.resources.blockIO = $1"; }

throttles() {
  jq -n --argjson rate "$1" '[
    "throttleReadBpsDevice", "throttleWriteBpsDevice", "throttleReadIOPSDevice", "throttleWriteIOPSDevice"
    ] | to_entries | map({key: .value, value: [{major: $major, minor: $minor, rate: ($rate + .key)}]}) | from_entries' \
    --argjson major "${DISK%:*}" --argjson minor "${DISK#*:}"
}

# throttled RATE: each file says what was asked for.
throttled() {
  local file rate=$1
  for file in read_bps write_bps read_iops write_iops; do
    same "$(cgroup_file blkio "blkio.throttle.${file}_device")" "$DISK $rate"
    rate=$((rate + 1))
  done
}

# The file is CFQ's, until Linux 5.0, or BFQ's.
weight_file() { cgroup_file blkio "blkio.bfq.$1" 2>/dev/null || cgroup_file blkio "blkio.$1"; }

@test 'blockIO: weights, of the cgroup and for a device' {
  railcar_only 'runc 1.1 has no weights of bfq for a device'
  bundle
  disk
  block_io '{weight: 300, weightDevice: [{$major, $minor, weight: 400}]}'
  run_detached
  contains "$(weight_file weight)" 300
  contains "$(weight_file weight_device)" "$DISK 400"
}

@test 'blockIO: every throttle, and update changes it' {
  bundle
  disk
  block_io "$(throttles 1048576)"
  run_detached
  throttled 1048576
  is_railcar || return 0
  jq -n --argjson io "$(throttles 2097152)" '{blockIO: $io}' | runtime update --resources - "$ID"
  throttled 2097152
}

@test 'blockIO: update changes the weight, by flag and by file' {
  bundle '.linux.resources.blockIO.weight = 300'
  run_detached
  runtime update --blkio-weight 500 "$ID"
  contains "$(weight_file weight)" 500
  echo '{"blockIO": {"weight": 600}}' | runtime update --resources - "$ID"
  contains "$(weight_file weight)" 600
}

# refused ORIGIN TEXT...: what create says, and that nothing stays.
refused() {
  run create
  fails 1
  is_railcar || return 0
  local text
  for text; do contains "$output" "$text"; done
  same "$(containers)" ''
}

@test 'blockIO: leaf weights, which kernels no longer have, are refused' {
  bundle '.linux.resources.blockIO = {weight: 300, leafWeight: 300}'
  refused 'linux.resources.blockIO.leafWeight: ' 'until Linux 5.0'
  bundle
  disk
  block_io '{weightDevice: [{$major, $minor, leafWeight: 300}]}'
  refused 'linux.resources.blockIO.weightDevice[0].leafWeight: ' 'until Linux 5.0'
}

@test 'blockIO: a disk that is not there, and one without weights, are refused' {
  bundle
  DISK=8:4000
  block_io "$(throttles 1048576)"
  refused 'linux.resources.blockIO.throttleReadBpsDevice[0]: ' '8:4000' 'no disk with these numbers'
  disk
  echo none >"/sys/block/${LOOP##*/}/queue/scheduler"
  block_io '{weightDevice: [{$major, $minor, weight: 300}]}'
  refused 'linux.resources.blockIO.weightDevice[0]: ' 'whose scheduler is bfq'
}

@test 'memory: a limit below what is in use is refused, and the old ones stay' {
  local limit
  bundle '.linux.resources.memory = {limit: 67108864, swap: 67108864, checkBeforeUpdate: true}'
  script 'head -c 33554432 /dev/zero >/dev/held && echo held >/tmp/held; exec sleep 600'
  run_detached
  eventually '[ -s "$BUNDLE/rootfs/tmp/held" ]'
  run runtime update --memory 8388608 --memory-swap 8388608 "$ID"
  fails 1
  if is_railcar; then
    contains "$output" 'memory.limit_in_bytes'
    contains "$output" 'the container uses more than that'
  fi
  for limit in limit memsw.limit; do same "$(cgroup_file memory "memory.${limit}_in_bytes")" 67108864; done
  runtime update --memory 50331648 --memory-swap 50331648 "$ID"
  for limit in limit memsw.limit; do same "$(cgroup_file memory "memory.${limit}_in_bytes")" 50331648; done
}

@test 'memory: swappiness, TCP buffers, the OOM killer; kernel memory is accepted and left alone' {
  bundle '.linux.resources.memory = {limit: 67108864, kernel: 33554432, kernelTCP: 16777216, swappiness: 7,
    disableOOMKiller: true, useHierarchy: true}'
  run_detached
  same "$(cgroup_file memory memory.kmem.tcp.limit_in_bytes)" 16777216
  same "$(cgroup_file memory memory.swappiness)" 7
  contains "$(cgroup_file memory memory.oom_control)" 'oom_kill_disable 1'
  same "$(cgroup_file memory memory.use_hierarchy)" 1
  railcar_only 'a warning of lint'
  run runtime lint --bundle "$BUNDLE"
  succeeds
  contains "$output" 'linux.resources.memory.kernel: is accepted but not enforced'
  contains "$output" 'linux.resources.memory.useHierarchy: is accepted but not enforced'
}

@test 'memory: a limit of memory and swap below the one of memory, and swappiness beyond 100, are refused' {
  bundle '.linux.resources.memory = {limit: 67108864, swap: 33554432}'
  refused 'linux.resources.memory.swap: ' 'never below the one of memory'
  bundle '.linux.resources.memory.swappiness = 101'
  refused 'linux.resources.memory.swappiness: ' '0 to 100'
}
