#!/usr/bin/env bats
# The ordinary programs that the launcher becomes.

load helper

setup() {
  live_setup
  railcar_only "its companions"
}

@test "smith is a first word and a name to be called by" {
  run runtime_itself smith --version
  matches "$output" '^smith version [0-9.]+ \(built from sha [0-9a-f]+(-dirty)?\)$'
  local version=$output
  ln -s "$RUNTIME" "$WORK/smith"
  run "$WORK/smith" --version
  same "$output" "$version"
}

@test "no variable of the caller's steers the engine" {
  echo 'throw new Error("steered")' >"$WORK/steer.cjs"
  NODE_OPTIONS="--require=$WORK/steer.cjs" NODE_PATH=$WORK run runtime_itself smith --version
  succeeds
}

@test "a wrong command line is one line and exit status 1" {
  run runtime_itself smith --no-such-option
  fails
  contains "$output" 'smith: Unknown argument'
  contains "$output" 'Try: smith --help'
}

runtime_itself() { "$RUNTIME" "$@" 3>&-; }
