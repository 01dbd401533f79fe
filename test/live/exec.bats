#!/usr/bin/env bats
# exec: a second process in a running container, with all its flags.

load helper

running() {
  bundle "${1:-.}"
  run_detached
}

in_container() { runtime exec "$@" </dev/null; }

@test "exec runs a process with the container's environment, directory and user" {
  running '.process.env += ["FROM=config"] | .process.cwd = "/var/tmp" | .process.user = {uid: 1000, gid: 1000}'
  run in_container "$ID" sh -c 'echo $FROM; pwd; id -u; hostname'
  succeeds
  same "$(echo $output)" 'config /var/tmp 1000 live'
}

@test "the exit code of the process is the exit code of exec" {
  running
  for code in 0 1 42 126 255; do
    run in_container "$ID" sh -c "exit $code"
    same "$status" "$code"
  done
  run in_container "$ID" sh -c 'kill -KILL $$'
  same "$status" 137
}

@test "a failing exec is 255 and names what failed" {
  running
  run in_container "$ID" /does/not/exist
  fails 255
  contains "$output" '/does/not/exist'
  contains "$output" 'no such file or directory'
  run in_container "$ID" not-in-path
  fails 255
  contains "$output" 'not-in-path'
  contains "$output" 'executable file not found in $PATH'
  run in_container "$ID" /etc/passwd
  fails 255
  contains "$output" 'permission denied'
  run in_container --cwd /does/not/exist "$ID" true
  fails 255
}

@test "exec joins every namespace and cgroup of the container" {
  running
  pid=$(pid_of)
  run in_container "$ID" sh -c 'for n in ipc mnt net pid uts; do readlink /proc/self/ns/$n; done'
  wanted=$(for n in ipc mnt net pid uts; do readlink "/proc/$pid/ns/$n"; done)
  same "$output" "$wanted"
  in_container "$ID" cat /proc/self/cgroup | sort >"$WORK/exec"
  in_container "$ID" cat /proc/1/cgroup | sort >"$WORK/init"
  same "$(cat "$WORK/exec")" "$(cat "$WORK/init")"
}

@test "exec in a container with a user namespace" {
  bundle '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  chown -R 100000:100000 "$BUNDLE/rootfs"
  run_detached
  run in_container "$ID" sh -c 'id -u; tr -s " " </proc/self/uid_map'
  succeeds
  same "$(echo $output)" '0 0 100000 65536'
}

@test "exec --env and --cwd" {
  running
  run in_container --env A=1 --env 'B=two words' --cwd /tmp "$ID" sh -c 'echo "$A|$B"; pwd'
  succeeds
  same "${lines[1]}" /tmp
  same "${lines[0]}" '1|two words'
}

@test "exec --user UID, UID:GID; --additional-gids" {
  running
  run in_container --user 1000 "$ID" sh -c 'id -u; id -g; echo $HOME'
  same "$(echo $output)" '1000 0 /home/user'
  run in_container -u 1000:1001 "$ID" sh -c 'id -u; id -g'
  same "$(echo $output)" '1000 1001'
  run in_container --user 1000:1000 --additional-gids 7 --additional-gids 8 "$ID" id -G
  same "$output" '1000 7 8'
}

@test "exec --cap adds to every set but the inheritable and ambient one" {
  running
  run in_container --cap CAP_CHOWN "$ID" sh -c 'grep ^Cap /proc/self/status | tr -s "\t" " "'
  succeeds
  contains "$output" 'CapInh: 0000000000000000'
  contains "$output" 'CapEff: 0000000020000421'
  contains "$output" 'CapBnd: 0000000020000421'
  contains "$output" 'CapAmb: 0000000000000000'
}

@test "exec has the container's capabilities without --cap" {
  running
  run in_container "$ID" sh -c 'grep CapBnd /proc/self/status | tr -s "\t" " "'
  same "$output" 'CapBnd: 0000000020000420'
}

@test "exec --no-new-privs" {
  running
  run in_container "$ID" grep NoNewPrivs /proc/self/status
  matches "$output" '0$'
  run in_container --no-new-privs "$ID" grep NoNewPrivs /proc/self/status
  matches "$output" '1$'
}

@test "exec has the container's seccomp filter and rlimits" {
  running '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]} | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 77, hard: 88}]'
  run in_container "$ID" sh -c 'mkdir /tmp/x 2>&1; ulimit -n; ulimit -Hn'
  contains "${lines[0]}" 'Operation not permitted'
  same "${lines[1]} ${lines[2]}" '77 88'
}

@test "exec --process takes everything from a file" {
  running
  jq -n '{args: ["sh", "-c", "echo $ONLY; pwd; id -u; id -G"], env: ["PATH=/bin", "ONLY=this"], cwd: "/var",
    user: {uid: 1000, gid: 1000, additionalGids: [9]}}' >"$WORK/process.json"
  run in_container --process "$WORK/process.json" "$ID"
  succeeds
  same "$(echo $output)" 'this /var 1000 1000 9'
}

@test "exec --process with a umask" {
  railcar_only 'runc 1.1 ignores it here'
  running
  jq -n '{args: ["umask"], env: ["PATH=/bin"], cwd: "/", user: {uid: 0, gid: 0, umask: 63}} | .args = ["sh", "-c", "umask"]' >"$WORK/process.json"
  run in_container --process "$WORK/process.json" "$ID"
  same "$output" 0077
}

@test "exec --process that is wrong is refused with its position" {
  railcar_only 'positions'
  running
  printf '{\n  "args": ["true"],\n  "cwd": 7\n}\n' >"$WORK/process.json"
  run in_container --process "$WORK/process.json" "$ID"
  fails 255
  matches "$output" 'process\.json:3:[0-9]+: '
}

@test "exec --detach --pid-file" {
  running
  runtime exec --detach --pid-file "$WORK/pid" "$ID" sleep 601 </dev/null >"$WORK/output" 2>&1
  same "$(tr '\0' ' ' <"/proc/$(cat "$WORK/pid")/cmdline")" 'sleep 601 '
  same "$(readlink "/proc/$(cat "$WORK/pid")/ns/pid")" "$(readlink "/proc/$(pid_of)/ns/pid")"
}

@test "exec --preserve-fds" {
  running
  echo three >"$WORK/three"
  run bash -c '"$@" 3<"$0/three" </dev/null' "$WORK" "$RUNTIME" --root "$ROOT" exec --preserve-fds 1 "$ID" sh -c 'cat <&3'
  same "$output" three
}

@test "exec passes no descriptor of its own" {
  running
  run bash -c '"$@" 7</dev/null 9>/dev/null </dev/null' - "$RUNTIME" --root "$ROOT" exec "$ID" ls /proc/self/fd 3>&-
  same "$(echo $output)" '0 1 2 3'
}

@test "standard input reaches the process, and its end" {
  running
  same "$(echo through | runtime exec "$ID" cat)" through
  same "$(head -c 2000000 /dev/zero | runtime exec "$ID" wc -c)" 2000000
}

@test "exec --tty on a terminal: size, exit code" {
  running
  run on_pty size=31x71 -- "$RUNTIME" --root "$ROOT" exec --tty "$ID" sh -c 'tty; stty size; exit 9'
  same "$status" 9
  same "$(echo $output)" '/dev/pts/0 31 71'
}

@test "exec --tty --detach --console-socket" {
  running
  console_receiver
  runtime exec --tty --detach --console-socket "$WORK/console.sock" "$ID" sh -c 'tty; echo on a terminal' </dev/null >"$WORK/output" 2>&1
  wait "$RECEIVER"
  same "$(tr -d '\r' <"$WORK/terminal")" "$(printf '/dev/pts/0\non a terminal')"
}

@test "exec is refused in a stopped and in a paused container, and works in a created one" {
  bundle '.process.args = ["sleep", "600"]'
  create
  run in_container "$ID" echo created
  same "$output" created
  runtime start "$ID"
  runtime pause "$ID"
  run in_container "$ID" true
  fails 255
  contains "$output" paused
  runtime resume "$ID"
  runtime kill "$ID" KILL
  eventually has_status stopped
  run in_container "$ID" true
  fails 255
  contains "$output" 'cannot exec in a stopped container'
}

@test "flags after the id belong to the command" {
  running
  run in_container "$ID" echo --tty -e --help
  same "$output" '--tty -e --help'
}

@test "exec leaves no process of its own behind" {
  running
  "$RUNTIME" --root "$ROOT" exec "$ID" sleep 602 </dev/null >"$WORK/output" 2>&1 3>&- &
  monitor=$!
  eventually pgrep -f '^sleep 602$' >/dev/null
  if is_railcar; then
    eventually grep -q railcar:monitor "/proc/$monitor/comm"
    eventually no_node
  fi
  kill -TERM "$monitor"
  code=0
  wait "$monitor" || code=$?
  same "$code" 143
}

@test "exec ends with its own process and not with those it leaves behind" {
  running
  run timeout 10 "$RUNTIME" --root "$ROOT" exec "$ID" sh -c 'sleep 30 >/dev/null 2>&1 & exit 4' </dev/null 3>&-
  same "$status" 4
}

@test "exec runs on the processors of execCPUAffinity, which the first process does not" {
  [ "$(nproc)" -ge 2 ] || skip 'needs two processors'
  local all='grep Cpus_allowed_list /proc/self/status | cut -f 2'
  all_of_container=$(grep Cpus_allowed_list /proc/self/status | cut -f 2)
  running '.process.execCPUAffinity = {initial: "0", final: "1"}'
  same "$(in_container "$ID" sh -c "$all")" 1
  same "$(grep Cpus_allowed_list "/proc/$(pid_of)/status" | cut -f 2)" "$all_of_container"
  is_railcar || return 0 # runc 1.3 keeps the initial one where there is no final one
  # The specification: then "the container's default CPU affinity is used".
  echo '{"args": ["sh", "-c", "'"$all"'"], "cwd": "/", "env": ["PATH=/bin"], "execCPUAffinity": {"initial": "0"}}' >"$WORK/process.json"
  same "$(in_container --process "$WORK/process.json" "$ID")" "$all_of_container"
}

@test "exec has the scheduler and I/O priority of its process and the personality of the container" {
  running '.linux.personality = {domain: "LINUX32"} | .process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 5}
    | .process.scheduler = {policy: "SCHED_BATCH", nice: 3}'
  run in_container "$ID" sh -c 'uname -m; ionice -p $$; awk "{print \$41, \$19}" /proc/self/stat'
  succeeds
  matches "$(echo $output)" '^(i686|armv8l) best-effort: prio 5 3 3$'
}

@test "exec refuses a label that the kernel has no module for" {
  railcar_only 'runc says it in other words'
  running
  for option in apparmor:AppArmor process-label:SELinux; do
    [ ! -e /sys/fs/selinux/enforce ] && [ ! -e /sys/module/apparmor/parameters/enabled ] || skip 'there is one'
    run in_container "--${option%:*}" label "$ID" true
    fails 255
    contains "$output" "this kernel has no ${option#*:}"
  done
}

@test "exec --pidfd-socket: a pidfd of the program, named as runc names it" {
  railcar_only 'runc 1.1 has no --pidfd-socket'
  bundle
  run_detached
  background python3 "$LIVE/tools/recvpidfd.py" "$WORK/pidfd.sock" "$WORK/received" </dev/null >/dev/null 2>&1
  eventually test -S "$WORK/pidfd.sock"
  runtime exec --detach --pidfd-socket "$WORK/pidfd.sock" --pid-file "$WORK/pid" "$ID" sleep 600 </dev/null >/dev/null 2>&1
  eventually test -s "$WORK/received"
  same "$(cat "$WORK/received")" "setns
pid $(cat "$WORK/pid")"
  run runtime exec --pidfd-socket "$WORK/nobody.sock" "$ID" true </dev/null
  fails 255
  contains "$output" nobody.sock
}

@test "into a container that may have no more processes" {
  railcar_only 'what runc starts has threads'
  bundle '.linux.resources.pids = {limit: 1}'
  run_detached
  run runtime exec "$ID" sh -c 'echo here; (true); echo and on' </dev/null
  same "${lines[0]}" here
  contains "$output" "can't fork"
}
