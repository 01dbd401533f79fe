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

@test 'devices: a filter lets pass what the table says, and update replaces it' {
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

@test 'devices: v1 lets pass the same' {
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

@test 'devices: a refused update leaves the old filter' {
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
