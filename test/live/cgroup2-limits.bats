#!/usr/bin/env bats
# Limits of cgroup v2 that act: what the kernel does to a container that reaches them, and what its files and `events` tell
# of it.

load helper

setup() {
  live_setup
  is_unified || skip 'the controllers of this host are not those of cgroup v2'
}

teardown() {
  live_teardown || return 1
  [ -z "${LOOP:-}" ] || losetup --detach "$LOOP"
  [ -z "${PAGES:-}" ] || echo "$PAGES" >"$HUGE/nr_hugepages"
}

# needs CONTROLLER...
needs() {
  local name
  for name; do grep -qw "$name" /sys/fs/cgroup/cgroup.controllers || skip "this kernel has no controller $name"; done
}

# counted FILE KEY: of the container's cgroup.
counted() { awk -v key="$2" '$1 == key { print $2 }' "$(cgroup_dir '')/$1"; }

# stat_of FILTER: of what events tells.
stat_of() { runtime events --stats "$ID" | jq "$1"; }

@test 'cpu: weight, quota, period and burst are in force, and waiting for the quota is counted' {
  needs cpu
  bundle '.linux.resources.cpu = {shares: 512, quota: 10000, period: 100000, burst: 1000}'
  script 'while :; do :; done'
  run_detached
  same "$(cgroup_file cpu cpu.weight) $(cgroup_file cpu cpu.max) $(cgroup_file cpu cpu.max.burst)" '59 10000 100000 1000'
  eventually '[ "$(counted cpu.stat nr_throttled)" -gt 0 ]'
  same "$(stat_of '.data.cpu.throttling | .periods > 0 and .throttledPeriods > 0 and .throttledTime > 0')" true
  runtime kill "$ID" KILL
}

@test 'cpuset: the container has the processors and the memory that it was given' {
  needs cpuset
  bundle '.linux.resources.cpu = {cpus: "0", mems: "0"}'
  run_detached
  same "$(cgroup_file cpuset cpuset.cpus) $(cgroup_file cpuset cpuset.mems)" '0 0'
  same "$(runtime exec "$ID" sh -c 'grep -E "^(Cpus|Mems)_allowed_list" /proc/self/status | tr -d "\t"' </dev/null)" \
    $'Cpus_allowed_list:0\nMems_allowed_list:0'
}

@test 'memory: what goes beyond the limit is killed and counted, the others live' {
  needs memory
  bundle '.linux.resources.memory = {limit: 16777216, swap: 16777216, reservation: 8388608}'
  script 'tail /dev/zero; echo $? >/tmp/status; exec sleep 600'
  run_detached
  eventually '[ -s "$BUNDLE/rootfs/tmp/status" ]'
  same "$(cat "$BUNDLE/rootfs/tmp/status")" 137
  same "$(cgroup_file memory memory.low) $(cgroup_file memory memory.swap.max)" '8388608 0'
  same "$(counted memory.events oom_kill)" 1
  same "$(state_of)" running
  same "$(stat_of '.data.memory | .usage.limit == 16777216 and .usage.usage > 0 and .swap.limit == 16777216')" true
}

@test 'memory: with memory.oom.group all processes of the container go together' {
  needs memory
  bundle '.linux.resources = {memory: {limit: 16777216, swap: 16777216}, unified: {"memory.oom.group": "1"}}'
  script 'tail /dev/zero; exec sleep 600'
  run_detached
  eventually has_status stopped
}

@test 'pids: a fork beyond the limit is refused and counted' {
  needs pids
  bundle '.linux.resources.pids.limit = 4'
  # The shell that cannot fork ends.
  script '(for i in 1 2 3 4 5 6; do sleep 600 & done) 2>/tmp/said; exec sleep 600'
  run_detached
  eventually '[ "$(counted pids.events max)" -gt 0 ]'
  same "$(cgroup_file pids pids.max) $(stat_of .data.pids.limit)" '4 4'
}

@test 'io: a container that writes faster than it may is held up, which its pressure tells' {
  needs io
  own_disk none
  [ -e /proc/pressure/io ] || skip 'this kernel tells no pressure'
  bundle
  edit_config --argjson major "${DISK%:*}" --argjson minor "${DISK#*:}" '
    .linux.devices = [{path: "/dev/disk", type: "b", $major, $minor, fileMode: 438}]
    | .linux.resources.devices += [{allow: true, type: "b", $major, $minor, access: "rw"}]
    | .linux.resources.blockIO.throttleWriteBpsDevice = [{$major, $minor, rate: 65536}]'
  script 'while :; do dd if=/dev/zero of=/dev/disk bs=32768 count=8 oflag=direct; done'
  run_detached
  same "$(cgroup_file io io.max)" "$DISK rbps=max wbps=65536 riops=max wiops=max"
  eventually '[ "$(stat_of ".data.blkio.psi.some.total")" -gt 0 ]'
  eventually "[ \"\$(stat_of '[.data.blkio.ioServiceBytesRecursive[]? | select(.op == \"Write\" and .major == ${DISK%:*}) | .value] | add // 0')\" -gt 0 ]"
  runtime kill "$ID" KILL
}

@test 'hugetlb: pages beyond the limit are refused and counted' {
  needs hugetlb
  HUGE=/sys/kernel/mm/hugepages/hugepages-2048kB
  [ -d "$HUGE" ] || skip 'this machine has no pages of 2 MiB'
  PAGES=$(cat "$HUGE/nr_hugepages")
  echo $((PAGES + 8)) >"$HUGE/nr_hugepages"
  bundle '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]
    | .mounts += [{destination: "/huge", type: "hugetlbfs", source: "hugetlbfs", options: ["pagesize=2M"]}]'
  script 'fallocate -l 4194304 /huge/fits; echo $? >/tmp/status; fallocate -l 4194304 /huge/more; echo $? >>/tmp/status; exec sleep 600'
  run_detached
  eventually '[ "$(wc -l <"$BUNDLE/rootfs/tmp/status")" = 2 ]'
  same "$(cat "$BUNDLE/rootfs/tmp/status")" $'0\n1'
  same "$(cgroup_file hugetlb hugetlb.2MB.max) $(cgroup_file hugetlb hugetlb.2MB.rsvd.max)" '4194304 4194304'
  same "$(stat_of '.data.hugetlb["2MB"] | .usage >= 4194304 and .failcnt > 0')" true
}

@test 'pressure of processors, memory and disks is in the statistics' {
  [ -e /proc/pressure/cpu ] || skip 'this kernel tells no pressure'
  bundle
  run_detached
  same "$(stat_of '[.data.cpu.psi, .data.memory.psi, .data.blkio.psi | .some, .full | has("avg10", "avg60", "avg300", "total")] | all')" true
}

@test 'unified: files by name, which win over what they stand for' {
  needs memory pids
  bundle '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 33},
    unified: {"memory.high": "33554432", "memory.min": "1048576", "pids.max": "44", "cgroup.max.depth": "3"}}'
  run_detached
  same "$(for file in memory.max memory.high memory.min pids.max cgroup.max.depth; do cgroup_file '' "$file"; done | xargs)" \
    '67108864 33554432 1048576 44 3'
  runtime update --resources - "$ID" <<<'{"unified": {"memory.high": "max", "cpu.weight": "33"}}'
  same "$(cgroup_file '' memory.high) $(cgroup_file '' cpu.weight) $(cgroup_file '' memory.min)" 'max 33 1048576'
}

@test 'what only cgroup v1 has is refused' {
  bundle '.linux.resources.network.classID = 1'
  run create
  fails 1
  contains "$output" 'linux.resources.network: cgroup v2 has neither net_cls nor net_prio'
}

@test 'kill --all and delete end what forks all the time' {
  needs pids
  bundle '.linux.namespaces |= map(select(.type != "pid")) | .linux.resources.pids.limit = 50'
  script 'again() { while :; do sleep 0.01 & done; }; again 2>/dev/null & again 2>/dev/null'
  run_detached
  eventually '[ "$(cgroup_file pids cgroup.procs | wc -l)" -gt 5 ]'
  runtime kill --all "$ID" KILL
  eventually has_status stopped
  runtime delete "$ID"
}
