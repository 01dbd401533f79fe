#!/usr/bin/env bats
# Checkpoints through the CRIU that test/criu gets: what goes on after a restore is what was there before.
bats_require_minimum_version 1.5.0

load helper

setup_file() {
  local log=$BATS_FILE_TMPDIR/criu.log
  if ! CRIU=$("$REPO/test/criu" 2>"$log" 3>&- </dev/null); then
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
  bundle && counting
  start_detached
  eventually counted 2
  dump --leave-running
  has_status running
  local at
  at=$(count)
  eventually counted $((at + 2))
  runtime delete --force "$ID"
  restore
  eventually counted $((at + 4))
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
  bundle
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
  bundle '.linux.resources += {memory: {limit: 50331648}, pids: {limit: 77}, cpu: {shares: 300}}' && counting
  start_detached
  eventually counted 2
  dump
  restore
  local file
  for file in memory:memory.limit_in_bytes=50331648 pids:pids.max=77 cpu:cpu.shares=300; do
    [ -e "/sys/fs/cgroup/${file%%:*}" ] || skip "no cgroup v1 ${file%%:*}"
    same "$(cgroup_file "${file%%:*}" "$(sed 's/.*:\(.*\)=.*/\1/' <<<"$file")")" "${file#*=}"
  done
  # All of them are in it, those that are born later too.
  eventually '[ "$(cgroup_file pids cgroup.procs | wc -l)" -ge 2 ]'
  # What CRIU was while it restored is gone.
  same "$(cgroup_file pids cgroup.procs | xargs -I{} cat /proc/{}/comm 2>/dev/null | sort -u | paste -sd ' ')" 'sh sleep'
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
  same "$(awk -F : '$2 == "pids" { print $3 }' "/proc/$(pid_of "$ID-2")/cgroup" | xargs basename)" "$ID-2"
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
