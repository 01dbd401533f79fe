#!/usr/bin/env bats
# What the specification wants refused, and what it wants taken though a runtime may not know it.
load runtime

# refused: create is an error, and nothing is left of it.
refused() {
  run ! create
  does_not_exist
  [ -z "$(ls "$DIR/root")" ] || [ "$(ls "$DIR/root")" = .cache ]
}

@test "an ociVersion that is no version is an error" {
  config '.ociVersion = "invalid"'
  refused
}

@test "an unknown property and an unknown annotation are no error" {
  config '.unknown = {"a": [1]} | .process.unknown = true | .linux.unknown = "x" | .annotations = {"org.example.unknown": ""}'
  script 'echo ran'
  run -0 printed
  [ "$output" = ran ]
}

@test "an unknown capability is no error" {
  config '.process.capabilities.bounding += ["CAP_OF_THE_FUTURE"]'
  script 'echo ran'
  run -0 printed
  [ "$output" = ran ]
}

@test "an unknown rlimit is an error" {
  config '.process.rlimits = [{ type: "RLIMIT_OF_THE_FUTURE", soft: 1, hard: 1 }]'
  refused
}

@test "the same rlimit twice is an error" {
  config '.process.rlimits = [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }, { type: "RLIMIT_CORE", soft: 1, hard: 1 }]'
  refused
}

@test "a relative working directory is an error" {
  config '.process.cwd = "tmp"'
  refused
}

@test "a relative path of a hook is an error" {
  config '.hooks.prestart = [{ path: "bin/true" }]'
  refused
}

@test "the same kind of namespace twice is an error" {
  config '.linux.namespaces += [{ type: "uts" }]'
  refused
}

@test "an unknown kind of namespace is an error" {
  config '.linux.namespaces += [{ type: "future" }]'
  refused
}

@test "a namespace of another kind at the path is an error" {
  config '.linux.namespaces |= map(if .type == "network" then .path = "/proc/self/ns/uts" else . end)'
  refused
}

@test "a path of a namespace where there is none is an error" {
  config '.linux.namespaces |= map(if .type == "network" then .path = "/no/such/namespace" else . end)'
  refused
}

@test "a device where something else is already is an error" {
  cp -r "$ROOTFS" "$BUNDLE/rootfs"
  echo content >"$BUNDLE/rootfs/tmp/file"
  config '.root = { path: "rootfs" } | .mounts |= map(select(.destination != "/tmp"))
    | .linux.devices = [{ path: "/tmp/file", type: "c", major: 1, minor: 3 }]'
  run ! create_and_start
  [ "$(cat "$BUNDLE/rootfs/tmp/file")" = content ]
}

@test "a sysctl that is not of the container's namespaces is an error" {
  config '.linux.sysctl = { "vm.swappiness": "10" }'
  before=$(cat /proc/sys/vm/swappiness)
  refused
  [ "$(cat /proc/sys/vm/swappiness)" = "$before" ]
}

@test "a file system that the kernel does not know is an error" {
  config '.mounts += [{ destination: "/tmp/x", type: "futurefs", source: "none" }]'
  refused
}

@test "a filter with an action that does not exist is an error" {
  config '.linux.seccomp = { defaultAction: "SCMP_ACT_FUTURE" }'
  refused
}

@test "a system call that the kernel does not have is no error in a filter" {
  config '.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{ names: ["call_of_the_future"], action: "SCMP_ACT_ERRNO" }] }'
  script 'echo ran'
  run -0 printed
  [ "$output" = ran ]
}

@test "a mapping of ids without a user namespace, or the other way round, is an error" {
  config '.linux.namespaces += [{ type: "user" }] | .linux.uidMappings = [] | .linux.gidMappings = []'
  refused
}
