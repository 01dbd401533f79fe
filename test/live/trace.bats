#!/usr/bin/env bats
# --trace FILE: what a command did and how long each step took, as trace events.

load helper
load trace

setup() {
  live_setup
  railcar_only 'trace'
  export RAILCAR_STANDBY=off
  TRACE=$WORK/trace.json
}

@test "run: launcher, Node and stub, each operation of the plan, the process, the teardown" {
  bundle '.process.args = ["sleep", "0.1"]'
  runtime --trace "$TRACE" run --bundle "$BUNDLE" "$ID"
  sound
  planned
  happened $LAUNCHER fork
  happened $LAUNCHER spawn
  happened $NODE 'execute Node'
  happened $NODE check
  happened $NODE build
  happened $NODE encode
  happened $STUB 'execute stub'
  happened $STUB pivot
  happened $STUB exec
  happened $LAUNCHER cgroupRemove
  # Microseconds.
  jq -e '[.traceEvents[] | select(.name == "wait" and .args.subject == "process") | .dur] | .[0] > 50000 and .[0] < 30000000' "$TRACE"
  same "$(jq -r '[.traceEvents[] | select(.name == "process_name") | .args.name] | join(", ")' "$TRACE")" 'launcher, Node layer, init stub'
}

@test "a FILE that cannot be written: nothing is done" {
  bundle '.process.args = ["true"]'
  run --separate-stderr runtime --trace "$WORK/none/trace.json" create --bundle "$BUNDLE" "$ID"
  fails 1
  same "$stderr" "railcar: cannot open \"$WORK/none/trace.json\": no such file or directory (ENOENT)"
  run --separate-stderr runtime --trace="$WORK" create --bundle "$BUNDLE" "$ID"
  fails 1
  contains "$stderr" 'is a directory (EISDIR)'
  [ ! -e "$ROOT" ]
  run --separate-stderr runtime --trace
  fails 1
  contains "$stderr" 'flag needs an argument: -trace'
}

@test "create, start, kill and delete: a trace each, and a stub that still waits is cut" {
  bundle '.process.args = ["sleep", "100"]'
  beside --trace "$TRACE" create --bundle "$BUNDLE" "$ID"
  sound
  same "$(events '.args.unfinished' | jq -r .name)" waitFifo
  runtime --trace "$TRACE" start "$ID"
  sound
  happened $LAUNCHER readFifo
  runtime --trace "$TRACE" state "$ID" >/dev/null
  sound
  same "$(count ".pid == $STUB")" 0
  happened $NODE parse
  runtime --trace "$TRACE" kill "$ID" KILL
  sound
  happened $LAUNCHER signal
  eventually has_status stopped
  runtime --trace "$TRACE" delete "$ID"
  sound
  happened $LAUNCHER cgroupRemove
}

@test "exec: in the foreground with the program, detached without" {
  bundle '.process.args = ["sleep", "100"]'
  run_detached
  runtime --trace "$TRACE" exec "$ID" sleep 0.1
  sound
  happened $STUB setns
  happened $STUB exec
  same "$(events '.name == "wait" and .args.subject == "process" and .dur > 50000' | wc -l)" 1
  beside --trace "$TRACE" exec --detach "$ID" sleep 100
  sound
  happened $STUB exec
  same "$(events '.args.subject == "process"' | wc -l)" 0
}

@test "in a time namespace the clock reads otherwise, and the trace does not" {
  bundle '.process.args = ["sleep", "100"] | .linux.namespaces += [{type: "time"}]
    | .linux.timeOffsets = {monotonic: {secs: 1000000}, boottime: {secs: 1000000}}'
  beside --trace "$TRACE" run --detach --bundle "$BUNDLE" "$ID"
  sound
  planned
  happened $STUB exec
  # The stub starts no sooner than the launcher forks it, and goes on only while the launcher waits.
  jq -e '[.traceEvents[] | select(.ph == "X")] | (map(select(.name == "fork")) | .[0].ts) as $from
    | (map(select(.name == "awaitExec")) | .[0] | .ts + .dur) as $to
    | map(select(.pid == 3)) | all(.ts >= $from and .ts + .dur <= $to + 1000)' "$TRACE"
  runtime --trace "$TRACE" exec "$ID" true
  sound
  happened $STUB exec
}

@test "a command that fails: what failed, in the stub and in the launcher, and what undid the rest" {
  bundle '.process.args = ["true"] | .mounts += [{destination: "/x", type: "tmpfs", options: ["size=lots"]}]'
  run runtime --trace "$TRACE" run --bundle "$BUNDLE" "$ID"
  fails 1
  sound
  same "$(events ".args.failed and .pid == $STUB" | jq -r '[.name, .args.subject, .args.errno] | join(" ")')" 'mountFs /x 22'
  same "$(events ".args.failed and .pid == $LAUNCHER" | jq -r '[.name, .args.errno] | join(" ")' | head -n 1)" 'awaitExec 22'
  [ "$(count '.cat == "undo" and .name == "cgroupRemove"')" -ge 1 ]
  happened $LAUNCHER undo
  happened $NODE wait
  run runtime --trace "$TRACE" start "$ID"
  fails 1
  sound
}

@test "in the foreground the file is whole while the process runs, and again when it has ended" {
  bundle
  # shellcheck disable=SC2016
  script 'while [ ! -e /go ]; do sleep 0.1; done'
  background runtime --trace "$TRACE" run --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1
  eventually jq -e .traceEvents "$TRACE" >/dev/null 2>&1
  sound
  same "$(events '.args.subject == "process"' | wc -l)" 0
  touch "$BUNDLE/rootfs/go"
  wait "${BACKGROUND[-1]}"
  sound
  same "$(events '.name == "wait" and .args.subject == "process"' | wc -l)" 1
  happened $LAUNCHER cgroupRemove
}

@test "into a pipe: once, at the end" {
  bundle '.process.args = ["sleep", "0.2"]'
  mkfifo "$WORK/pipe"
  background cat "$WORK/pipe" >"$TRACE"
  runtime --trace "$WORK/pipe" run --bundle "$BUNDLE" "$ID"
  wait "${BACKGROUND[-1]}"
  sound
  happened $LAUNCHER cgroupRemove
}

@test "the container has nothing of it: no descriptor, no memory" {
  bundle '.process.args = ["sh", "-c", "ls /proc/self/fd | wc -l; cat /proc/self/maps"]'
  runtime --trace "$TRACE" run --bundle "$BUNDLE" "$ID" >"$WORK/traced"
  runtime run --bundle "$BUNDLE" "$ID" >"$WORK/plain"
  same "$(head -n 1 "$WORK/traced")" "$(head -n 1 "$WORK/plain")"
  lacks "$(cat "$WORK/traced")" memfd
}
