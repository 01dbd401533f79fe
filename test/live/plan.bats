#!/usr/bin/env bats
# plan: prints what would be done to the host, and does none of it.

load helper

setup() {
  live_setup
  railcar_only 'no other runtime prints plans'
}

@test "plan changes nothing" {
  bundle '.linux.resources.memory.limit = 67108864 | .hooks = {prestart: [{path: "/bin/touch", args: ["touch", "'"$WORK"'/touched"]}]}'
  host_snapshot >"$WORK/before"
  find "$BUNDLE" -newermt now | wc -l >/dev/null
  find "$BUNDLE" -printf '%p %T@ %m\n' | sort >"$WORK/bundle-before"
  run runtime plan --bundle "$BUNDLE"
  succeeds
  host_snapshot >"$WORK/after"
  find "$BUNDLE" -printf '%p %T@ %m\n' | sort >"$WORK/bundle-after"
  same "$(diff "$WORK/before" "$WORK/after")" ''
  same "$(diff "$WORK/bundle-before" "$WORK/bundle-after")" ''
  [ ! -e "$WORK/touched" ]
  [ ! -e "$ROOT" ]
}

@test "each operation names its origin in config.json" {
  bundle '.linux.sysctl = {"kernel.msgmax": "1"} | .linux.maskedPaths = ["/proc/keys"]'
  run runtime plan --bundle "$BUNDLE"
  succeeds
  contains "$output" 'mounts[1]'
  contains "$output" 'hostname'
  contains "$output" 'linux.sysctl'
  contains "$output" 'linux.maskedPaths[0]'
  contains "$output" 'process.args'
}

@test "plan --json is JSON, with an origin for every operation" {
  bundle
  run --separate-stderr runtime plan --json --bundle "$BUNDLE"
  succeeds
  same "$(jq -c 'has("hands") and has("stubs")' <<<"$output")" true
  same "$(jq -c '[.hands[], .stubs[][] | has("op") and has("origin")] | all' <<<"$output")" true
}

@test "what the plan says is what run does: each mount of the plan is in the container" {
  bundle '.process.args = ["cat", "/proc/self/mountinfo"]'
  runtime run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/mountinfo"
  for dest in $(runtime plan --json --bundle "$BUNDLE" | jq -r '.stubs[0][] | select(.op == "mountFs") | .dest'); do
    grep -q " $dest " "$WORK/mountinfo"
  done
}

@test "plan of a wrong config.json fails as create does" {
  bundle '.process.cwd = "relative"'
  run runtime plan --bundle "$BUNDLE"
  fails 1
  planned=$output
  run runtime create --bundle "$BUNDLE" "$ID" </dev/null
  fails 1
  contains "$planned" 'process.cwd'
  contains "$output" 'process.cwd'
}
