#!/usr/bin/env bats
# A whole Debian as a bundle.

load helper

setup_file() {
  local archive
  archive=$("$REPO/test/debian-root" 3>&-)
  mkdir -p "$BATS_FILE_TMPDIR/debian"
  tar -C "$BATS_FILE_TMPDIR/debian" --exclude './dev/*' -xf "$archive"
}

teardown_file() { rm -rf "$BATS_FILE_TMPDIR/debian"; }

# A bundle on the shared Debian root with the configuration that `spec` writes.
debian() {
  BUNDLE=$WORK/bundle
  mkdir -p "$BUNDLE"
  runtime spec --bundle "$BUNDLE"
  edit_config --arg rootfs "$BATS_FILE_TMPDIR/debian" ".process.terminal = false | .root = {path: \$rootfs, readonly: false} | ${1:-.}"
}

@test "apt-get --version" {
  debian '.process.args = ["apt-get", "--version"]'
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  succeeds
  matches "${lines[0]}" '^apt [0-9.]+'
}

@test "the root file system may be read-only" {
  debian '.process.args = ["sh", "-c", "touch /file; apt-get --version | head -n 1"] | .root.readonly = true'
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  contains "$output" 'Read-only file system'
  contains "$output" 'apt '
}

@test "a shell on a terminal" {
  debian '.process.terminal = true | .process.args = ["bash", "--norc"]'
  run on_pty size=25x99 'expect=# ' 'type=stty size\r' 'expect=25 99' 'type=ls -d /usr/bin; exit 6\r' 'expect=/usr/bin' -- \
    "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
  same "$status" 6
}

@test "a process that is killed by a signal: 137" {
  debian '.process.args = ["sleep", "600"]'
  "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1 3>&- &
  monitor=$!
  eventually has_status running
  runtime kill "$ID" KILL
  code=0
  wait "$monitor" || code=$?
  same "$code" 137
}

@test "a dynamically linked program that is run by exec" {
  debian '.process.args = ["sleep", "600"]'
  run_detached
  run runtime exec "$ID" dpkg-query -W -f '${Package}\n' apt </dev/null
  same "$output" apt
}
