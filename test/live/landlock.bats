#!/usr/bin/env bats
# Landlock through the annotation org.railcar.landlock (docs/landlock.md): files are in test/golden/landlock.

load helper

setup_file() {
  grep -qw landlock /sys/kernel/security/lsm 2>/dev/null || has_landlock || skip 'this kernel has no Landlock'
}
# securityfs may not be mounted; the system call tells as well. 444: landlock_create_ruleset
has_landlock() { python3 -c 'import ctypes, sys; sys.exit(ctypes.CDLL(None).syscall(444, None, 0, 1) < 1)'; }
version() { python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))'; }

# confined RULES [FILTER]: a bundle whose processes are confined by them.
confined() {
  bundle ".process.noNewPrivileges = true | ${2:-.}"
  edit_config --argjson rules "$1" '.annotations["org.railcar.landlock"] = ($rules | tojson)'
}

@test "each exec is confined as well" {
  confined '{"execute": ["/bin"], "write": ["/dev"]}' '.process.args = ["sleep", "60"]'
  echo secret >"$BUNDLE/rootfs/secret"
  run_detached
  run ! runtime exec "$ID" cat /secret </dev/null
  contains "$output" 'Permission denied'
  runtime exec "$ID" true </dev/null
}

@test "a program outside of the lists cannot be executed, and the error names it" {
  confined '{"read": ["/bin"]}' '.process.args = ["true"]'
  run ! runtime run --bundle "$BUNDLE" "$ID" </dev/null
  contains "$output" '/bin/true'
  contains "$output" 'permission denied'
}

@test "hooks and HOME are not confined: only what comes of execve is" {
  confined '{"execute": ["/bin"]}' '.process.args = ["sh", "-c", "echo $HOME"]
    | .hooks.startContainer = [{ path: "/bin/sh", args: ["sh", "-c", "cat /etc/passwd >/hooked"] }]'
  mkdir -p "$BUNDLE/rootfs/etc"
  echo 'root:x:0:0::/home/of/root:/bin/sh' >"$BUNDLE/rootfs/etc/passwd"
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  same "$output" /home/of/root
  same "$(cat "$BUNDLE/rootfs/hooked")" 'root:x:0:0::/home/of/root:/bin/sh'
}

@test "ports of TCP: those that are not listed are denied" {
  [ "$(version)" -ge 4 ] || skip 'Landlock of this kernel knows no ports'
  confined '{"bindTcp": [7001]}' '.process.args = ["sh", "-c",
    "for port in 7001 7002; do timeout 1 nc -l -p $port 2>&1 </dev/null; echo $port $?; done"]'
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  matches "$output" '7001 (143|124)'
  contains "$output" 'Permission denied'
  matches "$output" '7002 1$'
}

@test "signals to processes outside of it are denied" {
  [ "$(version)" -ge 6 ] || skip 'Landlock of this kernel knows no scopes'
  confined '{"scope": ["signal"]}' '.process.args = ["sleep", "60"]'
  run_detached
  # Two processes of exec are two domains: neither is below the other.
  run ! runtime exec "$ID" kill -0 1 </dev/null
  contains "$output" 'not permitted'
}

@test "what is wrong is told with its place, before anything is made" {
  local rules
  for rules in '{"reed": ["/"]}' '{"read": ["bin"]}' '{"bindTcp": [70000]}' '{"abi": 99}' '{"read": ["/no/such"]}'; do
    confined "$rules" '.process.args = ["true"]'
    run ! runtime create --bundle "$BUNDLE" "$ID" </dev/null
    matches "$output" 'config.json:[0-9]+:[0-9]+: annotations\["org.railcar.landlock"\]'
  done
  confined '{"read": ["/"]}' '.process.noNewPrivileges = false'
  run ! runtime create --bundle "$BUNDLE" "$ID" </dev/null
  contains "$output" 'needs process.noNewPrivileges'
}

@test "an init that stays is confined with its process, and passes signals on to it" {
  [ "$(version)" -ge 6 ] || skip 'Landlock of this kernel knows no scopes'
  confined '{"execute": ["/bin"], "write": ["/dev"], "scope": ["signal"]}' '.process.args = ["sh", "-c", "trap \"exit 7\" TERM; cat /secret; while :; do sleep 0.1; done"]'
  echo secret >"$BUNDLE/rootfs/secret"
  runtime run --init --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/out" 2>&1 3>&- &
  local runner=$!
  eventually 'grep -q "Permission denied" "$WORK/out"'
  runtime kill "$ID" TERM
  wait "$runner" && fail 'it ended with 0' || same $? 7
}
