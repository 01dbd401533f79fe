#!/usr/bin/env bats
# --systemd-cgroup as an ordinary user: the manager of his own session makes the scope, with what is delegated to it.

load helper
load rootless

setup_file() {
  [ -d /run/systemd/system ] || skip 'systemd is not running on this host'
  [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ] || skip 'only cgroup v2 is delegated to a user'
  make_users
  # Without a login: his manager stays.
  loginctl enable-linger "$RANGED"
  RUNTIME_DIRECTORY=/run/user/$(id -u "$RANGED")
  export RUNTIME_DIRECTORY
  eventually '[ -S "$RUNTIME_DIRECTORY/bus" ]'
}
teardown_file() {
  [ -z "${RANGED:-}" ] || loginctl disable-linger "$RANGED"
  [ -z "${RANGED:-}" ] || systemctl stop "user@$(id -u "$RANGED").service"
  remove_users
}

setup() {
  live_setup
  be "$RANGED"
  UNIT=rc-$ID.scope
  AS+=(XDG_RUNTIME_DIR="$RUNTIME_DIRECTORY")
}
runtime() { as "$RUNTIME" --systemd-cgroup --root "$ROOT" "$@"; }
his() { as systemctl --user "$@"; }

@test "his manager makes the scope, keeps the limits, and forgets it" {
  users_bundle ".linux.cgroupsPath = \"user.slice:rc:$ID\" | .linux.resources = {memory: {limit: 67108864}, pids: {limit: 55}}"
  run_detached
  same "$(his show "$UNIT" --property ActiveState,TasksMax,MemoryMax --value | sort | paste -sd ' ')" '55 67108864 active'
  local group
  group=$(his show "$UNIT" --property ControlGroup --value)
  contains "$group" "user@$(id -u "$RANGED").service/user.slice/$UNIT"
  same "$(cat "/sys/fs/cgroup$group/pids.max" "/sys/fs/cgroup$group/memory.max" | paste -sd ' ')" '55 67108864'
  same "$(cat "/sys/fs/cgroup$group/cgroup.procs")" "$(pid_of)"
  runtime update --pids-limit 44 "$ID"
  same "$(his show "$UNIT" --property TasksMax --value) $(cat "/sys/fs/cgroup$group/pids.max")" '44 44'
  runtime pause "$ID"
  same "$(state_of)" paused
  runtime resume "$ID"
  run runtime exec "$ID" cat /proc/self/cgroup </dev/null
  contains "$output" "$UNIT"
  runtime delete --force "$ID"
  same "$(his list-units --all --plain --no-legend | grep -c "$ID")" 0
  same "$(find /sys/fs/cgroup -name "*$ID*")" ''
}

@test "without a manager the error says whom it wanted to ask" {
  users_bundle
  AS+=(XDG_RUNTIME_DIR=/nowhere)
  run runtime run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" /nowhere/bus
}

@test "without --systemd-cgroup: what he delegates to a scope is used as any other cgroup" {
  users_bundle '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 55}}'
  delegated() { as systemd-run --user --scope --quiet --property Delegate=yes "$RUNTIME" --root "$ROOT" "$@"; }
  delegated run --detach --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1 || fail "$(cat "$WORK/output")"
  lacks "$(cat "$WORK/output")" 'may make no cgroup'
  contains "$(place_of "$(pid_of)" pids)" "/user@$(id -u "$RANGED").service/"
  same "$(kept memory.limit) $(kept pids.limit)" '67108864 55'
  delegated update --pids-limit 44 "$ID"
  same "$(kept pids.limit)" 44
  delegated pause "$ID"
  same "$(state_of)" paused
  delegated resume "$ID"
  contains "$(delegated exec "$ID" cat /proc/self/cgroup </dev/null)" "$(place_of "$(pid_of)" pids)"
  delegated delete --force "$ID"
  same "$(find /sys/fs/cgroup -name "*$ID*")" ''
}
