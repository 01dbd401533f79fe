#!/usr/bin/env bats
# cgroup v2 by itself. Where the host's controllers are v1's, what needs none of them is tested.

load helper
load unified

# Device nodes in the container's /probe.
probes() {
  local name
  mkdir "$BUNDLE/rootfs/probe"
  while read -r name; do
    # shellcheck disable=SC2086
    mknod -m 666 "$BUNDLE/rootfs/probe/$name" ${name//-/ }
  done <<<"$(printf '%s\n' c-1-3 c-1-5 c-1-11 c-10-200 c-10-229 b-7-0 b-7-1)"
  edit_config '["CAP_MKNOD", "CAP_SYS_ADMIN", "CAP_SYSLOG"] as $all
    | .process.capabilities = { bounding: $all, effective: $all, permitted: $all }'
  cat >"$BUNDLE/rootfs/bin/probe" <<'SCRIPT'
#!/bin/sh
# For each device: what the cgroup lets pass. Any other reason to fail is the device's own.
try() {
  case $("$@" 2>&1 </dev/null) in *'Operation not permitted'*) echo - ;; *) echo + ;; esac
}
make() { mknod "/tmp/$1" $2 $3 $4; rm -f "/tmp/$1"; }
reading() { : <"/probe/$1"; }
writing() { : >>"/probe/$1"; }
both() { : <>"/probe/$1"; }
for name in c-1-3 c-1-5 c-1-11 c-10-200 c-10-229 b-7-0 b-7-1; do
  numbers=$(echo $name | tr - ' ')
  set -- $numbers
  echo "  $1 $2:$3 m$(try make $name $numbers) r$(try reading $name) w$(try writing $name) rw$(try both $name)"
done
SCRIPT
  chmod 755 "$BUNDLE/rootfs/bin/probe"
}

# The answers that the table gives for one list of rules.
answers() { awk -v name="$1" '$0 == name { on = 1; next } /^[^ ]/ { on = 0 } on' "$REPO/test/cgroups/devices/answers.txt"; }

# The table's lists of rules, a name and JSON a line: all with TABLE=full, else a few of them.
rules() {
  jq -r --argjson every "$([ "${TABLE:-}" = full ] && echo 1 || echo "$1")" \
    'to_entries[] | select(.key % $every == 0) | .value | "\(.name)\t\(.rules)"' "$REPO/test/cgroups/devices/rules.json"
}

@test "devices: a filter lets pass what the table says, and update replaces it" {
  local name rules
  bundle
  probes
  edit_config '.process.args = ["sleep", "60"] | .linux.resources.devices = []'
  run_detached
  while IFS=$'\t' read -r name rules; do
    echo "{\"devices\": $rules}" >"$WORK/rules.json"
    runtime update --resources "$WORK/rules.json" "$ID"
    run runtime exec "$ID" probe </dev/null
    same "$output" "$(answers "$name")" || fail "$name"
  done < <(rules 5)
}

@test "devices: v1 lets pass the same" {
  local name rules
  [ -n "$SLICE" ] && [ -d /sys/fs/cgroup/devices ] || skip 'this host has no device controller of v1'
  bundle
  probes
  while IFS=$'\t' read -r name rules; do
    edit_config --argjson rules "$rules" '.process.args = ["probe"] | .linux.resources.devices = $rules'
    run "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&-
    same "$output" "$(answers "$name")" || fail "$name"
  done < <(rules 8)
}

@test "devices: a refused update leaves the old filter" {
  railcar_only 'runc never changes the rules for devices'
  bundle
  probes
  edit_config '.process.args = ["sleep", "60"] | .linux.resources.devices = []'
  run_detached
  run runtime update --resources - "$ID" <<<'{"devices": [{"allow": true}], "unified": {"memory.nothing": "1"}}'
  fails
  run runtime exec "$ID" probe </dev/null
  same "$output" "$(answers 'no rules at all')"
}

# A container that may make cgroups of its own, as user 1000 of a user namespace that begins at the host's 200000.
delegated() {
  bundle '.process.user = { uid: 1000, gid: 1000 } | .linux.namespaces += [{ type: "cgroup" }, { type: "user" }]
    | .linux.uidMappings = [{ containerID: 0, hostID: 200000, size: 65536 }] | .linux.gidMappings = .linux.uidMappings
    | .mounts += [{ destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["rw", "nosuid", "nodev", "noexec"] }]'
  chown -R 200000:200000 "$BUNDLE/rootfs"
}

owners() { unified sh -c 'cd /sys/fs/cgroup/"$1" && stat -c "%n %u" . cgroup.procs cgroup.threads cgroup.subtree_control cgroup.freeze cgroup.max.depth' - "$1"; }

@test "ownership: the cgroup belongs to the user of the process, its limits do not" {
  delegated
  edit_config --arg path "/$ID" '.linux.cgroupsPath = $path'
  run_detached
  run owners "$ID"
  same "$output" '. 201000
cgroup.procs 201000
cgroup.threads 201000
cgroup.subtree_control 201000
cgroup.freeze 0
cgroup.max.depth 0'
  run runtime exec "$ID" sh -c 'mkdir /sys/fs/cgroup/own && echo 0 >/sys/fs/cgroup/own/cgroup.procs && cat /proc/self/cgroup' </dev/null
  succeeds
  contains "$output" '0::/own'
  # What it has made goes with it.
  runtime delete --force "$ID"
  run ! unified test -e "/sys/fs/cgroup/$ID"
}

@test "ownership: what is mounted ro stays the host’s" {
  delegated
  edit_config --arg path "/$ID" '.linux.cgroupsPath = $path | (.mounts[] | select(.source == "cgroup").options) += ["ro"]'
  run_detached
  run owners "$ID"
  lacks "$output" 201000
}

@test "a place for threads only is refused, and a missing controller is named" {
  bundle
  unified sh -c 'cd /sys/fs/cgroup && mkdir -p "$0/pool" && echo threaded >"$0/pool/cgroup.type"' "$ID-threads"
  edit_config --arg path "/$ID-threads/pool/c" '.linux.cgroupsPath = $path'
  run create
  fails
  contains "$output" "cgroup \"/sys/fs/cgroup/$ID-threads\" is for threads (its cgroup.type is \"domain threaded\")"
  unified find "/sys/fs/cgroup/$ID-threads" -depth -type d -exec rmdir {} +
  edit_config '.linux.cgroupsPath = "/x" | .linux.resources.unified = { "nothing.max": "1" }'
  run create
  fails
  contains "$output" 'linux.resources.unified["nothing.max"]: this host has no cgroup controller "nothing" (cgroup v2)'
  edit_config --arg path "/$ID" 'del(.linux.resources.unified) | .linux.cgroupsPath = $path'
  create
  run runtime update --resources - "$ID" <<<'{"unified": {"nothing.max": "1"}}'
  fails
  contains "$output" 'standard input:1:29: unified["nothing.max"]: the container has no cgroup of the controller "nothing"'
}

@test "freezer: a paused container stands still until it is resumed, and can be killed" {
  bundle
  script 'while :; do echo x >>/tmp/ticks; usleep 5000; done'
  run_detached
  ticks() { stat -c %s "$BUNDLE/rootfs/tmp/ticks"; }
  eventually '[ "$(ticks)" -gt 4 ]'
  runtime pause "$ID"
  same "$(state_of)" paused
  local before
  before=$(ticks)
  sleep 0.1
  same "$(ticks)" "$before"
  run runtime exec "$ID" true </dev/null
  [ "$status" != 0 ]
  runtime resume "$ID"
  same "$(state_of)" running
  eventually '[ "$(ticks)" -gt '"$before"' ]'
  runtime pause "$ID"
  runtime kill "$ID" KILL
  eventually has_status stopped
  runtime delete "$ID"
}

@test "a container that has cgroups of its own: seen as the root, entered, left by exec, killed and removed" {
  bundle '.linux.namespaces += [{ type: "cgroup" }]
    | .mounts += [{ destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["rw"] }]'
  edit_config --arg path "/$ID" '.linux.cgroupsPath = $path | .linux.namespaces -= [{ type: "pid" }]'
  script 'cat /proc/self/cgroup | tail -n 1 >/tmp/seen; mkdir -p /sys/fs/cgroup/own/deep /sys/fs/cgroup/other
    echo 0 >/sys/fs/cgroup/own/deep/cgroup.procs; sleep 600 & touch /tmp/moved; wait'
  run_detached
  eventually test -e "$BUNDLE/rootfs/tmp/moved"
  same "$(cat "$BUNDLE/rootfs/tmp/seen")" 0::/
  run runtime exec "$ID" sh -c 'tail -n 1 /proc/self/cgroup' </dev/null
  same "$output" 0::/
  run runtime exec --cgroup /other "$ID" sh -c 'tail -n 1 /proc/self/cgroup' </dev/null
  same "$output" 0::/other
  same "$(runtime ps --format json "$ID" | jq length)" 2
  runtime kill --all "$ID" KILL
  eventually has_status stopped
  runtime delete "$ID"
  run ! unified test -e "/sys/fs/cgroup/$ID"
}
