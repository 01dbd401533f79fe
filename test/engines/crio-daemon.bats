#!/usr/bin/env bats
# CRI-O itself with railcar as its runtime, through crictl. Building it takes minutes, so it is asked for: CRIO=1. What CRI-O's
# conmon asks of a runtime is in crio.bats.
bats_require_minimum_version 1.5.0
load containerd
load cri
load crictl
load crio-daemon

setup_file() {
  [ "${CRIO:-}" = 1 ] || skip 'building CRI-O takes minutes: CRIO=1'
  find_crio
  start_crio
}
teardown_file() { stop_crio; }

setup() { handler=$RUNTIME pods=(); }
# CRI-O gives each half a minute otherwise, and sleep as pid 1 takes it.
teardown() {
  crictl ps --quiet | while read -r each; do crictl stop --timeout 0 "$each" >/dev/null 2>&1 || true; done
  remove_pods
}

@test "a pod of the runtime, a container, logs, exec, stop, rm" {
  plain_pod
  start . sh -c 'echo hello; sleep 60'
  wait_for 10 has_logged hello
  [ "$(crictl exec --sync "$container" cat /proc/self/comm | head -n 1)" = cat ]
  run -0 crictl exec "$container" id
  [[ $output == *'uid=0(root)'* ]]
  if [ "$RUNTIME" = railcar ]; then
    run -0 in_place "$RAILCAR" --root /run/railcar list --quiet
    [[ $output == *"$container"* ]]
  fi
  crictl stop --timeout 1 "$container"
  [ "$(crictl inspect "$container" | jq .status.exitCode)" = 137 ]
  crictl rm "$container"
}
has_logged() { crictl logs "$container" | grep -q "$1"; }

@test "an exit code, a program that is not there" {
  plain_pod
  start . sh -c 'exit 7'
  wait_for 20 has_exited
  [ "$(crictl inspect "$container" | jq .status.exitCode)" = 7 ]
  run create . /no/such
  [ "$status" -ne 0 ] || run crictl start "$container"
  [ "$status" -ne 0 ]
}
has_exited() { [ "$(crictl inspect "$container" | jq -r .status.state)" = CONTAINER_EXITED ]; }

@test "containers of a pod share its network and name, limits are kept and changed, stats are told" {
  plain_pod
  start '.linux.resources = { memory_limit_in_bytes: 67108864 }' sleep 60
  local first=$container cgroup
  cgroup=$(awk -F : '$2 == "memory" { print $3 }' "/proc/$(crictl inspect "$container" | jq .info.pid)/cgroup")
  [ "$(cat "/sys/fs/cgroup/memory$cgroup/memory.limit_in_bytes")" = 67108864 ]
  crictl update --memory 33554432 "$container"
  [ "$(cat "/sys/fs/cgroup/memory$cgroup/memory.limit_in_bytes")" = 33554432 ]
  start . sleep 60
  [ "$(crictl exec --sync "$first" readlink /proc/self/ns/net | head -n 1)" = "$(crictl exec --sync "$container" readlink /proc/self/ns/net | head -n 1)" ]
  [ "$(crictl exec --sync "$first" hostname | head -n 1)" = "$(crictl exec --sync "$container" hostname | head -n 1)" ]
  [ "$(crictl stats --output json --id "$container" | jq '.stats | length')" = 1 ]
}

@test "the daemon goes and comes back: its containers are there" {
  plain_pod
  start . sleep 60
  local pid
  pid=$(<"$DIR/crio.pid")
  kill "$pid"
  wait_for 20 gone "$pid"
  become_in_place "$CRIO" --config "$DIR/crio.conf" --config-dir '' >>"$DIR/crio.log" 2>&1 3>&- &
  echo $! >"$DIR/crio.pid"
  wait_for 30 crictl version
  in_state CONTAINER_RUNNING
  [ "$(crictl exec --sync "$container" cat /proc/self/comm | head -n 1)" = cat ]
}
