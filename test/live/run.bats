#!/usr/bin/env bats
# run: exit codes, what a detached and a foreground container leave in the process table, descriptors, and what a
# failing one undoes.

load helper

foreground() { runtime run --bundle "$BUNDLE" "$@" "$ID" </dev/null; }

@test "the exit code of the process is the exit code of run" {
  for code in 0 1 42 125 126 127 255; do
    bundle
    script "exit $code"
    run foreground
    same "$status" "$code"
  done
}

@test "a process that a signal ends gives 128 and the signal's number" {
  for signal in KILL:137 TERM:143 SEGV:139 HUP:129; do
    bundle '.linux.namespaces |= map(select(.type != "pid"))'
    script "kill -${signal%:*} \$\$; sleep 5"
    run foreground
    same "$status" "${signal#*:}"
  done
}

@test "kill -9 from outside gives 137" {
  bundle
  "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1 3>&- &
  monitor=$!
  eventually has_status running
  runtime kill "$ID" KILL
  code=0
  wait "$monitor" || code=$?
  same "$code" 137
  run runtime state "$ID"
  fails 1
}

@test "standard input, output and error are the caller's" {
  bundle
  script 'cat; echo err >&2'
  echo in | runtime run --bundle "$BUNDLE" "$ID" >"$WORK/out" 2>"$WORK/err"
  same "$(cat "$WORK/out")" in
  same "$(cat "$WORK/err")" err
}

@test "a large output through a pipe is whole, and the pipe stays blocking" {
  bundle
  script 'head -c 3000000 /dev/zero'
  same "$(runtime run --bundle "$BUNDLE" "$ID" </dev/null | { sleep 0.3; wc -c; })" 3000000
}

@test "signals that the monitor gets are the process's" {
  bundle
  script 'trap "echo got TERM; exit 7" TERM; echo ready; while :; do sleep 0.02; done'
  "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1 3>&- &
  monitor=$!
  eventually grep -q ready "$WORK/output"
  kill -TERM "$monitor"
  code=0
  wait "$monitor" || code=$?
  same "$code" 7
  same "$(tail -n 1 "$WORK/output")" 'got TERM'
}

@test "in the foreground only the monitor stays: no node process" {
  railcar_only 'names railcar processes'
  bundle
  "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1 3>&- &
  monitor=$!
  eventually has_status running
  eventually grep -q railcar:monitor "/proc/$monitor/comm"
  same "$(ps -o comm= --ppid "$monitor" | sort | xargs)" sleep
  eventually no_node
  [ "$(awk '/^VmRSS/ { print $2 }' "/proc/$monitor/status")" -lt 2048 ]
  runtime kill "$ID" KILL
  wait "$monitor" || true
}

@test "detached, neither a node process nor a monitor stays" {
  bundle
  run_detached
  pid=$(pid_of)
  same "$(cat "/proc/$pid/comm")" sleep
  eventually no_node
  lacks "$(ps -eo args)" "--root $ROOT"
  same "$(state_of)" running
}

@test "the container's process is a child of the caller's subreaper" {
  bundle
  python3 -c '
import ctypes, json, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
runtime, root, bundle, id = sys.argv[1:]
subprocess.run([runtime, "--root", root, "run", "--detach", "--bundle", bundle, id], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
pid = json.loads(subprocess.check_output([runtime, "--root", root, "state", id]))["pid"]
import os
subprocess.run([runtime, "--root", root, "kill", id, "KILL"], check=True)
assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == 9
' "$RUNTIME" "$ROOT" "$BUNDLE" "$ID"
}

@test "run removes the container when its process ends" {
  bundle '.process.args = ["true"]'
  run foreground
  succeeds
  same "$(containers)" ''
}

@test "run --keep leaves it, stopped" {
  railcar_only 'runc 1.1 has no --keep'
  bundle '.process.args = ["true"]'
  run foreground --keep
  succeeds
  same "$(state_of)" stopped
  runtime delete "$ID"
}

@test "run --detach stays until it is deleted" {
  bundle '.process.args = ["true"]'
  run_detached
  eventually has_status stopped
  runtime delete "$ID"
}

@test "run --pid-file" {
  bundle
  run_detached --pid-file "$WORK/pid"
  same "$(cat "$WORK/pid")" "$(pid_of)"
  # No newline: callers read the whole file as a number.
  matches "$(od -An -c "$WORK/pid" | tr -d ' \n')" '^[0-9]+$'
}

@test "the working directory is the bundle without --bundle" {
  bundle '.process.args = ["echo", "from here"]'
  cd "$BUNDLE"
  run runtime run "$ID" </dev/null
  same "$output" 'from here'
}

@test "a relative --bundle" {
  bundle '.process.args = ["echo", "from here"]'
  cd "$WORK"
  run runtime run -b bundle "$ID" </dev/null
  same "$output" 'from here'
}

@test "the process gets descriptors 0, 1 and 2 and no other" {
  bundle '.process.args = ["ls", "/proc/self/fd"]'
  run bash -c '"$@" 7</dev/null 9>/dev/null </dev/null' - "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3>&-
  succeeds
  # 3 is what ls itself reads the directory through.
  same "$(echo $output)" '0 1 2 3'
}

@test "run --preserve-fds passes so many descriptors from 3 on" {
  bundle
  script 'cat <&3; echo back >&4; ls /proc/self/fd | wc -l'
  echo three >"$WORK/three"
  run bash -c '"$@" 3<"$0/three" 4>"$0/four" 5</dev/null </dev/null' "$WORK" "$RUNTIME" --root "$ROOT" run --preserve-fds 2 --bundle "$BUNDLE" "$ID"
  succeeds
  # 0 to 4, and the one that ls opens.
  same "$output" "$(printf 'three\n6')"
  same "$(cat "$WORK/four")" back
}

@test "run --preserve-fds with a descriptor that is not open names it" {
  railcar_only 'runc does not notice'
  bundle '.process.args = ["true"]'
  run bash -c '"$@" 3<&- 4<&- </dev/null' - "$RUNTIME" --root "$ROOT" run --preserve-fds 2 --bundle "$BUNDLE" "$ID"
  fails 1
  matches "$output" '[34]'
  same "$(containers)" ''
}

@test "LISTEN_FDS: the sockets are passed on, with the container's own pid" {
  bundle
  script 'echo $LISTEN_FDS $LISTEN_PID; cat <&3'
  echo activated >"$WORK/three"
  run bash -c 'export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@" 3<"$0/three" </dev/null' "$WORK" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
  succeeds
  same "$output" "$(printf '1 1\nactivated')"
}

@test "run --no-pivot" {
  bundle
  script 'ls / | xargs; mounted /proc | cut -d " " -f 2'
  run foreground --no-pivot
  succeeds
  same "${lines[0]}" 'bin dev etc home proc root sys tmp var'
  same "${lines[1]}" proc
}

@test "a new session keyring, and --no-new-keyring" {
  bundle
  edit_config '.process.args = ["grep", "keyring", "/proc/keys"]'
  run foreground
  contains "$output" "_ses.$ID"
  # The kernel may still show the keyring of the first.
  ID=$ID-second
  run foreground --no-new-keyring
  lacks "$output" "_ses.$ID"
}

@test "a failing run undoes everything" {
  bundle
  host_snapshot >"$WORK/before"
  # Late: the very last step fails.
  edit_config '.process.args = ["/does/not/exist"]'
  run foreground
  fails 1
  same "$(containers)" ''
  # In the middle: a mount fails.
  edit_config '.mounts += [{destination: "/x", type: "bind", source: "/does/not/exist", options: ["bind"]}]'
  run foreground
  fails 1
  same "$(containers)" ''
  # Before the process: a cgroup limit is refused by the kernel.
  bundle '.linux.resources.cpu.cpus = "4000"'
  run foreground
  fails 1
  same "$(containers)" ''
  host_snapshot >"$WORK/after"
  same "$(diff "$WORK/before" "$WORK/after")" ''
}

@test "a failing detached run undoes everything and says why" {
  bundle '.process.args = ["/does/not/exist"]'
  run run_detached --pid-file "$WORK/pid"
  fails 1
  contains "$output" /does/not/exist
  same "$(containers)" ''
}

@test "a failing create undoes everything" {
  bundle '.process.args = ["/does/not/exist"]'
  run create --pid-file "$WORK/pid"
  fails 1
  contains "$output" 'no such file or directory'
  same "$(containers)" ''
  [ ! -e "$WORK/pid" ]
}

@test "an empty root file system without /proc and /dev" {
  railcar_only 'runc needs a /proc in the container'
  bundle '.mounts = [] | .process.args = ["/busybox", "echo", "nothing needed"]'
  mkdir "$BUNDLE/empty"
  cp "$BUNDLE/rootfs/bin/busybox" "$BUNDLE/empty/busybox"
  rm -rf "$BUNDLE/rootfs" && mv "$BUNDLE/empty" "$BUNDLE/rootfs"
  run foreground
  succeeds
  same "$output" 'nothing needed'
}

@test "the process is reset: signals neither blocked nor ignored, session of its own" {
  bundle
  edit_config '.process.args = ["sh", "-c", "grep -E ^Sig[BI] /proc/self/status; cut -d \" \" -f 5,6 /proc/1/stat"]'
  run bash -c 'trap "" HUP USR1 PIPE; exec "$@" </dev/null' - "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3>&-
  succeeds
  same "$(echo $output)" 'SigBlk: 0000000000000000 SigIgn: 0000000000000000 1 1'
}

@test "the argument vector may be long" {
  bundle
  jq '.process.args = ["sh", "-c", "echo $#; shift 1999; echo ${#1}", "sh"] + [range(1999) | tostring] + ["x" * 100000]' "$BUNDLE/config.json" >"$WORK/new"
  cp "$WORK/new" "$BUNDLE/config.json"
  run foreground
  same "$output" "$(printf '2000\n100000')"
}

@test "many containers at once" {
  bundle
  for n in 1 2 3 4 5 6; do
    "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID-$n" </dev/null >"$WORK/output.$n" 2>&1 3>&- &
    BACKGROUND+=($!)
  done
  eventually '[ "$(runtime list -q 2>/dev/null | wc -l)" = 6 ]'
  for n in 1 2 3 4 5 6; do runtime kill "$ID-$n" KILL; done
  for pid in "${BACKGROUND[@]}"; do
    code=0
    wait "$pid" || code=$?
    same "$code" 137
  done
  BACKGROUND=()
  same "$(containers)" ''
}

@test "where memory files are never executable, the stub is executed from a file without a name" {
  railcar_only 'vm.memfd_noexec'
  local before
  before=$(cat /proc/sys/vm/memfd_noexec) || skip 'needs Linux 6.3'
  bundle '.process.args = ["echo", "hello"]'
  # The setting is of the pid namespace.
  # shellcheck disable=SC2016
  run --separate-stderr unshare --pid --fork --mount-proc sh -c 'echo 2 >/proc/sys/vm/memfd_noexec && exec "$@"' - \
    "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&-
  same "$status:$output" 0:hello
  same "$(cat /proc/sys/vm/memfd_noexec)" "$before"
}
