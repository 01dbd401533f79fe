#!/usr/bin/env bats
# AppArmor: what a profile denies is denied, not only its name shown. Where the kernel does not have it, see golden.bats for
# what railcar says.

load helper

setup_file() {
  [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] || skip 'this kernel has no AppArmor, or it is not enabled'
  command -v apparmor_parser >/dev/null || skip 'needs apparmor_parser'
  export OUTER=railcar-test-outer INNER=railcar-test-inner CALLER=railcar-test-caller
  # Two profiles that differ in which of two files they hide, and one that only lets go on to one of them.
  profiles | apparmor_parser --replace --skip-cache
}
teardown_file() { [ -z "${OUTER:-}" ] || profiles | apparmor_parser --remove; }

profiles() {
  cat <<PROFILES
profile $OUTER flags=(attach_disconnected, mediate_deleted) {
  file, capability, network, signal, ptrace, mount, umount, pivot_root, unix,
  deny /outer rw,
}
profile $INNER flags=(attach_disconnected, mediate_deleted) {
  file, capability, network, signal, ptrace, mount, umount, pivot_root, unix,
  deny /inner rw,
}
profile $CALLER flags=(attach_disconnected, mediate_deleted) {
  file, capability, network, signal, ptrace, mount, umount, pivot_root, unix,
  change_profile -> $INNER,
}
PROFILES
}

# A bundle whose process tells which of the files it can read, and by which profile it is confined.
confined() {
  bundle ".process.apparmorProfile = \"$1\" | .process.noNewPrivileges = ${2:-false}"
  echo outer >"$BUNDLE/rootfs/outer"
  echo inner >"$BUNDLE/rootfs/inner"
  script "$look"
}
look='cat /outer /inner 2>&1; cat /proc/self/attr/apparmor/current'
by_outer="cat: can't open '/outer': Permission denied
inner
$OUTER (enforce)"
by_inner="outer
cat: can't open '/inner': Permission denied
$INNER (enforce)"

@test "the process is denied what its profile denies" {
  confined "$OUTER"
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  same "$output" "$by_outer"
}

@test "also when it may gain no privileges" {
  confined "$OUTER" true
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  same "$output" "$by_outer"
}

@test "the profile is the process's alone: without one it is denied nothing" {
  confined ''
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  same "$output" $'outer\ninner\nunconfined'
}

@test "so are startContainer hooks, whose programs are the container's; createContainer hooks are not" {
  confined "$OUTER"
  cat >"$BUNDLE/rootfs/bin/hook" <<'HOOK'
#!/bin/sh
cat /outer "$2" >"$1" 2>&1
cat /proc/self/attr/apparmor/current >>"$1"
HOOK
  chmod 755 "$BUNDLE/rootfs/bin/hook"
  edit_config --arg hook "$BUNDLE/rootfs/bin/hook" --arg rootfs "$BUNDLE/rootfs" '.hooks = {
    createContainer: [{path: $hook, args: ["hook", ($rootfs + "/runtime-saw"), ($rootfs + "/outer")]}],
    startContainer: [{path: "/bin/hook", args: ["hook", "/container-saw", "/inner"]}]}'
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  same "$output" "$by_outer"
  same "$(tail -n 2 "$BUNDLE/rootfs/runtime-saw")" $'outer\nunconfined'
  same "$(cat "$BUNDLE/rootfs/container-saw")" "$by_outer"
}

@test "exec: confined as the container's process is" {
  confined "$OUTER"
  script 'sleep 600'
  run_detached
  run runtime exec "$ID" sh -c "$look" </dev/null
  same "$output" "$by_outer"
}

@test "exec --apparmor: by another profile" {
  confined "$OUTER"
  script 'sleep 600'
  run_detached
  run runtime exec --apparmor "$INNER" "$ID" sh -c "$look" </dev/null
  same "$output" "$by_inner"
}

@test "a profile that the kernel does not know: create fails, and says how to load one" {
  confined railcar-test-absent
  run runtime create --bundle "$BUNDLE" "$ID" </dev/null
  fails 1
  railcar_only 'its words'
  matches "$output" 'config\.json:[0-9]+:[0-9]+: process\.apparmorProfile: .*"exec railcar-test-absent".* \(ENOENT\)'
  contains "$output" 'apparmor_parser'
}

@test "exec --apparmor of a profile that the kernel does not know fails, and the container goes on" {
  confined "$OUTER"
  script 'sleep 600'
  run_detached
  run runtime exec --apparmor railcar-test-absent "$ID" true </dev/null
  [ "$status" != 0 ] || fail "it succeeded: $output"
  contains "$output" 'ENOENT'
  has_status running
}

@test "profiles that are stacked deny what either denies" {
  confined "$OUTER//&$INNER"
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  contains "$output" "cat: can't open '/outer': Permission denied
cat: can't open '/inner': Permission denied"
  contains "$output" "$OUTER"
  contains "$output" "$INNER"
}

# by PROFILE ARGUMENTS...: the runtime as a caller who is confined himself.
# shellcheck disable=SC2016
by() { sh -c 'echo "exec $1" >/proc/self/attr/exec && shift && exec "$@"' sh "$1" "$RUNTIME" --root "$ROOT" "${@:2}" 3>&-; }

@test "nested: a caller who is confined gives the profile that his own lets him give, and no other" {
  confined "$INNER"
  run by "$CALLER" run --bundle "$BUNDLE" "$ID" </dev/null
  same "$output" "$by_inner"
  confined "$OUTER"
  run by "$CALLER" run --bundle "$BUNDLE" "$ID" </dev/null
  [ "$status" != 0 ] || fail "it ran: $output"
  railcar_only 'its words'
  matches "$output" 'config\.json:[0-9]+:[0-9]+: process\.apparmorProfile: .*\(EACCES\)'
  same "$(containers)" ''
}

@test "nested: without a profile of its own the container is confined as its caller is" {
  confined ''
  run by "$INNER" run --bundle "$BUNDLE" "$ID" </dev/null
  same "$output" "$by_inner"
}
