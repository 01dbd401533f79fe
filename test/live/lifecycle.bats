#!/usr/bin/env bats
# create, start, state, kill, delete: the states, what each allows, and the words of each refusal.

load helper

@test "a container is created, running, stopped, gone" {
  bundle
  create
  same "$(state_of)" created
  runtime start "$ID"
  same "$(state_of)" running
  runtime kill "$ID" KILL
  eventually has_status stopped
  same "$(state_of "$ID" .pid)" 0
  runtime delete "$ID"
  run runtime state "$ID"
  fails 1
  contains "$output" 'container does not exist'
}

@test "state prints what callers decode, on standard output alone" {
  bundle '.annotations = {"org.example.key": "value"}'
  run_detached
  run --separate-stderr runtime state "$ID"
  succeeds
  same "$stderr" ''
  same "$(jq -r '.id' <<<"$output")" "$ID"
  same "$(jq -r '.status' <<<"$output")" running
  same "$(jq -r '.bundle' <<<"$output")" "$BUNDLE"
  same "$(jq -r '.rootfs' <<<"$output")" "$BUNDLE/rootfs"
  same "$(jq -r '.annotations["org.example.key"]' <<<"$output")" value
  same "$(jq -r '.owner' <<<"$output")" ''
  matches "$(jq -r '.ociVersion' <<<"$output")" '^1\.[0-9]+\.[0-9]+'
  matches "$(jq -r '.created' <<<"$output")" '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z$'
  same "$(cat "/proc/$(jq .pid <<<"$output")/comm")" sleep
}

@test "nothing of the process runs before start" {
  bundle
  script 'echo started >/tmp/marker; exec sleep 600'
  create
  sleep 0.1
  [ ! -e "$BUNDLE/rootfs/tmp/marker" ]
  runtime start "$ID"
  eventually test -e "$BUNDLE/rootfs/tmp/marker"
}

@test "changes of config.json after create have no effect" {
  bundle
  create
  echo '{' >"$BUNDLE/config.json"
  runtime start "$ID"
  same "$(state_of)" running
}

@test "the pid file holds the container's pid" {
  bundle
  create --pid-file "$WORK/pid"
  same "$(cat "$WORK/pid")" "$(pid_of)"
}

@test "an id in use is refused and the container that has it is untouched" {
  bundle
  create
  run create
  fails 1
  contains "$output" 'container with given ID already exists'
  same "$(state_of)" created
}

@test "a bad id is refused and nothing is made" {
  bundle
  for bad in '' '../escape' 'a/b' 'with space' 'new
line' 'ünï' '.' '..'; do
    run runtime create --bundle "$BUNDLE" "$bad" </dev/null
    [ "$status" != 0 ]
    [ ! -d "$ROOT" ] || same "$(ls -A "$ROOT")" ''
  done
  run runtime create --bundle "$BUNDLE" 'a/b' </dev/null
  contains "$output" 'invalid container ID format'
}

@test "an id may hold letters, digits and _+.-" {
  bundle
  ID="$ID-Ab9_+.x"
  run_detached
  same "$(state_of)" running
}

@test "start is refused for a running and a stopped container" {
  bundle
  run_detached
  run runtime start "$ID"
  fails 1
  contains "$output" 'cannot start an already running container'
  runtime kill "$ID" KILL
  eventually has_status stopped
  run runtime start "$ID"
  fails 1
  contains "$output" 'cannot start a container that has stopped'
}

@test "every command that needs a container says that it does not exist" {
  for command in state start 'kill' delete pause resume ps; do
    run runtime $command "$ID"
    fails 1
    contains "$output" 'container does not exist'
  done
  run runtime exec "$ID" true
  fails 255
  contains "$output" 'container does not exist'
}

@test "kill sends the signal by name, by name with SIG, by number; SIGTERM without one" {
  bundle
  script 'for s in TERM USR1 USR2 HUP; do trap "echo $s >>/tmp/got" $s; done; echo ready >/tmp/got; while :; do sleep 0.01; done'
  run_detached
  eventually grep -q ready "$BUNDLE/rootfs/tmp/got"
  runtime kill "$ID" USR1
  eventually grep -q USR1 "$BUNDLE/rootfs/tmp/got"
  runtime kill "$ID" SIGUSR2
  eventually grep -q USR2 "$BUNDLE/rootfs/tmp/got"
  runtime kill "$ID" 1
  eventually grep -q HUP "$BUNDLE/rootfs/tmp/got"
  runtime kill "$ID"
  eventually grep -q TERM "$BUNDLE/rootfs/tmp/got"
}

@test "kill refuses an unknown signal" {
  bundle
  run_detached
  run runtime kill "$ID" NONSENSE
  fails 1
  same "$(state_of)" running
}

@test "kill of a stopped container says that it is not running" {
  bundle '.process.args = ["true"]'
  run_detached
  eventually has_status stopped
  run runtime kill "$ID" TERM
  fails 1
  contains "$output" 'container not running'
}

@test "kill --all is accepted" {
  bundle
  run_detached
  runtime kill --all "$ID" KILL
  eventually has_status stopped
  runtime kill --all "$ID" KILL
}

@test "kill KILL without a pid namespace of its own ends every process" {
  railcar_only 'runc before 1.2 wants --all for this'
  bundle '.linux.namespaces |= map(select(.type != "pid"))'
  script 'sleep 600 & exec sleep 600'
  run_detached
  eventually '[ "$(cgroup_file pids cgroup.procs | wc -l)" = 2 ]'
  cgroup_file pids cgroup.procs >"$WORK/pids"
  runtime kill "$ID" KILL
  eventually none_alive "$WORK/pids"
}

none_alive() {
  local pid state
  while read -r pid; do
    state=$(awk '/^State/ { print $2 }' "/proc/$pid/status" 2>/dev/null) || continue
    [[ $state == [ZX] || -z $state ]] || return 1
  done <"$1"
}

@test "delete leaves a cgroup that was there before" {
  railcar_only 'runc removes it'
  local own
  own=$(hierarchy memory)/$ID/own
  bundle '.linux.cgroupsPath = "/'"$ID"'/own" | .hooks.createContainer = []'
  mkdir -p "$own"
  create
  same "$(place_of "$(pid_of)" memory)" "/$ID/own"
  runtime delete --force "$ID"
  [ -d "$own" ]
  is_unified || [ ! -d "$(hierarchy pids)/$ID/own" ]
  # Nor does a create that fails, or a run that ends.
  edit_config '.hooks.createContainer = [{path: "/bin/false"}]'
  run create
  fails 1
  [ -d "$own" ]
  edit_config 'del(.hooks)'
  script true
  runtime run --bundle "$BUNDLE" "$ID"
  [ -d "$own" ]
  find /sys/fs/cgroup -depth -type d -path "*/$ID*" -exec rmdir {} +
}

@test "delete refuses a running container and names its state" {
  bundle
  run_detached
  run runtime delete "$ID"
  fails 1
  contains "$output" "cannot delete container $ID that is not stopped: running"
  same "$(state_of)" running
}

@test "delete refuses a created container, which can still be started" {
  bundle '.process.args = ["/bin/true"]'
  create
  run runtime delete "$ID"
  fails 1
  contains "$output" "cannot delete container $ID that is not stopped: created"
  same "$(state_of)" created
  runtime start "$ID"
  eventually has_status stopped
}

@test "delete --force kills a created container" {
  bundle
  create
  pid=$(pid_of)
  runtime delete --force "$ID"
  echo "$pid" >"$WORK/pids"
  eventually none_alive "$WORK/pids"
}

@test "delete --force kills a running container" {
  bundle
  run_detached
  pid=$(pid_of)
  runtime delete --force "$ID"
  echo "$pid" >"$WORK/pids"
  eventually none_alive "$WORK/pids"
  run runtime state "$ID"
  fails 1
}

@test "delete --force of a paused container" {
  bundle
  run_detached
  runtime pause "$ID"
  runtime delete --force "$ID"
}

@test "delete --force of what does not exist succeeds, and removes a stray directory" {
  run runtime delete --force "$ID"
  succeeds
  mkdir -p "$ROOT/$ID"
  echo stray >"$ROOT/$ID/file"
  run runtime delete --force "$ID"
  succeeds
  [ ! -e "$ROOT/$ID" ]
}

@test "a process that is a zombie counts as stopped" {
  bundle '.process.args = ["true"]'
  # The creator of the container does not reap: it sleeps with the container's process as its child.
  background python3 -c '
import ctypes, subprocess, sys, time
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
time.sleep(600)
' "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID"
  eventually has_status created
  pid=$(pid_of)
  runtime start "$ID"
  eventually grep -q '^State:.Z' "/proc/$pid/status"
  same "$(state_of)" stopped
  run runtime kill "$ID" KILL
  fails 1
  contains "$output" 'container not running'
  runtime delete "$ID"
}

@test "a reused pid is not the container's process" {
  railcar_only 'edits the state file'
  bundle
  run_detached
  pid=$(pid_of)
  # As if the pid belonged to another process, which started at another time.
  sed -i 's/"init_process_start": *[0-9]*/"init_process_start":1/' "$ROOT/$ID/state.json"
  same "$(state_of)" stopped
  run runtime kill "$ID" KILL
  fails 1
  kill -0 "$pid"
  kill -KILL "$pid"
}

# A hook that holds `create` in the middle, so that it can be hit there.
slow_hook() { jq -nc --arg kind "$1" '{($kind): [{path: "/bin/sleep", args: ["sleep", "30"]}]}'; }

@test "create that is killed in the middle leaves what delete --force removes" {
  railcar_only 'runc leaves the stub of a killed create behind'
  for kind in prestart createRuntime createContainer; do
    bundle ".hooks = $(slow_hook "$kind")"
    "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1 3>&- &
    creator=$!
    eventually hook_of "$creator"
    kill -KILL "$creator"
    wait "$creator" || true
    run runtime delete --force "$ID"
    succeeds
    [ ! -e "$ROOT/$ID" ]
    kill -KILL "$HOOK" 2>/dev/null || true
    same "$(find /sys/fs/cgroup -maxdepth 8 -type d -name "*$ID*")" ''
  done
}

hook_of() { HOOK=$(pgrep -f '^sleep 30$' -P "$(descendants "$1")"); }

descendants() {
  local child
  printf '%s' "$1"
  for child in $(pgrep -P "$1"); do printf ',%s' "$(descendants "$child")"; done
}

@test "create that is killed at any moment leaves what delete --force removes" {
  railcar_only 'runc leaves the stub of a killed create behind'
  bundle
  for delay in 0.002 0.01 0.02 0.03 0.04 0.05 0.06 0.07 0.08 0.1 0.12; do
    "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1 3>&- &
    creator=$!
    sleep "$delay"
    kill -KILL "$creator" 2>/dev/null || true
    wait "$creator" || true
    run runtime delete --force "$ID"
    succeeds
    [ ! -e "$ROOT/$ID" ]
    same "$(find /sys/fs/cgroup -maxdepth 8 -type d -name "*$ID*")" ''
    eventually no_process_left
  done
}

@test "two creates of one id at the same time: one wins" {
  railcar_only 'runc 1.1 has no lock: sometimes both lose'
  bundle
  create & first=$!
  "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/other" 2>&1 3>&- & second=$!
  won=0
  wait "$first" && won=$((won + 1))
  wait "$second" && won=$((won + 1))
  same "$won" 1
  same "$(state_of)" created
}

@test "the state directory is closed to others" {
  bundle
  create
  matches "$(stat -c %a "$ROOT/$ID")" '^7[01][01]$'
  matches "$(stat -c '%a' "$ROOT/$ID/state.json")" '^6[04]0$'
}
