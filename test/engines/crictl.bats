#!/usr/bin/env bats
# crictl, the command line of cri-tools, through containerd's CRI plugin and its handler railcar. What crictl says less of than
# the interface has is in cri.bats.
bats_require_minimum_version 1.5.0
load containerd
load cri
load crictl

setup_file() {
  find_crictl
  start_containerd
  export SOCKET=$DIR/containerd.sock
  write_crictl_config
}
teardown_file() { stop_containerd; }

setup() { handler=$RUNTIME pods=(); }
teardown() { remove_pods; }

@test "runp, create, start, ps, pods, inspect, stop, rm, rmp" {
  plain_pod
  start . sleep 60
  [ "$(crictl pods --quiet --id "$pod" --state ready)" = "$pod" ]
  [ "$(crictl inspectp "$pod" | jq -r .status.runtimeHandler)" = "$handler" ]
  [ "$(crictl ps --quiet --pod "$pod")" = "$container" ]
  [ "$(crictl inspect "$container" | jq -r .status.state)" = CONTAINER_RUNNING ]
  crictl stop --timeout 1 "$container"
  [ "$(crictl inspect "$container" | jq -r .status.exitCode)" = 137 ]
  crictl rm "$container"
  crictl stopp "$pod"
  crictl rmp "$pod"
  [ -z "$(crictl pods --quiet --id "$pod")" ]
}

@test "exec, exec --sync, exec on a terminal" {
  plain_pod
  start . sleep 60
  run -0 crictl exec "$container" sh -c 'echo out; echo err >&2'
  [[ $output == *out* && $output == *err* ]]
  run -0 crictl exec --sync "$container" hostname
  [[ $output == "pod-"* ]]
  run crictl exec --sync "$container" sh -c 'exit 7'
  [ "$status" -ne 0 ]
  [[ $output == *7* ]]
  local there=(nsenter --mount="/proc/$(<"$DIR/place.pid")/ns/mnt" --net="/proc/$(<"$DIR/place.pid")/ns/net")
  run -0 run_on_terminal $'tty\nexit\n' "${there[@]}" "$CRI" --config="$DIR/crictl.yaml" exec -it "$container" sh
  [[ $output == */dev/pts/0* ]]
}

@test "logs, and attach" {
  plain_pod
  start . sh -c 'echo first; sleep 0.5; echo second; sleep 60'
  wait_for 10 has_logged second
  [ "$(crictl logs --tail 1 "$container")" = second ]
  start '.stdin = true' sh -c 'read line; echo "got $line"; sleep 60'
  { sleep 1; echo hello; sleep 1; } | crictl attach --stdin "$container" >"$DIR/attached" 2>&1 3>&- &
  wait_for 10 has_logged 'got hello'
}
has_logged() { crictl logs "$container" | grep -q "$1"; }

@test "stats and statsp, and update" {
  plain_pod
  start '.linux.resources = { memory_limit_in_bytes: 67108864 }' sh -c 'while :; do :; done'
  wait_for 20 uses_cpu
  [ "$(crictl statsp --output json --id "$pod" | jq '.stats | length')" = 1 ]
  crictl update --memory 33554432 "$container"
  local cgroup
  cgroup=$(awk -F : '$2 == "memory" { print $3 }' "/proc/$(crictl inspect "$container" | jq .info.pid)/cgroup")
  [ "$(cat "/sys/fs/cgroup/memory$cgroup/memory.limit_in_bytes")" = 33554432 ]
}
uses_cpu() { [ "$(crictl stats --output json --id "$container" | jq -r '.stats[0].cpu.usageCoreNanoSeconds.value // "0"')" -gt 1000000 ]; }

@test "port-forward reaches a container's port" {
  plain_pod
  start . sh -c 'while :; do echo served | nc -l -p 8080; done'
  in_place "$CRI" --config="$DIR/crictl.yaml" port-forward "$pod" 18080:8080 >"$DIR/forward" 2>&1 3>&- &
  local forwarder=$!
  wait_for 10 grep -q Forwarding "$DIR/forward"
  run -0 in_place timeout 5 busybox nc 127.0.0.1 18080 </dev/null
  kill "$forwarder"
  [ "$output" = served ]
}
