#!/usr/bin/env bats
# containerd, unchanged, through its own client: ctr names the runtime for each container, and containerd's shim calls it.
# CONTAINERD=2 takes containerd 2 instead of Debian's.
bats_require_minimum_version 1.5.0
load containerd

setup_file() { start_containerd; }
teardown_file() { stop_containerd; }

teardown() {
  if [ -n "${started:-}" ]; then
    ctr tasks kill --signal KILL "$started" >/dev/null 2>&1 || true
    wait_for 5 ended "$started" || true
    ctr tasks delete "$started" >/dev/null 2>&1 || true
    ctr containers delete "$started" >/dev/null 2>&1 || true
  fi
}

# once OPTION... -- WORD...: a container that prints and ends.
once() {
  local options=()
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  started=once-$BATS_TEST_NUMBER
  ctr run --rm "${choice[@]}" --cgroup "$CGROUP/$started" "${options[@]}" "$box" "$started" "$@"
}

# start OPTION... -- WORD...: one in the background.
start() {
  local options=()
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  started=box-$BATS_TEST_NUMBER
  ctr run --detach "${choice[@]}" --cgroup "$CGROUP/$started" "${options[@]}" "$box" "$started" "$@"
}

setup() { choice=(--runc-binary "$(runtime_program "$RUNTIME")" --runc-root "$DIR/runtime"); }

status() { ctr tasks list | awk -v id="$1" '$1 == id { print $3 }'; }
has_status() { [ "$(status "$1")" = "$2" ]; }
ended() { [ "$(status "$1")" = STOPPED ] || [ -z "$(status "$1")" ]; }

# in_container WORD..., or in_container_with OPTION... -- WORD...
in_container() { in_container_with -- "$@"; }
in_container_with() {
  local options=()
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  ctr tasks exec --exec-id "exec-$RANDOM$RANDOM" "${options[@]}" "$started" "$@"
}

@test "the runtime under test is what runs them" {
  start -- sleep 60
  run -0 "${choice[1]}" --root "$DIR/runtime/test" list --quiet
  [ "$output" = "$started" ]
}

@test "run prints, passes both streams, ends with the container's code, and leaves nothing" {
  run -0 --separate-stderr once -- sh -c 'echo out; echo problem >&2'
  [ "$output" = out ]
  [ "$stderr" = problem ]
  run -42 once -- sh -c 'exit 42'
  run -0 ctr containers list --quiet
  [ -z "$output" ]
  [ -z "$(ls "$DIR/runtime/test" 2>/dev/null)" ]
}

# ctr overlooks an end that comes before the container has started.
@test "standard input arrives, and its end" {
  run -0 once -- cat < <(echo 'from outside'; sleep 1)
  [ "$output" = 'from outside' ]
}

@test "-t has a terminal that takes input and answers" {
  started=tty-$BATS_TEST_NUMBER
  run -0 run_on_terminal $'tty; echo $((6 * 7)); exit\n' nsenter --mount="/proc/$(<"$DIR/place.pid")/ns/mnt" \
    "$BIN/ctr" --address "$DIR/containerd.sock" --namespace test run --rm --tty "${choice[@]}" --cgroup "$CGROUP/$started" \
    "$box" "$started" sh
  [[ $output == *$'/dev/pts/0\n42'* ]]
}

@test "a missing program is named, and nothing of the container is left" {
  run ! once -- no-such-program
  [[ $output == *'exec: "no-such-program": executable file not found in $PATH'* ]]
  run -0 ctr tasks list --quiet
  [ -z "$output" ]
  [ -z "$(ls "$DIR/runtime/test" 2>/dev/null)" ]
}

@test "a start that fails is told, and nothing of the container is left" {
  mkdir -p "$DIR/hooked"
  make_root "$DIR/hooked/rootfs"
  rm -f "$DIR/hooked/config.json"
  "$RAILCAR" spec --bundle "$DIR/hooked"
  started=hooked
  jq --arg root "$DIR/hooked/rootfs" --arg cgroup "$CGROUP/hooked" '.root.path = $root | .process.terminal = false | .linux.cgroupsPath = $cgroup
    | .hooks.startContainer = [{ path: "/bin/false" }]' "$DIR/hooked/config.json" >"$DIR/hooked.json"
  run ! ctr run --rm "${choice[@]}" --config "$DIR/hooked.json" hooked
  # runc does not look back at what it has started.
  [ "$RUNTIME" = runc ] || [[ $output == *startContainer* ]]
  run ! ctr tasks start hooked
  ctr tasks delete hooked >/dev/null 2>&1 || true
  ctr containers delete hooked >/dev/null 2>&1 || true
  [ -z "$(ls "$DIR/runtime/test" 2>/dev/null)" ]
  [ -z "$(find /sys/fs/cgroup -type d -path "*$CGROUP/hooked*")" ]
}

@test "tasks list, ps and pause, resume" {
  start -- sleep 60
  has_status "$started" RUNNING
  run -0 ctr tasks ps "$started"
  [ "${#lines[@]}" = 2 ]
  ctr tasks pause "$started"
  has_status "$started" PAUSED
  ctr tasks resume "$started"
  has_status "$started" RUNNING
}

@test "exec: input, streams, exit code, directory, user, terminal, in the background" {
  start -- sleep 60
  run -0 in_container cat < <(echo 'to exec'; sleep 1)
  [ "$output" = 'to exec' ]
  run -0 --separate-stderr in_container sh -c 'echo out; echo problem >&2'
  [ "$output" = out ]
  [ "$stderr" = problem ]
  run -7 in_container sh -c 'exit 7'
  run -0 in_container_with --cwd /tmp --user 1000 -- sh -c 'pwd; id -u'
  [ "$output" = $'/tmp\n1000' ]
  run -0 run_on_terminal $'tty; exit\n' nsenter --mount="/proc/$(<"$DIR/place.pid")/ns/mnt" \
    "$BIN/ctr" --address "$DIR/containerd.sock" --namespace test tasks exec --tty --exec-id terminal "$started" sh
  [[ $output == */dev/pts/* ]]
  run -0 in_container_with --detach -- touch /touched
  wait_for 5 in_container test -e /touched
}

@test "exec of a missing program fails and names it; the container goes on" {
  start -- sleep 60
  run ! in_container no-such-program
  [[ $output == *'exec: "no-such-program": executable file not found in $PATH'* ]]
  has_status "$started" RUNNING
}

@test "kill with a signal that is caught, with one that is not, and of what has ended" {
  start -- sh -c 'trap "exit 9" USR1; touch /tmp/ready; while :; do sleep 0.1; done'
  wait_for 5 in_container test -e /tmp/ready
  ctr tasks kill --signal USR1 "$started"
  wait_for 5 has_status "$started" STOPPED
  run -0 ctr tasks delete "$started"
  [[ $output == *'exit code 9'* ]]
  ctr containers delete "$started"
  start -- sleep 60
  ctr tasks kill --signal KILL "$started"
  wait_for 5 has_status "$started" STOPPED
  run ! ctr tasks kill "$started"
  [[ $output == *'process already finished'*'not found'* ]]
}

@test "kill --all reaches every process, also where the container shares another's pids" {
  start -- sleep 60
  local other=$started pid
  pid=$(ctr tasks list | awk -v id="$started" '$1 == id { print $2 }')
  ctr run --detach "${choice[@]}" --cgroup "$CGROUP/sharing" --with-ns "pid:/proc/$pid/ns/pid" "$box" sharing \
    sh -c 'sleep 671 & sleep 672 & wait'
  wait_for 5 runs_both
  started=sharing
  ctr tasks kill --all --signal KILL "$started"
  wait_for 5 has_status "$started" STOPPED
  wait_for 5 runs_neither
  ctr tasks delete sharing || true
  ctr containers delete sharing
  started=$other
  has_status "$started" RUNNING
}
runs_both() { pgrep -xf 'sleep 671' && pgrep -xf 'sleep 672'; }
runs_neither() { ! pgrep -xf 'sleep 67[12]'; }

@test "a container that was only created can be deleted" {
  started=created-$BATS_TEST_NUMBER
  ctr containers create --runtime io.containerd.runc.v2 "$box" "$started" sleep 60
  run -0 ctr containers info "$started"
  ctr containers delete "$started"
  started=
}

@test "metrics" {
  start --memory-limit 67108864 -- sleep 60
  run -0 ctr tasks metrics "$started"
  [[ $output =~ memory\.limit_in_bytes\ +67108864 ]]
  [[ $output =~ pids\.current\ +1 ]]
}

@test "limits reach the cgroups, and go with the container" {
  start --memory-limit 67108864 --cpu-quota 50000 --cpu-period 100000 -- sleep 60
  [ "$(cat "/sys/fs/cgroup/memory$CGROUP/$started/memory.limit_in_bytes")" = 67108864 ]
  [ "$(cat "/sys/fs/cgroup/cpu$CGROUP/$started/cpu.cfs_quota_us")" = 50000 ]
  ctr tasks kill --signal KILL "$started"
  wait_for 5 has_status "$started" STOPPED
  ctr tasks delete "$started" || true
  [ -z "$(find /sys/fs/cgroup -type d -path "*$CGROUP/$started*")" ]
}

@test "an event is published when the container runs out of memory" {
  ctr events >"$DIR/events" &
  local watcher=$!
  sleep 0.5
  start --memory-limit 16777216 -- sh -c 'sleep 1; x=a; while :; do x=$x$x; done'
  wait_for 20 has_status "$started" STOPPED
  wait_for 5 grep -q "/tasks/oom.*$started" "$DIR/events"
  kill "$watcher"
}

@test "mounts, read-only root, devices, capabilities, seccomp, no new privileges, privileged" {
  mkdir -p "$DIR/shared"
  echo outside >"$DIR/shared/file"
  run -0 once --mount "type=bind,src=$DIR/shared,dst=/shared,options=rbind:ro" --read-only -- \
    sh -c 'cat /shared/file; touch /shared/more; touch /file; true'
  [[ $output == *outside* ]]
  [ "$(grep -c 'Read-only file system' <<<"$output")" = 2 ]
  run -0 once --cap-drop CAP_CHOWN --cap-add CAP_SYS_ADMIN -- grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status
  [ "$output" = $'CapEff:\t00000000a82425fa\nNoNewPrivs:\t1\nSeccomp:\t0' ]
  run -0 once --allow-new-privs --seccomp -- grep -E 'NoNewPrivs|Seccomp:' /proc/self/status
  [ "$output" = $'NoNewPrivs:\t0\nSeccomp:\t2' ]
  run -0 once --device /dev/loop-control -- test -c /dev/loop-control
  run -0 once --privileged -- grep CapEff /proc/self/status
  [ "$output" = "$(grep CapEff /proc/self/status)" ]
}

@test "user namespace with mappings" {
  run -0 once --uidmap 0:100000:65536 --gidmap 0:200000:65536 -- cat /proc/self/uid_map /proc/self/gid_map
  [ "$(tr -s ' ' <<<"$output")" = $' 0 100000 65536\n 0 200000 65536' ]
}

@test "the network is none, the host's, or a plugin's" {
  run -0 once -- ls /sys/class/net
  [ "$output" = lo ]
  run -0 once --net-host -- readlink /proc/self/ns/net
  [ "$output" = "$(readlink "/proc/$(<"$DIR/place.pid")/ns/net")" ]
}

@test "containers outlive the daemon, which finds them again" {
  start -- sleep 60
  stop_daemon
  start_daemon
  has_status "$started" RUNNING
  run -0 in_container echo again
  [ "$output" = again ]
}

@test "many at once" {
  local i
  for i in 1 2 3 4 5 6; do
    ctr run --rm "${choice[@]}" --cgroup "$CGROUP/many-$i" "$box" "many-$i" echo "number $i" &
  done >"$DIR/many"
  wait
  [ "$(sort -u "$DIR/many" | wc -l)" = 6 ]
}
