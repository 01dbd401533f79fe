#!/usr/bin/env bats
# linux.resources beyond the golden cases: block input and output, and what the kernel refuses of memory.

load helper

setup() {
  live_setup
  if is_unified; then
    grep -qw io /sys/fs/cgroup/cgroup.controllers || skip 'this host has no controller io'
  else
    [ -d /sys/fs/cgroup/blkio ] && [ -d /sys/fs/cgroup/memory ] || skip 'this host has no blkio and memory controllers of v1'
  fi
}

teardown() {
  live_teardown || return 1
  [ -z "${LOOP:-}" ] || losetup --detach "$LOOP"
}

# A disk of the test's own. Its scheduler is bfq, which is the one that knows weights.
disk() { own_disk bfq; }

# block_io FILTER: of linux.resources.blockIO, where $major and $minor are the disk's.
block_io() { edit_config --argjson major "${DISK%:*}" --argjson minor "${DISK#*:}" ".linux.resources.blockIO = $1"; }

throttles() {
  jq -n --argjson rate "$1" '[
    "throttleReadBpsDevice", "throttleWriteBpsDevice", "throttleReadIOPSDevice", "throttleWriteIOPSDevice"
    ] | to_entries | map({key: .value, value: [{major: $major, minor: $minor, rate: ($rate + .key)}]}) | from_entries' \
    --argjson major "${DISK%:*}" --argjson minor "${DISK#*:}"
}

# throttled RATE: the kernel has what was asked for.
throttled() {
  local file rate=$1
  if is_unified; then
    same "$(cgroup_file io io.max)" "$DISK rbps=$rate wbps=$((rate + 1)) riops=$((rate + 2)) wiops=$((rate + 3))"
    return
  fi
  for file in read_bps write_bps read_iops write_iops; do
    same "$(cgroup_file blkio "blkio.throttle.${file}_device")" "$DISK $rate"
    rate=$((rate + 1))
  done
}

# weighs N: the cgroup has this weight, in the file of CFQ, until Linux 5.0, or of BFQ. Without BFQ v2 has one for all
# schedulers, in which 10 to 1000 become 1 to 10000.
weighs() {
  if ! is_unified; then
    contains "$(cgroup_file blkio blkio.bfq.weight 2>/dev/null || cgroup_file blkio blkio.weight)" "$1"
  elif [ -e "$(cgroup_dir io)/io.bfq.weight" ]; then
    contains "$(cgroup_file io io.bfq.weight)" "default $1"
  else
    contains "$(cgroup_file io io.weight)" "default $((1 + ($1 - 10) * 9999 / 990))"
  fi
}

weighs_on_disk() {
  if is_unified; then contains "$(cgroup_file io io.bfq.weight)" "$DISK $1"; return; fi
  contains "$(cgroup_file blkio blkio.bfq.weight_device 2>/dev/null || cgroup_file blkio blkio.weight_device)" "$DISK $1"
}

@test 'blockIO: weights, of the cgroup and for a device' {
  railcar_only 'runc 1.1 has no weights of bfq for a device'
  bundle
  disk
  block_io '{weight: 300, weightDevice: [{$major, $minor, weight: 400}]}'
  run_detached
  weighs 300
  weighs_on_disk 400
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
  weighs 500
  echo '{"blockIO": {"weight": 600}}' | runtime update --resources - "$ID"
  weighs 600
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
  if is_railcar && is_unified; then
    matches "$output" 'memory.swap: 8388608 is not more than the [0-9]{8} bytes in use'
  elif is_railcar; then
    contains "$output" 'memory.limit_in_bytes'
    contains "$output" 'the container uses more than that'
  fi
  for limit in limit swap; do same "$(kept memory.$limit)" 67108864; done
  runtime update --memory 50331648 --memory-swap 50331648 "$ID"
  for limit in limit swap; do same "$(kept memory.$limit)" 50331648; done
}

# What v2 has no file for is left alone, as runc does, and lint says so.
unknown_to_v2() {
  run_detached
  same "$(kept memory.limit)" 67108864
  railcar_only 'a warning of lint'
  run runtime lint --bundle "$BUNDLE"
  succeeds
  local name
  for name in kernel kernelTCP swappiness disableOOMKiller useHierarchy; do
    contains "$output" "linux.resources.memory.$name: is accepted but not enforced"
  done
}

@test 'memory: swappiness, TCP buffers, the OOM killer; kernel memory is accepted and left alone' {
  bundle '.linux.resources.memory = {limit: 67108864, kernel: 33554432, kernelTCP: 16777216, swappiness: 7,
    disableOOMKiller: true, useHierarchy: true}'
  if is_unified; then unknown_to_v2; return; fi
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
  refused 'linux.resources.memory.swap: ' \
    "$(if is_unified; then echo 'is less than the memory limit'; else echo 'never below the one of memory'; fi)"
  bundle '.linux.resources.memory.swappiness = 101'
  refused 'linux.resources.memory.swappiness: ' '0 to 100'
}
