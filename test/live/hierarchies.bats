#!/usr/bin/env bats
# What linux.resources says of controllers that only version 1 has, or that are seldom mounted: huge pages, the class and
# the priorities of network traffic.

load helper
load hierarchies

limits() { jq -nc --arg size "${2:-2MB}" --argjson limit "$1" '[{pageSize: $size, limit: $limit}]'; }

@test 'hugepageLimits: usage and reservations are limited' {
  bundle ".linux.resources.hugepageLimits = $(limits 4194304)"
  run_detached
  same "$(setting hugetlb hugetlb.2MB.limit_in_bytes)" 4194304
  same "$(setting hugetlb hugetlb.2MB.rsvd.limit_in_bytes)" 4194304
}

@test 'hugepageLimits: none are allowed with 0' {
  bundle ".linux.resources.hugepageLimits = $(limits 0)"
  run_detached
  same "$(setting hugetlb hugetlb.2MB.limit_in_bytes)" 0
  same "$(setting hugetlb hugetlb.2MB.rsvd.limit_in_bytes)" 0
}

@test 'hugepageLimits: update changes both' {
  railcar_only 'runc 1.1 ignores it in update'
  bundle ".linux.resources.hugepageLimits = $(limits 4194304)"
  run_detached
  echo "{\"hugepageLimits\": $(limits 8388608)}" | runtime update --resources - "$ID"
  same "$(setting hugetlb hugetlb.2MB.limit_in_bytes)" 8388608
  same "$(setting hugetlb hugetlb.2MB.rsvd.limit_in_bytes)" 8388608
}

@test 'hugepageLimits: a size that this machine has not is an error that names it' {
  bundle ".linux.resources.hugepageLimits = $(limits 4194304 3MB)"
  run create
  fails 1
  if is_railcar; then
    contains "$output" 'linux.resources.hugepageLimits[0]: cannot write "4194304" to "hugetlb.3MB.limit_in_bytes"'
  fi
  same "$(containers)" ''
}

@test 'network: classID' {
  bundle '.linux.resources.network.classID = 1048577'
  run_detached
  same "$(setting net_cls net_cls.classid)" 1048577
}

@test 'network: priorities of interfaces of the host' {
  bundle '.linux.resources.network.priorities = [{name: "lo", priority: 5}]'
  run_detached
  contains "$(setting net_prio net_prio.ifpriomap)" 'lo 5'
}

@test 'network: an interface that is not there is an error that names it, and nothing stays' {
  bundle '.linux.resources.network.priorities = [{name: "lo", priority: 5}, {name: "nosuch0", priority: 1}]'
  run create
  fails 1
  contains "$output" 'nosuch0'
  if is_railcar; then
    contains "$output" 'linux.resources.network.priorities[1]'
    contains "$output" 'no network interface'
  fi
  same "$(containers)" ''
  same "$(inside find /sys/fs/cgroup -maxdepth 3 -name "*$ID*")" ''
}

@test 'network: update changes the class and the priorities' {
  railcar_only 'runc 1.1 ignores them in update'
  bundle '.linux.resources.network = {classID: 1048577, priorities: [{name: "lo", priority: 5}]}'
  run_detached
  echo '{"network": {"classID": 1048578, "priorities": [{"name": "lo", "priority": 6}]}}' | runtime update --resources - "$ID"
  same "$(setting net_cls net_cls.classid)" 1048578
  contains "$(setting net_prio net_prio.ifpriomap)" 'lo 6'
}

@test 'where nobody has mounted a controller, what needs it is refused by name' {
  local resources
  for resources in "hugetlb {\"hugepageLimits\": $(limits 4194304)}" \
    'net_cls {"network": {"classID": 1048577}}' \
    'net_prio {"network": {"priorities": [{"name": "lo", "priority": 5}]}}' \
    'rdma {"rdma": {"mlx5_1": {"hcaHandles": 3}}}'; do
    [ ! -d "/sys/fs/cgroup/${resources%% *}" ] || continue
    bundle ".linux.resources += ${resources#* }"
    run "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" 3>&-
    is_railcar || continue
    fails 1
    contains "$output" "this host has no cgroup controller \"${resources%% *}\" mounted"
  done
}
