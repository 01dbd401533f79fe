#!/usr/bin/env bats
# --systemd-cgroup: each container in a scope of systemd. What is planned for it is in test/golden/cgroup-systemd, what is
# read from its bus in native/test/bus.test.c.

load helper

setup_file() {
  [ -d /run/systemd/system ] || skip 'systemd is not running on this host'
}

# in_scope FILTER: a bundle whose container sleeps in $UNIT of $SLICE.
in_scope() {
  UNIT=rc-$ID.scope SLICE=railcar-test.slice
  bundle ".process.args = [\"sleep\", \"300\"] | .linux.cgroupsPath = \"$SLICE:rc:$ID\" | ${1:-.}"
}
runtime() { "$RUNTIME" --systemd-cgroup --root "$ROOT" "$@" 3>&-; }
detached() { beside run --detach --bundle "$BUNDLE" "$ID"; }
shown() { systemctl show "$UNIT" --property "$1" --value; }
# cgroup_of_unit FILE: a file of the scope's cgroup, of v2 or of the v1 controller that the file's name begins with.
cgroup_of_unit() {
  local hierarchy=
  [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ] || hierarchy=/${1%%.*}
  cat "/sys/fs/cgroup$hierarchy/railcar.slice/$SLICE/$UNIT/$1"
}
is_v2() { [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; }
units() { systemctl list-units --all --plain --no-legend | awk -v id="$ID" 'index($0, id) { print $1, $3 }'; }
no_unit() { [ -z "$(units)" ]; }
no_cgroup() { [ -z "$(find /sys/fs/cgroup -name "*$ID*" -print -quit)" ]; }

@test "systemd knows the unit, its slice and its limits, and the files say the same" {
  in_scope '.linux.resources += { memory: { limit: 67108864 }, pids: { limit: 55 }, cpu: { quota: 50000, period: 100000, shares: 2048 } }'
  detached
  same "$(shown Slice) $(shown Delegate) $(shown ActiveState)" "$SLICE yes active"
  same "$(shown TasksMax) $(shown CPUQuotaPerSecUSec)" '55 500ms'
  same "$(cgroup_of_unit pids.max)" 55
  if is_v2; then
    same "$(shown MemoryMax) $(cgroup_of_unit memory.max)" '67108864 67108864'
    same "$(shown CPUWeight) $(cgroup_of_unit cpu.weight)" '174 174'
    same "$(cgroup_of_unit cpu.max)" '50000 100000'
  else
    same "$(shown MemoryLimit) $(cgroup_of_unit memory.limit_in_bytes)" '67108864 67108864'
    same "$(shown CPUShares) $(cgroup_of_unit cpu.shares)" '2048 2048'
  fi
  same "$(cat "/sys/fs/cgroup/$(is_v2 || echo systemd)/railcar.slice/$SLICE/$UNIT/cgroup.procs")" "$(pid_of)"
}

@test "exec joins it, pause and kill reach it, delete leaves no unit and no cgroup" {
  in_scope
  detached
  run runtime exec "$ID" sh -c 'cat /proc/self/cgroup' </dev/null
  contains "$output" "/railcar.slice/$SLICE/$UNIT"
  runtime pause "$ID"
  same "$(state_of)" paused
  runtime resume "$ID"
  runtime delete --force "$ID"
  no_unit
  no_cgroup
}

@test "update tells systemd, and neither a daemon-reload nor another unit takes it back" {
  in_scope '.linux.resources += { memory: { limit: 67108864 } } | .linux.resources.devices = [{ allow: false, access: "rwm" }]'
  detached
  runtime update --memory 33554432 --memory-swap 33554432 --pids-limit 77 "$ID"
  same "$(shown TasksMax) $(cgroup_of_unit pids.max)" '77 77'
  systemctl daemon-reload
  same "$(cgroup_of_unit pids.max)" 77
  if is_v2; then same "$(shown MemoryMax) $(cgroup_of_unit memory.max)" '33554432 33554432'; fi
  # What the filter denies and allows is the same as before.
  run runtime exec --cap CAP_MKNOD "$ID" sh -c 'mknod /tmp/kmsg c 1 11; cat /tmp/kmsg' </dev/null
  contains "$output" 'Operation not permitted'
  runtime exec "$ID" sh -c 'echo >/dev/null'
}

@test "a create that fails leaves nothing" {
  in_scope '.process.args = ["/no/such/program"]'
  run ! runtime create --bundle "$BUNDLE" "$ID" </dev/null
  contains "$output" '/no/such/program'
  no_unit
  no_cgroup
}

@test "a container that was killed, or ran out of memory, leaves no failed unit" {
  in_scope
  detached
  kill -KILL "$(pid_of)"
  eventually no_unit
  runtime delete "$ID"
  in_scope '.process.args = ["sh", "-c", "x=a; while :; do x=$x$x; done"] | .linux.resources += { memory: { limit: 16777216, swap: 16777216 } }'
  run ! runtime run --bundle "$BUNDLE" "$ID" </dev/null
  eventually no_unit
  no_cgroup
}

@test "a unit of the same name: one that lives is refused and left alone, one that failed makes place" {
  in_scope
  systemd-run --quiet --scope --unit "$UNIT" sleep 200 &
  local sleeper=$!
  eventually '[ "$(shown ActiveState)" = active ]'
  run ! runtime run --detach --bundle "$BUNDLE" "$ID" </dev/null
  contains "$output" "$UNIT"
  same "$(shown ActiveState)" active
  kill "$sleeper"
  eventually no_unit
  # systemd-run leaves a service that fails in the list; a scope fails when it runs out of time.
  systemd-run --quiet --scope --unit "$UNIT" --property RuntimeMaxSec=1 --property TimeoutStopSec=1 sh -c 'trap "" TERM; sleep 200; sleep 200' || true
  eventually '[ "$(shown ActiveState)" = failed ]'
  detached
  same "$(shown ActiveState)" active
}

@test "annotations set properties of the unit, and wrong ones are told with their place" {
  in_scope '.annotations = { "org.systemd.property.TimeoutStopSec": "7", "org.systemd.property.Description": "\"mine\"" }'
  detached
  same "$(shown TimeoutStopUSec) $(shown Description)" '7s mine'
  runtime delete --force "$ID"
  in_scope '.annotations = { "org.systemd.property.Description": "mine" }'
  run ! runtime run --bundle "$BUNDLE" "$ID" </dev/null
  matches "$output" 'config.json:[0-9]+:[0-9]+: annotations\["org.systemd.property.Description"\]: "mine" is no value of systemd'
  in_scope '.annotations = { "org.systemd.property.NoSuchThing": "true" }'
  run ! runtime run --bundle "$BUNDLE" "$ID" </dev/null
  contains "$output" 'NoSuchThing'
  no_unit
}

@test "without a cgroupsPath it is system.slice, railcar and the id; another format is refused" {
  in_scope 'del(.linux.cgroupsPath)'
  UNIT=railcar-$ID.scope
  detached
  same "$(shown Slice)" system.slice
  runtime delete --force "$ID"
  in_scope '.linux.cgroupsPath = "/x/y"'
  run ! runtime run --bundle "$BUNDLE" "$ID" </dev/null
  matches "$output" 'config.json:[0-9]+:[0-9]+: linux.cgroupsPath: expected cgroupsPath to be of format "slice:prefix:name"'
}

@test "50 containers leave no unit behind" {
  in_scope
  local before count
  before=$(systemctl list-units --all --plain --no-legend | grep -c '\.scope')
  for ((count = 0; count < 50; count++)); do
    edit_config ".linux.cgroupsPath = \"$SLICE:rc:$ID-$count\""
    runtime create --bundle "$BUNDLE" "$ID-$count" </dev/null >/dev/null 2>&1
  done
  same "$(systemctl list-units --all --plain --no-legend | grep -c "rc-$ID-[0-9]*\.scope")" 50
  for ((count = 0; count < 50; count++)); do runtime delete --force "$ID-$count"; done
  no_unit
  no_cgroup
  same "$(systemctl list-units --all --plain --no-legend | grep -c '\.scope')" "$before"
}

@test "a checkpoint is restored into a scope, with its limits" {
  command -v criu >/dev/null || skip 'CRIU is not in PATH'
  in_scope '.process.args = ["sh", "-c", "n=0; while :; do n=$((n+1)); echo $n >/count; sleep 0.1; done"] | .linux.resources += { pids: { limit: 55 } }'
  # A file of the host as its output is nothing that it could be dumped with.
  runtime run --detach --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1
  eventually '[ "$(cat "$BUNDLE/rootfs/count" 2>/dev/null || echo 0)" -ge 5 ]'
  runtime checkpoint --image-path "$WORK/image" "$ID"
  no_unit
  local count
  count=$(<"$BUNDLE/rootfs/count")
  beside restore --detach --image-path "$WORK/image" --bundle "$BUNDLE" "$ID"
  eventually '[ "$(cat "$BUNDLE/rootfs/count")" -gt '"$count"' ]'
  [ "$(<"$BUNDLE/rootfs/count")" -lt $((count + 1000)) ]
  same "$(shown TasksMax) $(cgroup_of_unit pids.max)" '55 55'
  runtime delete --force "$ID"
  no_unit
  no_cgroup
}
