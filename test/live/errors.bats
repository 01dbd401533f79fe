#!/usr/bin/env bats
# What bad input gets: a message that says where and what, exit status 1, and nothing made.

load helper

refused() {
  host_snapshot >"$WORK/before"
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  fails 1
  host_snapshot >"$WORK/after"
  same "$(diff "$WORK/before" "$WORK/after")" ''
  same "$(containers)" ''
}

# The line on which the first match of a pattern is, for the position in a message.
line_of() { grep -n -m 1 -- "$1" "$BUNDLE/config.json" | cut -d : -f 1; }

@test "no config.json" {
  bundle
  rm "$BUNDLE/config.json"
  refused
  contains "$output" config.json
  ! is_railcar || contains "$output" 'no such file or directory'
}

@test "no bundle" {
  BUNDLE=$WORK/nowhere
  refused
  contains "$output" nowhere
}

@test "config.json that is no JSON: the position" {
  railcar_only positions
  bundle
  printf '{\n  "ociVersion": "1.2.0",\n  "process": }\n' >"$BUNDLE/config.json"
  refused
  matches "$output" 'config\.json:3:14: '
}

@test "config.json that is empty, a list, a number" {
  railcar_only 'runc 1.1 panics at null'
  bundle
  for text in '' '[]' '7' 'null'; do
    echo "$text" >"$BUNDLE/config.json"
    refused
  done
}

@test "a wrong type: line, column, path" {
  railcar_only positions
  bundle '.process.cwd = 7'
  refused
  matches "$output" "config\.json:$(line_of '"cwd"'):[0-9]+: process\.cwd: "
  bundle '.process.args = ["true", 7]'
  refused
  matches "$output" 'config\.json:[0-9]+:[0-9]+: process\.args\[1\]: '
  bundle '.mounts[1].destination = null'
  refused
  matches "$output" 'config\.json:[0-9]+:[0-9]+: mounts\[1\]\.destination: '
}

@test "values that cannot be: each is named" {
  railcar_only 'messages with paths'
  wrong=()
  while read -r path filter; do
    bundle ".process.args = [\"true\"] | $filter"
    run refused
    [ "$status" = 0 ] || wrong+=("$filter: accepted, or something is left: $output")
    run runtime run --bundle "$BUNDLE" "$ID" </dev/null
    [[ $output == *"$path"* ]] || wrong+=("$filter: not named $path: $output")
  done <<'VALUES'
process.args .process.args = []
process.cwd .process.cwd = "relative"
process.env[1] .process.env += ["no equals sign"]
process.user.uid .process.user.uid = -1
process.user.uid .process.user.uid = 4294967296
process.rlimits[0].type .process.rlimits = [{type: "RLIMIT_NONSENSE", soft: 1, hard: 1}]
process.rlimits[1] .process.rlimits = [{type: "RLIMIT_CORE", soft: 1, hard: 1}, {type: "RLIMIT_CORE", soft: 1, hard: 1}]
process.oomScoreAdj .process.oomScoreAdj = 1001
root.path .root.path = "nowhere"
hostname .linux.namespaces |= map(select(.type != "uts"))
linux.namespaces[5].type .linux.namespaces += [{type: "nonsense"}]
linux.namespaces[5] .linux.namespaces += [{type: "pid"}]
mounts[0] .mounts[0].destination = "relative" | .mounts[0].type = "nonsense-fs"
linux.sysctl .linux.sysctl = {"kernel.panic": "1"}
linux.seccomp.defaultAction .linux.seccomp = {defaultAction: "SCMP_ACT_NONSENSE"}
linux.rootfsPropagation .linux.rootfsPropagation = "nonsense"
linux.devices[0] .linux.devices = [{path: "/dev/x", type: "z", major: 1, minor: 1}]
hooks.prestart[0].path .hooks = {prestart: [{path: "relative"}]}
ociVersion .ociVersion = "nonsense"
VALUES
  [ ${#wrong[@]} = 0 ] || fail "${wrong[@]}"
}

@test "a missing executable: its name" {
  bundle '.process.args = ["/no/such/program"]'
  refused
  contains "$output" '/no/such/program'
  contains "$output" 'no such file or directory'
}

@test "a missing executable: the component that is missing" {
  railcar_only 'names the component'
  bundle '.process.args = ["/bin/no/such/program"]'
  refused
  contains "$output" '/bin/no'
  bundle '.process.args = ["/etc/passwd/program"]'
  refused
  contains "$output" '/etc/passwd'
  contains "$output" 'not a directory'
}

@test "an executable that is not in PATH: the words that callers match on" {
  bundle '.process.args = ["no-such-program"]'
  refused
  contains "$output" 'no-such-program'
  contains "$output" 'executable file not found in $PATH'
}

@test "an executable without permission: the words that callers match on" {
  bundle '.process.args = ["/etc/passwd"]'
  refused
  contains "$output" 'permission denied'
  bundle '.process.args = ["/etc"]'
  refused
}

@test "a missing loader is named" {
  railcar_only 'runc says only: no such file or directory'
  bundle '.process.args = ["/bin/dynamic"]'
  cp /bin/true "$BUNDLE/rootfs/bin/dynamic"
  refused
  contains "$output" '/bin/dynamic'
  contains "$output" "$(readlink -f /bin/true >/dev/null; head -c 4096 /bin/true | grep -aoE '/lib[0-9a-z_/.-]*ld-linux[0-9a-z_.-]*' | head -n 1)"
  contains "$output" 'no such file or directory'
}

@test "a missing interpreter of a script is named" {
  railcar_only 'runc says only: no such file or directory'
  bundle '.process.args = ["/bin/script"]'
  printf '#!/usr/bin/no-such-interpreter\n' >"$BUNDLE/rootfs/bin/script"
  chmod 755 "$BUNDLE/rootfs/bin/script"
  refused
  contains "$output" '/usr/bin/no-such-interpreter'
}

@test "a program of the wrong kind" {
  bundle '.process.args = ["/bin/garbage"]'
  printf 'garbage' >"$BUNDLE/rootfs/bin/garbage"
  chmod 755 "$BUNDLE/rootfs/bin/garbage"
  refused
  contains "$output" 'exec format error'
}

@test "a mount that fails names source, destination, reason and position" {
  railcar_only positions
  bundle '.mounts += [{destination: "/data", type: "bind", source: "/no/such/source", options: ["bind"]}]'
  refused
  matches "$output" 'config\.json:[0-9]+:[0-9]+: mounts\[3\]'
  contains "$output" '/no/such/source'
  contains "$output" 'no such file or directory'
  bundle '.mounts += [{destination: "/data", type: "tmpfs", source: "tmpfs", options: ["size=nonsense"]}]'
  refused
  matches "$output" 'config\.json:[0-9]+:[0-9]+: mounts\[3\]'
}

@test "a limit that the kernel refuses names itself" {
  bundle '.linux.resources.cpu.cpus = "4000"'
  refused
  contains "$output" 'cpuset.cpus'
}

@test "an unknown property is not an error" {
  bundle '.process.args = ["true"] | .futureProperty = {a: 1} | .process.futureProperty = 1'
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  succeeds
}

@test "config.json in an odd shape of text: one line, CRLF, byte order mark refused or read, deep nesting" {
  bundle '.process.args = ["true"]'
  jq -c . "$BUNDLE/config.json" >"$WORK/new" && cp "$WORK/new" "$BUNDLE/config.json"
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  succeeds
  jq . "$BUNDLE/config.json" | sed 's/$/\r/' >"$WORK/new" && cp "$WORK/new" "$BUNDLE/config.json"
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  succeeds
  { head -c 200000 /dev/zero | tr '\0' '['; } >"$BUNDLE/config.json"
  refused
}

@test "a config.json that is a directory, a fifo, a device" {
  railcar_only 'runc waits for a fifo for ever'
  bundle
  rm "$BUNDLE/config.json" && mkdir "$BUNDLE/config.json"
  refused
  rmdir "$BUNDLE/config.json" && mkfifo "$BUNDLE/config.json"
  refused
  rm "$BUNDLE/config.json" && ln -s /dev/zero "$BUNDLE/config.json"
  refused
}

@test "errors: start tells the line of what has failed in a container that create has made" {
  railcar_only "runc knows no lines"
  bundle
  edit_config '.hooks.startContainer = [{path: "/bin/false", args: ["false"]}]'
  create
  run runtime start "$ID"
  fails
  matches "$output" '^config.json:[0-9]+:[0-9]+: hooks.startContainer\[0\]: cannot run the hook "/bin/false": exit status 1'
}
