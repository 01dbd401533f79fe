#!/usr/bin/env bats
# SELinux with Debian's policy, whose container_t is held to its categories: what a label denies is denied, not only its
# name shown. In permissive mode all of it is allowed, and the kernel's log says what would not have been. Where the
# kernel does not have it, see golden.bats for what railcar says.

load helper

setup_file() {
  [ -e /sys/fs/selinux/enforce ] || skip 'this kernel has no SELinux, or it is not enabled'
  known system_u:system_r:container_t:s0 || skip 'the policy has no container_t'
  export MODE RATE
  MODE=$(cat /sys/fs/selinux/enforce)
  RATE=$(cat /proc/sys/kernel/printk_ratelimit)
  # Of many denials none is left out of the log.
  echo 0 >/proc/sys/kernel/printk_ratelimit
}
teardown_file() {
  [ -z "${MODE:-}" ] || echo "$MODE" >/sys/fs/selinux/enforce
  [ -z "${RATE:-}" ] || echo "$RATE" >/proc/sys/kernel/printk_ratelimit
}
# Whether the policy has this label.
known() { printf %s "$1" 2>/dev/null >/sys/fs/selinux/context; }

setup() {
  live_setup
  # What was denied before, and allowed as it was permissive, is logged once more.
  echo 1 >/sys/fs/selinux/commit_pending_bools
  echo "railcar test: $ID" >/dev/kmsg
}
teardown() {
  [ -z "${MODE:-}" ] || echo "$MODE" >/sys/fs/selinux/enforce
  live_teardown
}

domain=system_u:system_r:container_t
files=system_u:object_r:container_file_t

# labelled LABEL [FILTER]: a bundle whose process has LABEL, and /one and /two that only categories c1 and c2 may read.
labelled() {
  bundle ".process.selinuxLabel = \"$1\" | .linux.mountLabel = \"$files:s0\" | ${2:-.}"
  echo one >"$BUNDLE/rootfs/one"
  echo two >"$BUNDLE/rootfs/two"
  chcon -R "$files:s0" "$BUNDLE/rootfs"
  chcon "$files:s0:c1" "$BUNDLE/rootfs/one"
  chcon "$files:s0:c2" "$BUNDLE/rootfs/two"
  # What stays beside the test writes to this.
  touch "$WORK/output"
  chcon "$files:s0" "$WORK/output"
  script "$look"
}
# confined ARGUMENTS...: the runtime, with a file for its output that the container may write to: the pipe of a test is none.
confined() {
  local code=0
  : >"$WORK/said"
  chcon "$files:s0" "$WORK/said"
  runtime "$@" </dev/null >"$WORK/said" 2>&1 || code=$?
  cat "$WORK/said"
  return $code
}
# Labels end with a NUL.
look='cat /one /two 2>&1; tr -d "\0" </proc/self/attr/current'

is_enforcing() { [ "$(cat /sys/fs/selinux/enforce)" = 1 ]; }

# by_mode TEXT PERMISSIVE: the output in either mode.
by_mode() {
  if is_enforcing; then same "$output" "$1"; else same "$output" "$2"; fi || fail "denied was: $(denials | tail -n 5)"
}

# One that is shown only as far as it may read.
by_first_line() { output=${output%%$'\n'*} by_mode "$@"; }
by_first() { by_mode "one
cat: can't open '/two': Permission denied
$1" "one
two
$1"; }
by_second() { by_mode "cat: can't open '/one': Permission denied
two
$1" "one
two
$1"; }

# logged CLASS PERMISSION [TEXT]: the kernel has logged that the permission was, or would have been, denied.
logged() {
  PATTERN="denied  \{ ([a-z_]+ )*$2 .*${3:-}.*tclass=$1 permissive=$((1 - $(cat /sys/fs/selinux/enforce)))"
  eventually 'denials | grep -Eq "$PATTERN"' || fail "denied was: $(denials | tail -n 5)"
}
denials() { dmesg | sed -n "/railcar test: $ID\$/,\$p" | grep 'avc:  denied'; }

@test "the process is denied what its label denies" {
  labelled "$domain:s0:c1"
  run confined run --bundle "$BUNDLE" "$ID"
  by_first "$domain:s0:c1"
  logged file read
}

@test "also when it may gain no privileges, and in a user namespace" {
  labelled "$domain:s0:c1" '.process.noNewPrivileges = true'
  run confined run --bundle "$BUNDLE" "$ID"
  by_first "$domain:s0:c1"
  labelled "$domain:s0:c1" '.linux.namespaces += [{type: "user"}]
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  chown -R 100000:100000 "$BUNDLE/rootfs"
  run confined run --bundle "$BUNDLE" "$ID"
  by_first "$domain:s0:c1"
}

@test "in permissive mode it is allowed, and logged" {
  labelled "$domain:s0:c1"
  echo 0 >/sys/fs/selinux/enforce
  run confined run --bundle "$BUNDLE" "$ID"
  by_first "$domain:s0:c1"
  logged file read
}

@test "the label is the process's alone: without one it is denied nothing" {
  labelled ''
  run confined run --bundle "$BUNDLE" "$ID"
  same "$output" $'one\ntwo\n'"$(tr -d '\0' </proc/self/attr/current)"
}

@test "two containers: neither may read what is the other's, though it is mounted for both" {
  mkdir "$WORK/shared"
  chcon "$files:s0" "$WORK/shared"
  labelled "$domain:s0:c1" '.process.args = ["sleep", "600"]'
  script 'echo mine >/shared/file1; sleep 600'
  edit_config --arg shared "$WORK/shared" '.mounts += [{destination: "/shared", source: $shared, options: ["bind"]}]'
  run_detached
  eventually test -s "$WORK/shared/file1"
  edit_config --arg label "$domain:s0:c2" '.process.selinuxLabel = $label
    | .process.args = ["sh", "-c", "cat /shared/file1 2>&1; echo mine >/shared/file2; cat /shared/file2"]'
  run confined run --bundle "$BUNDLE" "$ID-second"
  by_mode $'cat: can\'t open \'/shared/file1\': Permission denied\nmine' $'mine\nmine'
  run confined exec "$ID" cat /shared/file1 /shared/file2
  by_mode $'mine\ncat: can\'t open \'/shared/file2\': Permission denied' $'mine\nmine'
}

@test "so are startContainer hooks, whose programs are the container's; createContainer hooks are not" {
  labelled "$domain:s0:c1"
  cat >"$BUNDLE/rootfs/bin/hook" <<'HOOK'
#!/bin/sh
cat "$2" "$3" >"$1" 2>&1
tr -d '\0' </proc/self/attr/current >>"$1"
HOOK
  chmod 755 "$BUNDLE/rootfs/bin/hook"
  chcon "$files:s0" "$BUNDLE/rootfs/bin/hook"
  edit_config --arg hook "$BUNDLE/rootfs/bin/hook" --arg rootfs "$BUNDLE/rootfs" '.hooks = {
    createContainer: [{path: $hook, args: ["hook", ($rootfs + "/runtime-saw"), ($rootfs + "/one"), ($rootfs + "/two")]}],
    startContainer: [{path: "/bin/hook", args: ["hook", "/container-saw", "/one", "/two"]}]}'
  run confined run --bundle "$BUNDLE" "$ID"
  by_first "$domain:s0:c1"
  same "$(head -n 2 "$BUNDLE/rootfs/runtime-saw")" $'one\ntwo'
  lacks "$(cat "$BUNDLE/rootfs/runtime-saw")" container_t
  output=$(cat "$BUNDLE/rootfs/container-saw")
  by_first "$domain:s0:c1"
}

@test "exec: with the container's label" {
  labelled "$domain:s0:c1"
  script 'sleep 600'
  run_detached
  run confined exec "$ID" sh -c "$look"
  by_first "$domain:s0:c1"
  logged file read
}

@test "exec --process-label, and --process: with another one" {
  labelled "$domain:s0:c1"
  script 'sleep 600'
  run_detached
  run confined exec --process-label "$domain:s0:c2" "$ID" sh -c "$look"
  by_second "$domain:s0:c2"
  jq --arg look "$look" --arg label "$domain:s0:c2" '.process | .args = ["sh", "-c", $look] | .selinuxLabel = $label' \
    "$BUNDLE/config.json" >"$WORK/process.json"
  run confined exec --process "$WORK/process.json" "$ID"
  by_second "$domain:s0:c2"
}

# Each of them tries to make a file.
places='for place in /tmp /dev /dev/shm /dev/mqueue; do
  if touch $place/railcar.test; then echo $place; else echo no $place; fi 2>&-; done'
more='.mounts += [{destination: "/tmp", type: "tmpfs"}, {destination: "/dev/shm", type: "tmpfs"},
    {destination: "/dev/mqueue", type: "mqueue"}, {destination: "/sys", type: "sysfs", options: ["ro"]},
    {destination: "/sys/fs/cgroup", type: "cgroup", options: ["ro"]}]
  | .linux.namespaces += [{type: "cgroup"}]'

@test "mount label: on all that takes one, and what cannot have one is mounted nevertheless" {
  labelled "$domain:s0:c1" "$more"
  script "$places; awk '/context=/ { print \$5 }' /proc/self/mountinfo | sort | xargs; ls /sys >/dev/null && [ -e /sys/fs/cgroup/cgroup.procs ] && echo there"
  run confined run --bundle "$BUNDLE" "$ID"
  same "$output" $'/tmp\n/dev\n/dev/shm\n/dev/mqueue\n/dev /dev/pts /dev/shm /tmp\nthere'
}

@test "mount label: one that the process may not write to" {
  labelled "$domain:s0:c1" "$more | .linux.mountLabel = \"system_u:object_r:etc_t:s0\""
  script "$places"
  run confined run --bundle "$BUNDLE" "$ID"
  by_mode $'no /tmp\nno /dev\nno /dev/shm\nno /dev/mqueue' $'/tmp\n/dev\n/dev/shm\n/dev/mqueue'
  logged dir write etc_t
}

@test "mount label: a mount's own context is what it gets" {
  labelled "$domain:s0:c1" '.mounts += [{destination: "/tmp", type: "tmpfs", options: ["context=\"system_u:object_r:etc_t:s0:c3,c4\""]}]'
  script 'true 2>/dev/null >/tmp/file; echo $?; awk "\$5 == \"/tmp\"" /proc/self/mountinfo'
  run confined run --bundle "$BUNDLE" "$ID"
  by_first_line 1 0
  contains "$output" 'context="system_u:object_r:etc_t:s0:c3,c4"'
  lacks "$output" "container_file_t"
}

@test "mount label: what is bound keeps its own, also on the host" {
  mkdir "$WORK/data"
  chcon system_u:object_r:shadow_t:s0 "$WORK/data"
  echo secret >"$WORK/data/file"
  chcon system_u:object_r:shadow_t:s0 "$WORK/data/file"
  labelled "$domain:s0:c1"
  edit_config --arg data "$WORK/data" '.mounts += [{destination: "/data", source: $data, options: ["rbind"]}]'
  script 'cat /data/file 2>&1'
  run confined run --bundle "$BUNDLE" "$ID"
  by_mode "cat: can't open '/data/file': Permission denied" secret
  logged file read shadow_t
  same "$(stat -c %C "$WORK/data" "$WORK/data/file" "$BUNDLE/rootfs/two")" \
    $'system_u:object_r:shadow_t:s0\nsystem_u:object_r:shadow_t:s0\n'"$files:s0:c2"
}

@test "mount label: masked directories have it, and are found empty" {
  labelled "$domain:s0:c1" '.linux.maskedPaths = ["/one", "/secrets", "/more"]'
  mkdir "$BUNDLE/rootfs/secrets" "$BUNDLE/rootfs/more"
  touch "$BUNDLE"/rootfs/{secrets,more}/file
  chcon -R "$files:s0" "$BUNDLE/rootfs/secrets" "$BUNDLE/rootfs/more"
  script "ls -A /secrets; ls -A /more; cat /one; awk '/context=/ { print \$5 }' /proc/self/mountinfo | sort | xargs"
  run confined run --bundle "$BUNDLE" "$ID"
  same "$output" $'/dev /dev/pts /more /secrets'
}

@test "mount label: tmpcopyup copies what the label is for" {
  labelled "$domain:s0:c1" '.mounts += [{destination: "/copied", type: "tmpfs", options: ["tmpcopyup"]}]'
  mkdir "$BUNDLE/rootfs/copied"
  echo copied >"$BUNDLE/rootfs/copied/file"
  chcon -R system_u:object_r:shadow_t:s0 "$BUNDLE/rootfs/copied"
  script 'cat /copied/file; echo more >/copied/file; cat /copied/file'
  run confined run --bundle "$BUNDLE" "$ID"
  same "$output" $'copied\nmore'
}

@test "mount label: of what mounts add brings as well" {
  railcar_only 'mounts add'
  labelled "$domain:s0:c1"
  mkdir "$BUNDLE/rootfs/new"
  script 'sleep 600'
  run_detached
  echo '[{"destination": "/new", "type": "tmpfs"}]' >"$WORK/mounts.json"
  runtime mounts add "$ID" "$WORK/mounts.json" </dev/null
  run confined exec "$ID" sh -c 'echo x >/new/file && awk "\$5 == \"/new\" && /context=/ { print \"labelled\" }" /proc/self/mountinfo'
  same "$output" labelled
}

@test "keyring: the session's has the label, or the process could not see it" {
  labelled "$domain:s0:c1"
  script 'grep -c "_ses\.$0" /proc/keys; sleep 600'
  edit_config --arg id "$ID" '.process.args += [$id]'
  run_detached
  eventually test -s "$WORK/output"
  same "$(cat "$WORK/output")" 1
  # With other categories it may not see it.
  run confined exec --process-label "$domain:s0:c2" "$ID" grep -c "_ses\.$ID" /proc/keys
  by_mode 0 1
  logged key view
}

@test "a terminal belongs to the container" {
  labelled "$domain:s0:c1" '.process.terminal = true'
  script 'echo written >/dev/tty && echo also >/dev/pts/0; tr -d "\0" </proc/self/attr/current'
  run run_on_terminal --bundle "$BUNDLE" "$ID"
  contains "$output" $'written\nalso\n'"$domain:s0:c1"
}

@test "a program that the label may not begin with: the error says where to look" {
  labelled "$domain:s0:c1"
  cp "$BUNDLE/rootfs/bin/busybox" "$BUNDLE/rootfs/bin/begin"
  chcon system_u:object_r:etc_t:s0 "$BUNDLE/rootfs/bin/begin"
  edit_config '.process.args = ["/bin/begin", "echo", "begun"]'
  run confined run --bundle "$BUNDLE" "$ID"
  logged file entrypoint
  if is_enforcing; then
    railcar_only 'its words'
    [ "$status" != 0 ] || fail "it began: $output"
    contains "$output" '/bin/begin'
    contains "$output" 'permission denied'
    contains "$output" 'journalctl'
  fi
}

@test "a label that the caller may not give: exec fails, and the container goes on" {
  labelled "$domain:s0:c1"
  script 'sleep 600'
  run_detached
  run confined exec --process-label system_u:system_r:getty_t:s0 "$ID" true
  logged process transition getty_t
  if is_enforcing; then [ "$status" != 0 ] || fail "it succeeded: $output"; fi
  has_status running
}

@test "noNewPrivileges, and a label that the policy does not give then" {
  labelled system_u:system_r:initrc_t:s0 '.process.noNewPrivileges = true'
  chcon -R system_u:object_r:initrc_exec_t:s0 "$BUNDLE/rootfs/bin"
  script 'true'
  run confined run --bundle "$BUNDLE" "$ID"
  logged process2 nnp_transition
  if is_enforcing; then
    railcar_only 'its words'
    [ "$status" != 0 ] || fail "it ran: $output"
    contains "$output" 'nnp_transition'
  fi
}

@test "a label that the policy does not know: create fails and says where, and nothing is left" {
  local label
  for label in system_u:system_r:railcar_absent_t:s0 "$domain:s0:c9999" nonsense; do
    labelled "$label"
    run runtime create --bundle "$BUNDLE" "$ID" </dev/null
    fails 1
    if is_railcar; then
      matches "$output" 'config\.json:[0-9]+:[0-9]+: process\.selinuxLabel: .*\(EINVAL\)'
      contains "$output" 'the policy that is loaded does not have this label'
    fi
    same "$(containers)" ''
  done
}

@test "a mount label that the policy does not know: create fails and says where, and nothing is left" {
  labelled "$domain:s0:c1" '.linux.mountLabel = "system_u:object_r:railcar_absent_t:s0"'
  run runtime create --bundle "$BUNDLE" "$ID" </dev/null
  fails 1
  if is_railcar; then
    matches "$output" 'config\.json:[0-9]+:[0-9]+: linux\.mountLabel: .*\(EINVAL\)'
    contains "$output" 'the policy that is loaded does not have this label'
  fi
  same "$(containers)" ''
}

@test "exec --process-label of a label that the policy does not know fails, and the container goes on" {
  labelled "$domain:s0:c1"
  script 'sleep 600'
  run_detached
  run confined exec --process-label system_u:system_r:railcar_absent_t:s0 "$ID" true
  [ "$status" != 0 ] || fail "it succeeded: $output"
  contains "$output" 'EINVAL'
  has_status running
}

@test "what an image or a mount puts at /proc is not where the label is written (CVE-2019-16884)" {
  labelled "$domain:s0:c1" '.mounts |= map(select(.destination != "/proc"))'
  mkdir -p "$BUNDLE/rootfs/proc/self/attr"
  touch "$BUNDLE"/rootfs/proc/self/attr/{exec,current,keycreate}
  chcon -R "$files:s0" "$BUNDLE/rootfs/proc"
  script 'cat /one /two 2>&1'
  run confined run --bundle "$BUNDLE" "$ID"
  by_mode $'one\ncat: can\'t open \'/two\': Permission denied' $'one\ntwo'
  cp -a "$BUNDLE/rootfs/proc" "$WORK/fake"
  edit_config --arg fake "$WORK/fake" '.mounts = [{destination: "/proc", source: $fake, options: ["bind"]}] + .mounts'
  run confined run --bundle "$BUNDLE" "$ID"
  if [ "$status" = 0 ]; then by_mode $'one\ncat: can\'t open \'/two\': Permission denied' $'one\ntwo'; fi
  same "$(cat "$BUNDLE"/rootfs/proc/self/attr/* "$WORK"/fake/self/attr/*)" ''
}

@test "features and doctor say that it is there" {
  railcar_only 'its own commands'
  same "$(runtime features | jq .linux.selinux.enabled)" true
  run runtime doctor </dev/null
  contains "$output" SELinux
}

@test "where the policy does not let Node write code while it runs, the error names the boolean" {
  railcar_only 'its Node layer'
  [ -e /sys/fs/selinux/booleans/allow_execmem ] || skip 'the policy has no allow_execmem'
  switch allow_execmem 0
  run env RAILCAR_STANDBY=off "$RUNTIME" --root "$ROOT" list </dev/null
  switch allow_execmem 1
  fails 1
  contains "$output" 'killed by signal 5'
  contains "$output" 'setsebool allow_execmem on'
}
switch() { echo "$2" >"/sys/fs/selinux/booleans/$1" && echo 1 >/sys/fs/selinux/commit_pending_bools; }
