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
