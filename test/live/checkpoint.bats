#!/usr/bin/env bats
# Checkpoints through the CRIU that test/newer-program gets: what goes on after a restore is what was there before.
bats_require_minimum_version 1.5.0

load helper

setup_file() {
  local log=$BATS_FILE_TMPDIR/criu.log
  if ! CRIU=$("$REPO/test/newer-program" criu 2>"$log" 3>&- </dev/null); then
    [ "${CI:-}" != true ] || { cat "$log" >&2; return 1; }
    CRIU="none: $(tail -n 1 "$log")"
  fi
  export CRIU
}

setup() {
  [ -d "$CRIU" ] || skip "no CRIU: $CRIU"
  PATH=$CRIU:$PATH
  live_setup
  IMAGE=$WORK/image
}

# A file of the host as standard output is nothing that a container could be dumped with.
start_detached() { runtime run --detach --bundle "$BUNDLE" "$@" "$ID" </dev/null >/dev/null 2>&1; }

# counting: the container counts into /tmp/count.
counting() {
  script 'i=0; while :; do i=$((i + 1)); echo $i >/tmp/new; mv /tmp/new /tmp/count; sleep 0.02; done'
}
# Without a file that is open for a moment, and another one by the time of a restore: it is told when it is asked.
counting_quietly() { script 'trap "echo \$i >/tmp/count" USR1; echo 0 >/tmp/count; i=0; while :; do i=$((i + 1)); sleep 0.02; done'; }
# One process that waits for ever: a dump ends `sleep`, unless it is of a busybox that is prepared for that.
waiting() { script 'mkfifo /tmp/never; exec cat <>/tmp/never'; }
asked() {
  rm -f "$BUNDLE/rootfs/tmp/count"
  runtime kill "$ID" USR1
  eventually test -s "$BUNDLE/rootfs/tmp/count"
}
count() { cat "$BUNDLE/rootfs/tmp/count"; }
counted() { [ "$(count 2>/dev/null || echo 0)" -ge "$1" ]; }

dump() { runtime checkpoint --image-path "$IMAGE" "$@" "$ID"; }
restore() { beside restore --detach --image-path "$IMAGE" --bundle "$BUNDLE" "$@" "$ID"; }

# Nothing of the container is there any more.
gone() {
  run runtime state "$ID"
  contains "$output" 'does not exist'
  [ -z "$(find /sys/fs/cgroup -type d -name "$ID")" ]
}

@test "a counting process goes on counting" {
  bundle && counting
  start_detached
  eventually counted 5
  dump
  gone
  local at
  at=$(count)
  # Whoever begins anew has to count this far again.
  rm "$BUNDLE/rootfs/tmp/count"
  restore
  has_status running
  eventually counted $((at + 1))
  [ "$(count)" -lt $((at + 500)) ]
  eventually counted $((at + 5))
}

@test "a restored container is like any other" {
  bundle && counting
  start_detached
  eventually counted 2
  dump
  restore --pid-file "$WORK/pid"
  same "$(cat "$WORK/pid")" "$(pid_of)"
  same "$(runtime exec "$ID" cat /tmp/count </dev/null | wc -l)" 1
  runtime pause "$ID"
  has_status paused
  runtime resume "$ID"
  same "$(runtime list -q)" "$ID"
  runtime events --stats "$ID" | jq -e .data.pids.current >/dev/null
  runtime kill "$ID" KILL
  eventually has_status stopped
  runtime delete "$ID"
}

@test "with leave-running both go on" {
  bundle && counting_quietly
  start_detached
  eventually test -s "$BUNDLE/rootfs/tmp/count"
  sleep 0.2
  asked
  local at
  at=$(count)
  dump --leave-running
  has_status running
  asked
  counted "$at"
  runtime delete --force "$ID"
  restore
  asked
  counted "$at"
}

@test "without CRIU, and with one that does not work" {
  bundle && start_detached
  mkdir "$WORK/bin"
  PATH=$WORK/bin run dump
  fails 1
  same "${lines[0]}" 'exec: "criu": executable file not found in $PATH'
  printf '#!/bin/sh\nexit 3\n' >"$WORK/bin/criu"
  chmod 755 "$WORK/bin/criu"
  PATH=$WORK/bin run dump
  fails 1
  contains "$output" 'cannot dump the container "'"$ID"'": criu has ended without a word'
  has_status running
}

@test "what cannot be dumped goes on, and the log of CRIU says why" {
  bundle && waiting
  echo x >"$WORK/outside"
  "$RUNTIME" --root "$ROOT" run --detach --bundle "$BUNDLE" --preserve-fds 1 "$ID" </dev/null >/dev/null 2>&1 3<"$WORK/outside"
  run dump
  fails 1
  contains "$output" "Error (criu/"
  contains "$output" "\"$IMAGE/dump.log\""
  has_status running
  mkdir "$WORK/work"
  run dump --work-path "$WORK/work"
  fails 1
  contains "$output" "\"$WORK/work/dump.log\""
  has_status running
  runtime exec "$ID" true </dev/null
}

@test "a restore that fails leaves nothing" {
  bundle && counting
  start_detached
  eventually counted 2
  dump
  rm "$IMAGE"/core-1.img
  run restore
  fails 1
  contains "$output" 'cannot restore the container'
  contains "$output" "\"$IMAGE/restore.log\""
  gone
}

@test "pipes inside of a container keep what was in them" {
  bundle
  script 'i=0; while :; do i=$((i + 1)); echo $i; sleep 0.01; done | while read -r n; do echo "$n" >>/tmp/numbers; sleep 0.01; done'
  start_detached
  eventually '[ "$(wc -l <"$BUNDLE/rootfs/tmp/numbers" || echo 0)" -ge 5 ]'
  dump
  local before
  before=$(wc -l <"$BUNDLE/rootfs/tmp/numbers")
  restore
  eventually '[ "$(wc -l <"$BUNDLE/rootfs/tmp/numbers")" -ge '$((before + 5))' ]'
  # Each number once, in order.
  awk '$1 != NR { exit 1 }' "$BUNDLE/rootfs/tmp/numbers"
}

@test "pipes to the outside are those of whoever restores" {
  bundle
  script 'while read -r line; do echo "got $line"; done'
  mkfifo "$WORK/in" "$WORK/out" "$WORK/in.new" "$WORK/out.new"
  exec {in}<>"$WORK/in" {out}<>"$WORK/out" {in_new}<>"$WORK/in.new" {out_new}<>"$WORK/out.new"
  # A fifo has a name, which is nothing that a container could be dumped with; a pipe has none.
  background cat "$WORK/in" > >(runtime run --detach --bundle "$BUNDLE" "$ID" > >(cat >"$WORK/out") 2>/dev/null)
  eventually has_status running
  local line
  echo one >&"$in"
  read -r -t 5 line <&"$out"
  same "$line" 'got one'
  dump
  background cat "$WORK/in.new" > >(runtime restore --detach --image-path "$IMAGE" --bundle "$BUNDLE" "$ID" > >(cat >"$WORK/out.new") 2>/dev/null)
  eventually has_status running
  echo two >&"$in_new"
  read -r -t 5 line <&"$out_new"
  same "$line" 'got two'
}

@test "a TCP connection to the outside" {
  bundle
  hold_namespaces --net -- ip link set lo up
  edit_config --arg path "/proc/$HOLDER/ns/net" '(.linux.namespaces[] | select(.type == "network")).path = $path'
  script 'i=0; while :; do i=$((i + 1)); echo $i; sleep 0.02; done | nc -l -p 7000'
  start_detached
  background nsenter --net="/proc/$HOLDER/ns/net" python3 -c '
import socket, time
while True:
    try:
        connection = socket.create_connection(("127.0.0.1", 7000))
        break
    except ConnectionRefusedError:
        time.sleep(0.02)
while data := connection.recv(4096):
    print(data.decode(), end="", flush=True)
' </dev/null >"$WORK/received"
  eventually '[ "$(wc -l <"$WORK/received")" -ge 5 ]'
  run dump
  fails 1
  contains "$output" 'Connected TCP socket'
  has_status running
  dump --tcp-established
  gone
  local before
  before=$(wc -l <"$WORK/received")
  restore --tcp-established
  eventually '[ "$(wc -l <"$WORK/received")" -ge '$((before + 10))' ]'
  # What was sent and what was not yet: each number once, in order.
  head -n -1 "$WORK/received" | awk '$1 != NR { exit 1 }'
}

@test "a terminal" {
  bundle '.process.terminal = true'
  script 'while read -r line; do echo "got $line of $(tty)"; done'
  console_receiver
  runtime run --detach --bundle "$BUNDLE" --console-socket "$WORK/console.sock" "$ID" </dev/null >/dev/null 2>&1
  echo one >"$WORK/keyboard"
  eventually 'grep -q "got one of /dev/pts/0" "$WORK/terminal"'
  dump
  wait "$RECEIVER"
  console_receiver
  restore --console-socket "$WORK/console.sock"
  echo two >"$WORK/keyboard"
  eventually 'grep -q "got two of /dev/pts/0" "$WORK/terminal"'
  lacks "$(cat "$WORK/terminal")" 'got one'
}

@test "limits and places in cgroups" {
  bundle '.linux.resources += {memory: {limit: 50331648}, pids: {limit: 77}, cpu: {shares: 512}}' && counting
  start_detached
  eventually counted 2
  dump
  restore
  same "$(kept memory.limit) $(kept pids.limit) $(kept cpu.shares)" "50331648 77 $(shares 512)"
  # All of them are in it, those that are born later too.
  eventually '[ "$(cgroup_file pids cgroup.procs | wc -l)" -ge 2 ]'
  # What CRIU was while it restored is gone.
  same "$(cgroup_file pids cgroup.procs | xargs -I{} cat /proc/{}/comm 2>/dev/null | grep -vxE 'sh|sleep')" ''
}

@test "a restore in the foreground waits and ends as the process does" {
  bundle
  script 'trap "exit 7" TERM; echo $$ >/tmp/ready; while :; do sleep 0.05; done'
  start_detached
  eventually test -s "$BUNDLE/rootfs/tmp/ready"
  dump
  background "$RUNTIME" --root "$ROOT" restore --image-path "$IMAGE" --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1
  local pid=$!
  eventually has_status running
  runtime kill "$ID" TERM
  local code=0
  wait "$pid" || code=$?
  same "$code" 7
  gone
}

@test "a restore in the foreground has its caller's terminal" {
  bundle '.process.terminal = true'
  script 'while read -r line; do echo "got $line"; done'
  console_receiver
  runtime run --detach --bundle "$BUNDLE" --console-socket "$WORK/console.sock" "$ID" </dev/null >/dev/null 2>&1
  eventually has_status running
  dump
  run on_pty 'type=one\n' 'expect=got one' 'type=\x04' -- "$RUNTIME" --root "$ROOT" restore --image-path "$IMAGE" --bundle "$BUNDLE" "$ID"
  succeeds
  contains "$output" 'got one'
  gone
}

@test "another id, another bundle, a relative image" {
  bundle && counting
  start_detached
  eventually counted 3
  cd "$WORK"
  runtime checkpoint "$ID"
  [ -e "$WORK/checkpoint/inventory.img" ]
  cp -a "$BUNDLE" "$WORK/bundle2"
  rm "$WORK/bundle2/rootfs/tmp/count"
  runtime restore -d --bundle "$WORK/bundle2" "$ID-2" </dev/null >/dev/null 2>&1
  same "$(state_of "$ID-2" .bundle)" "$WORK/bundle2"
  eventually '[ "$(cat "$WORK/bundle2/rootfs/tmp/count" || echo 0)" -gt 3 ]'
  same "$(basename "$(place_of "$(pid_of "$ID-2")" pids)")" "$ID-2"
  run runtime restore -d --bundle "$WORK/bundle2" "$ID-2"
  fails 1
  contains "$output" 'container with given ID already exists'
}

@test "a paused container" {
  bundle && counting
  start_detached
  eventually counted 3
  runtime pause "$ID"
  dump --leave-running
  has_status paused
  dump
  gone
  local at
  at=$(count)
  restore
  has_status running
  eventually counted $((at + 2))
}

@test "the configuration that spec writes: masked and read-only paths, cgroups, tmpfs, a queue" {
  bundle
  (cd "$BUNDLE" && rm config.json && runtime spec)
  edit_config '.process.terminal = false | .root.readonly = false'
  counting
  start_detached
  eventually counted 3
  # shellcheck disable=SC2016
  local look='cat /proc/self/mountinfo | cut -d " " -f 5- | sed "s/ - .*//" | sort; wc -c </proc/timer_list; hostname; ls /sys/fs/cgroup'
  runtime exec "$ID" sh -c "$look" </dev/null >"$WORK/before"
  dump
  restore
  runtime exec "$ID" sh -c "$look" </dev/null >"$WORK/after"
  diff "$WORK/before" "$WORK/after"
}

@test "bind mounts, also of single files, and devices" {
  bundle '.linux.devices = [{path: "/dev/mine", type: "c", major: 1, minor: 5}]'
  mkdir "$WORK/shared"
  echo outside >"$WORK/shared/file"
  echo single >"$WORK/single"
  edit_config --arg shared "$WORK/shared" --arg single "$WORK/single" '.mounts += [
    {destination: "/shared", type: "bind", source: $shared, options: ["rbind", "rw"]},
    {destination: "/etc/single", type: "bind", source: $single, options: ["bind", "ro"]}]'
  counting
  start_detached
  eventually counted 3
  dump
  # Whoever restores it elsewhere has a root file system without the mount points.
  rmdir "$BUNDLE/rootfs/shared"
  rm "$BUNDLE/rootfs/etc/single"
  restore
  same "$(runtime exec "$ID" cat /shared/file </dev/null)" outside
  runtime exec "$ID" sh -c 'echo inside >/shared/other' </dev/null
  same "$(cat "$WORK/shared/other")" inside
  same "$(runtime exec "$ID" cat /etc/single </dev/null)" single
  run runtime exec "$ID" sh -c 'echo x >/etc/single' </dev/null
  fails 1
  same "$(runtime exec "$ID" sh -c 'head -c 3 /dev/mine | od -An -tx1' </dev/null)" ' 00 00 00'
}

@test "hooks of a new container, for a restored one" {
  bundle && counting
  edit_config --arg log "$WORK/hooks" '.hooks = (["prestart", "createRuntime", "poststart", "poststop"] | map({key: ., value: [{
    path: "/bin/sh", args: ["sh", "-c", ("echo \(.) $(jq -c \"[.status, .pid > 0]\") >>" + $log)], env: ["PATH=/usr/bin:/bin"]}]}) | from_entries)'
  start_detached
  eventually counted 2
  dump
  : >"$WORK/hooks"
  restore
  same "$(cat "$WORK/hooks")" $'prestart ["created",true]\ncreateRuntime ["creating",true]'
  runtime delete --force "$ID"
  edit_config '.hooks.createRuntime[0] = {path: "/bin/false"}'
  run restore
  fails 1
  contains "$output" 'hook'
  gone
}

@test "a pre-dump, and a dump on top of it, where the kernel tracks changes of memory" {
  bundle && counting
  start_detached
  eventually counted 2
  run runtime checkpoint --pre-dump --image-path "$WORK/parent" "$ID"
  has_status running
  if ! "$CRIU/criu" check --feature mem_dirty_track 2>&1 3>&- | grep -q supported; then
    fails 1
    contains "$output" 'cannot pre-dump the container'
    skip 'this kernel does not track changes of memory (CONFIG_MEM_SOFT_DIRTY)'
  fi
  succeeds
  dump --parent-path ../parent
  [ -L "$IMAGE/parent" ]
  local at
  at=$(count)
  restore
  eventually counted $((at + 2))
}

@test "what is wrong on the command line, before anything is done" {
  bundle && start_detached
  local complaint
  while read -r complaint; do
    # shellcheck disable=SC2086
    run runtime checkpoint --image-path "$IMAGE" ${complaint%%=>*} "$ID"
    fails 1
    contains "$output" "${complaint##*=> }"
  done <<'END'
--parent-path /absolute => --parent-path must be relative
--parent-path ../nowhere => invalid --parent-path: stat
--page-server nonsense => Use --page-server ADDRESS:PORT to specify page server
--page-server 127.0.0.1:x => Invalid port number
--empty-ns pid => namespace "pid" is not supported
--lazy-pages --status-fd 77 => bad file descriptor
END
  [ ! -e "$IMAGE" ]
  has_status running
}

@test "cgroups that are bound from the host, as without a cgroup namespace" {
  bundle '.mounts += [{destination: "/sys", type: "sysfs", source: "sysfs", options: ["ro"]},
    {destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "noexec", "nodev", "relatime", "ro"]}]'
  counting
  start_detached
  eventually counted 2
  # Of version 2 all is mounted, in which it has its own.
  # shellcheck disable=SC2016
  local look='for f in /sys/fs/cgroup/*/tasks /sys/fs/cgroup$(sed -n "s/^0:://p" /proc/self/cgroup)/cgroup.procs; do
    if [ -e $f ]; then grep -qx 1 $f && echo $f; fi; done'
  runtime exec "$ID" sh -c "$look" </dev/null >"$WORK/before"
  [ -s "$WORK/before" ]
  dump
  runtime restore --detach --image-path "$IMAGE" --bundle "$BUNDLE" "$ID-2" </dev/null >/dev/null 2>&1
  runtime exec "$ID-2" sh -c "$look" </dev/null | sed "s,/$ID-2/,/$ID/," >"$WORK/after"
  diff "$WORK/before" "$WORK/after"
}

@test "namespaces of others: network, IPC, host name and processes" {
  bundle && waiting
  hold_namespaces --net --ipc --uts --pid --fork
  edit_config --arg proc "/proc/$HOLDER/ns" 'del(.hostname) | .linux.namespaces |= map(
    if .type == "network" then .path = $proc + "/net" elif .type == "ipc" then .path = $proc + "/ipc"
    elif .type == "uts" then .path = $proc + "/uts" elif .type == "pid" then .path = $proc + "/pid" else . end)'
  # Its monitor reaps it: as long as it is a zombie its pid is taken, and this namespace is not its own.
  background "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1
  local monitor=$! kind
  eventually has_status running
  dump
  wait "$monitor" || true
  restore
  has_status running
  for kind in net ipc uts pid; do same "$(readlink "/proc/$(pid_of)/ns/$kind")" "$(readlink "/proc/$HOLDER/ns/$kind")"; done
}

@test "a user namespace, capabilities, a filter, limits of resources" {
  bundle '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings
    | .linux.namespaces += [{type: "user"}] | .process.user = {uid: 7, gid: 8} | .process.noNewPrivileges = true
    | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 77, hard: 78}] | .process.oomScoreAdj = 321
    | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 95}]}'
  counting
  chmod 777 "$BUNDLE/rootfs/tmp"
  start_detached
  eventually counted 2
  look() {
    grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp:)' "/proc/$(pid_of)/status"
    cat "/proc/$(pid_of)/"{uid_map,gid_map,oom_score_adj}
    grep 'open files' "/proc/$(pid_of)/limits"
  }
  look >"$WORK/before"
  dump
  # The files can be read, the directory is root's alone.
  run restore
  fails 1
  contains "$output" "user 100000, cannot search the image"
  gone
  chmod 711 "$IMAGE"
  restore
  look >"$WORK/after"
  diff "$WORK/before" "$WORK/after"
}

@test "a mount below a symbolic link of the image" {
  bundle && counting
  mkdir "$WORK/shared" "$BUNDLE/rootfs/run"
  rm -rf "$BUNDLE/rootfs/var/run"
  ln -s /run "$BUNDLE/rootfs/var/run"
  echo secret >"$WORK/shared/token"
  edit_config --arg shared "$WORK/shared" '.mounts += [{destination: "/var/run/secrets", type: "bind", source: $shared, options: ["rbind", "ro"]}]'
  start_detached
  eventually counted 2
  dump
  restore
  same "$(runtime exec "$ID" cat /run/secrets/token </dev/null)" secret
}

@test "locks of files, and files that have been removed" {
  bundle
  # What busybox has no applet for; the shared rootfs is not touched.
  local file
  for file in $(type -P flock) $(ldd "$(type -P flock)" | grep -o '/[^ ]*'); do install -D "$file" "$BUNDLE/rootfs$file"; done
  script 'exec 6>/tmp/removed; echo kept >&6; rm /tmp/removed; exec /usr/bin/flock --no-fork /tmp/lock sh -c "mkfifo /tmp/never; echo ready >/tmp/ready; exec cat <>/tmp/never"'
  start_detached
  eventually test -s "$BUNDLE/rootfs/tmp/ready"
  run dump
  fails 1
  contains "$output" 'file-locks'
  has_status running
  dump --file-locks
  restore --file-locks
  ! flock --nonblock "$BUNDLE/rootfs/tmp/lock" true
  same "$(runtime exec "$ID" cat /proc/1/fd/6 </dev/null)" kept
}

@test "the argument vectors of CRI-O, conmon, go-runc and Podman" {
  bundle && counting_quietly
  start_detached
  eventually test -s "$BUNDLE/rootfs/tmp/count"
  # CRI-O: internal/oci/runtime_oci.go.
  runtime checkpoint --file-locks --image-path "$IMAGE" --work-path "$WORK/work" --leave-running "$ID"
  [ -e "$WORK/work/dump.log" ]
  [ ! -e "$IMAGE/dump.log" ]
  runtime delete --force "$ID"
  # conmon: src/runtime_args.c, with what Podman adds.
  beside restore --bundle "$BUNDLE" --pid-file "$WORK/pid" --detach --image-path "$IMAGE" --work-path "$WORK/work" --file-locks "$ID"
  same "$(cat "$WORK/pid")" "$(pid_of)"
  [ -e "$WORK/work/restore.log" ]
  # go-runc: runc.go, as containerd's shim calls it.
  runtime checkpoint --image-path "$IMAGE.2" --work-path "$WORK/work" --tcp-established --ext-unix-sk --shell-job --file-locks --manage-cgroups-mode soft "$ID"
  beside restore --image-path "$IMAGE.2" --work-path "$WORK/work" --tcp-established --ext-unix-sk --shell-job --file-locks --manage-cgroups-mode soft --detach \
    --pid-file "$WORK/pid" -no-subreaper --bundle "$BUNDLE" "$ID"
  same "$(cat "$WORK/pid")" "$(pid_of)"
  # Podman: libpod/oci_conmon_common.go.
  runtime checkpoint --image-path "$IMAGE.3" --work-path "$WORK/work" --tcp-established --file-locks "$ID"
  gone
  beside restore --bundle "$BUNDLE" --pid-file "$WORK/pid" --detach --image-path "$IMAGE.3" --work-path "$WORK/work" --tcp-established --file-locks --manage-cgroups-mode ignore "$ID"
  # CRIU leaves cgroups alone then: it was in the container's itself.
  same "$(basename "$(place_of "$(pid_of)" pids)")" "$ID"
  asked
}

@test "a link under the name of a log, in an image of somebody else's, is not followed" {
  bundle && counting
  start_detached
  eventually counted 2
  mkdir "$IMAGE"
  echo precious >"$WORK/precious"
  ln -s ../precious "$IMAGE/dump.log"
  dump
  ln -s ../precious "$IMAGE/restore.log"
  ln -s ../precious "$IMAGE/stats-restore"
  restore
  same "$(cat "$WORK/precious")" precious
  [ -f "$IMAGE/restore.log" ] && [ ! -L "$IMAGE/restore.log" ]
}

@test "whoever is killed in the middle leaves nothing that delete does not remove" {
  bundle && counting
  edit_config '.hooks.createRuntime = [{path: "/bin/sleep", args: ["sleep", "30"]}]'
  jq 'del(.hooks)' "$BUNDLE/config.json" >"$WORK/plain.json"
  cp "$BUNDLE/config.json" "$WORK/hooked.json"
  cp "$WORK/plain.json" "$BUNDLE/config.json"
  start_detached
  eventually counted 2
  dump
  cp "$WORK/hooked.json" "$BUNDLE/config.json"
  local signal
  for signal in TERM KILL; do
    background "$RUNTIME" --root "$ROOT" restore --detach --image-path "$IMAGE" --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1
    local pid=$!
    eventually '[ -n "$(find /sys/fs/cgroup -path "*/$ID/cgroup.procs" -exec cat {} + 2>/dev/null)" ]'
    # In the hook: CRIU waits for its end.
    eventually 'pgrep -P '"$pid"' -x sleep >/dev/null'
    kill -"$signal" "$pid"
    wait "$pid" || true
    [ "$signal" = TERM ] || runtime delete --force "$ID"
    gone
  done
}
