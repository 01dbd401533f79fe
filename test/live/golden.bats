#!/usr/bin/env bats
# The live twins of the golden plans: every test/golden/NAME/config.json is run, and what its process prints inside the
# container is compared with the file `expect` beside it.
#
#   expect        the exact lines; one that starts with "~ " is a regular expression for the whole line
#   live.sh       optional: setup() prepares the host, twin() replaces the plain `run`
#   options.json  options of the command line as the plan sees them (CreateOptions), which the twin gives as well
#   railcar-only  why runc 1.1 cannot pass this case
#
# In config.json and expect, /run/railcar-golden/ stands for a directory of the case, and railcar-golden in a cgroup path
# for a name that no other test uses.

load helper

golden_case() {
  local source=$REPO/test/golden/$1
  [ ! -f "$source/railcar-only" ] || railcar_only "$(cat "$source/railcar-only")"
  CASE=$WORK/case
  mkdir -p "$CASE"
  bundle
  sed "$(placeholders)" "$source/config.json" >"$BUNDLE/config.json"
  sed "$(placeholders)" "$source/expect" >"$CASE/expect"
  setup() { :; }
  twin() { runtime run --bundle "$BUNDLE" "$ID"; }
  # shellcheck disable=SC1091
  [ ! -f "$source/live.sh" ] || source "$source/live.sh"
  setup
  run twin </dev/null
  same_lines "$CASE/expect" "$output" || fail "exit status $status"
}

placeholders() { echo "s|/run/railcar-golden/|$CASE/|g; s|railcar-golden|$ID|g"; }

same_lines() {
  local line=0 wanted lines=()
  [ -z "$2" ] || mapfile -t lines <<<"$2"
  while IFS= read -r wanted; do
    same_line "$wanted" "${lines[line]-<nothing>}" || { echo "line $((line + 1)) of:"; echo "$2"; return 1; }
    line=$((line + 1))
  done <"$1"
  [ "${#lines[@]}" = "$line" ] || fail "lines beyond the expected $line:" "$2"
}

same_line() {
  case $1 in
    '~ '*) matches "$2" "^(${1#\~ })$" ;;
    *) same "$2" "$1" ;;
  esac
}

# Hooks append a line to $CASE/log/hooks: their argument and the status that they read on their standard input.
write_hooks() {
  mkdir -p "$CASE/log"
  hook_script "$CASE/log/hooks" >"$CASE/hook"
  hook_script /log/hooks >"$BUNDLE/rootfs/bin/hook"
  chmod 755 "$CASE/hook" "$BUNDLE/rootfs/bin/hook"
}

hook_script() {
  cat <<SCRIPT
#!/bin/sh
state=\$(cat)
echo "\$1 \$(echo "\$state" | sed -n 's/.*"status": *"\([a-z]*\)".*/\1/p')" >>$1
SCRIPT
}

for config in "$REPO"/test/golden/*/config.json; do
  name=$(basename "$(dirname "$config")")
  bats_test_function --description "golden: $name" --tags golden -- golden_case "$name"
done
