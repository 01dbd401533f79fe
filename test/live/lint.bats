#!/usr/bin/env bats
# `railcar lint`: the file it reads, where it writes and how it exits. What it knows is tested in test/config.

load helper

@test "lint: every fault of a file is a line with its place, and the exit status is 1" {
  railcar_only "runc has no lint"
  run -1 --separate-stderr runtime lint "$REPO/test/config/data/mistakes.json"
  same "${#lines[@]}" 16
  same "$stderr" ""
  matches "$output" ':19:58: linux.namespaces\[2\]: names the pid namespace a second time'
}

@test "lint: reads a bundle, the current directory and standard input" {
  railcar_only "runc has no lint"
  bundle
  run -0 runtime lint --bundle "$BUNDLE"
  same "$output" ""
  sed -i 's/"root"/"rot"/' "$BUNDLE/config.json"
  run -1 runtime lint --bundle "$BUNDLE"
  matches "$output" "^$BUNDLE/config.json:1:1: root: is missing"
  cd "$BUNDLE"
  run -1 runtime lint
  matches "$output" '^config.json:1:1: root: is missing'
  run -1 runtime lint - <config.json
  matches "$output" '^standard input:1:1: root: is missing'
  matches "$output" 'warning: rot: unknown key is ignored; did you mean "root"\?'
}

@test "lint: warnings alone are no failure" {
  railcar_only "runc has no lint"
  bundle
  sed -i 's/{/{"extra": 1,/' "$BUNDLE/config.json"
  run -0 runtime lint --format json --bundle "$BUNDLE"
  same "$(jq -r '.[0].path' <<<"$output")" extra
}

@test "lint: a file that is not there is told, with status 1" {
  railcar_only "runc has no lint"
  run -1 runtime lint /does/not/exist
  matches "$output" 'cannot read "/does/not/exist": no such file or directory'
}

@test "create: an unknown key is a warning in the log" {
  railcar_only "runc says nothing"
  bundle
  script true
  sed -i '0,/{/s//{"extra": 1,/' "$BUNDLE/config.json"
  run -0 runtime --log "$WORK/log" run --bundle "$BUNDLE" "$ID"
  matches "$(cat "$WORK/log")" 'config.json:1:11: extra: unknown key is ignored'
}

@test "lint: what a run does nothing about is told" {
  railcar_only "runc has no lint"
  bundle '.process.commandLine = "cmd" | .process.user.username = "someone" |
    .linux.resources.memory = {kernel: 1000000, useHierarchy: true}'
  script 'echo ran'
  run -0 runtime lint --bundle "$BUNDLE"
  for path in process.commandLine process.user.username linux.resources.memory.{kernel,useHierarchy}; do
    contains "$output" ": warning: $path: is "
  done
  run -0 --separate-stderr runtime run --bundle "$BUNDLE" "$ID" </dev/null
  same "$output$stderr" ran
}

@test "create: what is for other platforms is a warning in the log" {
  railcar_only "runc says nothing"
  bundle '.solaris = {} | .windows = {layerFolders: ["x"]} | .zos = {} | .freebsd = {}'
  script 'echo ran'
  run -0 runtime --log "$WORK/log" run --bundle "$BUNDLE" "$ID" </dev/null
  same "$output" ran
  for section in solaris windows zos freebsd; do contains "$(cat "$WORK/log")" ": $section: "; done
}

@test "create: what no container of Linux can have is refused" {
  railcar_only "runc ignores it"
  for change in '.vm = {kernel: {path: "/kernel"}}' '.linux.personality = {domain: "LINUX32", flags: ["X"]}'; do
    bundle "$change"
    run -1 runtime run --bundle "$BUNDLE" "$ID" </dev/null
    matches "$output" 'config\.json:[0-9]+:[0-9]+: (vm|linux\.personality\.flags)'
  done
}
