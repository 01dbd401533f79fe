#!/usr/bin/env bats
# The live twins of the golden plans: every test/golden/NAME/config.json is run, and what its process prints inside the
# container is compared with the file `expect` beside it.
#
#   expect        the exact lines; one that starts with "~ " is a regular expression for the whole line
#   live.sh       optional: setup() prepares the host, twin() replaces the plain `run`
#   options.json  options of the command line as the plan sees them (CreateOptions), which the twin gives as well
#   kernel        versions that the case needs, oldest first, each with what the refusal of an older kernel says, or the
#                 file that is the expectation there
#   host          the plan is for a host of this kind (facts.ts)
#   v2/           where cgroup v2 is alone: `script` is what the shell runs there, in whose words $own is the directory of
#                 the container's cgroup, and `expect` what that prints
#   v1-only       why there is nothing to see where cgroup v2 is alone
#   railcar-only  why runc 1.1 cannot pass this case
#   missing       what the case would need that few machines have: expect is the refusal, and there() of live.sh says
#                 whether this machine has it
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
  ! is_unified || unified_case "$source"
  setup() { :; }
  twin() { plain_twin; }
  # shellcheck disable=SC1091
  [ ! -f "$source/live.sh" ] || source "$source/live.sh"
  [ ! -f "$source/missing" ] || refused_case "$source/missing"
  setup
  run twin </dev/null
  local older
  older=$(older_kernel "$source/kernel")
  if [ -n "$older" ] && [ ! -f "$source/$older" ]; then
    [ "$status" != 0 ]
    contains "$output" "$older"
    return
  fi
  [ -z "$older" ] || sed "$(placeholders)" "$source/$older" >"$CASE/expect"
  same_lines "$CASE/expect" "$output" || fail "exit status $status"
}

plain_twin() { runtime run --bundle "$BUNDLE" "$ID"; }

# Builtins only: a container may have no more than one process. Without a namespace of its own for cgroups the mount shows all.
unified_case() {
  [ ! -f "$1/v1-only" ] || skip "cgroup $(cat "$1/v1-only")"
  [ -d "$1/v2" ] || return 0
  sed "$(placeholders)" "$1/v2/expect" >"$CASE/expect"
  # shellcheck disable=SC2016
  script 'IFS=: read -r _ _ own </proc/self/cgroup; own=/sys/fs/cgroup${own%/}
'"$(cat "$1/v2/script")"
}

# What docs/spec.md calls missing is missing, and the case shows how it is refused.
refused_case() {
  ! there || skip "this machine has $(cat "$1"), and the case shows one that has not"
  twin() { ! runtime run --bundle "$BUNDLE" "$ID" 2>&1 || echo 'it has not been refused'; }
}

# What is expected of this kernel if it is too old for the case.
older_kernel() {
  local version text
  [ -f "$1" ] || return 0
  while read -r version text; do
    if ! kernel_since "$version"; then echo "$text"; return; fi
  done <"$1"
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

# own_cgroups CONTROLLERS: a mount namespace, that of $HOLDER, with the hierarchies of the host and one of these v1
# controllers, which the host does not use.
own_cgroups() {
  # shellcheck disable=SC2016
  hold_namespaces --mount -- sh -ec '
    mkdir "$0" && mount -t tmpfs cgroup "$0"
    for old in /sys/fs/cgroup/*; do
      new=$0/${old##*/}
      if [ -L "$old" ]; then cp -P "$old" "$new"; else mkdir "$new" && mount --bind "$old" "$new"; fi
    done
    mkdir "$0/$1" && mount -t cgroup -o "$1" cgroup "$0/$1"
    case $1 in *,*) for name in $(echo "$1" | tr , " "); do ln -s "$1" "$0/$name"; done ;; esac
    mount --move "$0" /sys/fs/cgroup' "$CASE/cgroup" "$1"
}

# The plain twin, in the mount namespace of $HOLDER.
in_own_mounts() { nsenter --mount="/proc/$HOLDER/ns/mnt" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3>&-; }

# The same with own_cgroups. A hierarchy goes with its last mount only if the kernel has buried all its cgroups by then.
in_own_cgroups() {
  in_own_mounts
  eventually "! grep -qE '^(${1//,/|})[[:space:]]+[0-9]+[[:space:]]+([2-9]|1[0-9])' /proc/cgroups"
}

# The plain twin, on a machine whose only hierarchy is v2: of a hybrid one a part is shown that begins at a cgroup of this test.
in_own_unified() {
  local unified status
  if is_unified; then
    plain_twin
    return
  fi
  unified=$(awk '$(NF - 2) == "cgroup2" { print $5; exit }' /proc/self/mountinfo)/$ID
  mkdir "$unified"
  # shellcheck disable=SC2016
  unshare --mount sh -ec '
    echo 0 >"$0/cgroup.procs"
    exec unshare --cgroup sh -ec "mount -t cgroup2 cgroup2 /sys/fs/cgroup; exec \"\$@\"" - "$@"' \
    "$unified" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3>&-
  status=$?
  eventually rmdir "$unified" 2>/dev/null
  return $status
}

# own_mount: a mount of the case's own holds the bundle, as on most hosts relatime, and private as it is without systemd.
own_mount() {
  scratch_mount --bind "$WORK" "$WORK"
  mount --options-mode ignore -o remount,bind,relatime "$WORK"
  mount --make-private "$WORK"
}

# unified_with CONTROLLER...: the case shows a host on which cgroup v2 has them.
unified_with() {
  is_unified || skip 'this host has controllers of cgroup v1'
  local name
  for name; do
    grep -qw "$name" /sys/fs/cgroup/cgroup.controllers || skip "this kernel has no controller $name"
  done
}

# Builtins only: bats reads this file anew for each of its tests, whose name it says then.
# With SAMPLE=N, every Nth case; with CASES=REGEX, those with such a name.
count=0
only=
[[ ${BATS_TEST_NAME:-} != 'golden_case '* ]] || only=${BATS_TEST_NAME#golden_case }
for config in "$REPO"/test/golden/${only:-*}/config.json; do
  count=$((count + 1))
  [ -n "$only" ] || [ $((count % ${SAMPLE:-1})) = 0 ] || continue
  name=${config%/*}
  name=${name##*/}
  [[ $name =~ ${CASES:-} ]] || continue
  bats_test_function --description "golden: $name" --tags golden -- golden_case "$name"
done
