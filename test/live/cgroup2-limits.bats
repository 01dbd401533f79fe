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
  [ -z "${PAGES:-}" ] || echo "$PAGES" >"$HUGE/nr_hugepages"
}

# needs CONTROLLER...
needs() {
  local name
  for name; do grep -qw "$name" /sys/fs/cgroup/cgroup.controllers || skip "this kernel has no controller $name"; done
}

# stat_of FILTER: of what events tells.
stat_of() { runtime events --stats "$ID" | jq "$1"; }

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

@test 'what only cgroup v1 has is refused' {
  bundle '.linux.resources.network.classID = 1'
  run create
  fails 1
  contains "$output" 'linux.resources.network: cgroup v2 has neither net_cls nor net_prio'
}
