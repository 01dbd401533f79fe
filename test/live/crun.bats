#!/usr/bin/env bats
# What crun's command line has beyond runc's.

load helper

setup() {
  live_setup
  railcar_only 'of crun, which says and does it in its own way'
  bundle
}

several() {
  local id
  for id in "$@"; do ID=$ID-$id run_detached; done
}
statuses() { runtime list -f json | jq -r '(. // [])[] | "\(.id) \(.status)"' | sed "s/^$ID-//"; }

@test "kill --regex: all whose id matches, and nobody else" {
  several one two other
  runtime kill --regex "^$ID-(one|two)$" KILL
  eventually '[ "$(statuses | grep -c stopped)" = 2 ]'
  same "$(statuses)" "one stopped
other running
two stopped"
}

@test "kill --regex: of one that refuses there is a warning, the others get the signal" {
  several one two
  runtime kill "$ID-one" KILL
  eventually '[ "$(statuses | grep -c stopped)" = 1 ]'
  run runtime kill -r "$ID-" KILL
  succeeds
  same "$output" "warning: \"$ID-one\": container not running"
  eventually '[ "$(statuses | grep -c stopped)" = 2 ]'
}

@test "delete --regex: those that have stopped; with --force all" {
  several one two other
  runtime kill "$ID-one" KILL
  eventually '[ "$(statuses | grep -c stopped)" = 1 ]'
  run runtime delete --regex "$ID-(one|two)"
  succeeds
  contains "$output" "\"$ID-two\": cannot delete container $ID-two that is not stopped: running"
  same "$(statuses)" "other running
two running"
  runtime delete --force --regex '.'
  same "$(containers)" ''
}

@test "--regex that matches nothing is no failure, one that is none is" {
  runtime kill --regex nobody
  runtime delete --regex nobody
  run runtime delete --regex '('
  fails 1
  contains "$output" '--regex: "(" is not a regular expression'
}

@test "--log=file:PATH" {
  run runtime "--log=file:$WORK/log" state nobody
  fails 1
  contains "$(cat "$WORK/log")" 'container does not exist'
}

# logged TARGET SOCKET: what a daemon that listens at SOCKET is sent; in a mount namespace of its own, since the real ones
# are the host's.
logged() {
  # shellcheck disable=SC2016
  unshare --mount --propagation private sh -c '
    mount -t tmpfs tmpfs "$(dirname "$2")"
    mknod -m 666 /dev/null c 1 3 2>/dev/null
    python3 "$3/tools/notify-listener.py" "$2" "$4" </dev/null 2>/dev/null & listener=$!
    while [ ! -S "$2" ]; do sleep 0.02; done
    "$0" --log="$1" --debug state nobody </dev/null >"$5" 2>&1
    while ! grep -q "does not exist" "$4"; do sleep 0.02; done
    kill $listener' "$RUNTIME" "$1" "$2" "$LIVE" "$WORK/heard" "$WORK/output" 3>&-
  cat "$WORK/heard"
}

@test "--log=journald:ID: entries of the journal, one a message" {
  mkdir -p /run/systemd/journal
  heard=$(logged journald:my-id /run/systemd/journal/socket)
  matches "$heard" "'MESSAGE=served (cold: |by the standby)"
  contains "$heard" "PRIORITY=7\\nSYSLOG_IDENTIFIER=my-id'"
  contains "$heard" "'MESSAGE=\"nobody\": container does not exist\\nPRIORITY=3\\nSYSLOG_IDENTIFIER=my-id'"
}

@test "--log=syslog:ID" {
  heard=$(logged syslog:my-id /dev/log)
  matches "$heard" "'<27>my-id\\[[0-9]+\\]: \"nobody\": container does not exist'"
}

@test "a log daemon that is not there is said, and changes no result" {
  # shellcheck disable=SC2016
  run unshare --mount --propagation private sh -c 'mount -t tmpfs tmpfs /dev && mknod -m 666 /dev/null c 1 3
    "$0" --root "$1" --log=syslog:x --debug list -q; echo $?; [ ! -e /dev/log ]' "$RUNTIME" "$ROOT" 3>&-
  succeeds
  contains "$output" 'cannot write to "/dev/log"'
  contains "$output" $'\n0'
}

@test "--cgroup-manager=disabled: the container stays in the cgroups of its caller, and lives without its own" {
  edit_config 'del(.linux.resources) | .linux.cgroupsPath = "/never-made"'
  runtime --cgroup-manager=disabled run --detach --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1
  same "$(cat "/proc/$(runtime state "$ID" | jq .pid)/cgroup")" "$(cat /proc/self/cgroup)"
  same "$(runtime exec "$ID" cat /proc/self/cgroup)" "$(runtime exec "$ID" cat /proc/1/cgroup)"
  run runtime pause "$ID"
  fails 1
  contains "$output" 'the container has no cgroup that could be frozen'
  runtime kill "$ID" KILL
  eventually '[ "$(runtime state "$ID" | jq -r .status)" = stopped ]'
  runtime delete "$ID"
}

@test "--cgroup-manager=disabled: a limit is refused, since nothing would keep it" {
  edit_config '.linux.resources = { memory: { limit: 67108864 } }'
  run runtime --cgroup-manager=disabled run --bundle "$BUNDLE" "$ID"
  fails 1
  contains "$output" 'linux.resources.memory: cannot be kept without a cgroup, which --cgroup-manager=disabled is'
}
