# shellcheck shell=bash
# cgroup v2 alone, on a host that may have it so or as a hybrid: `load helper` first. There every runtime command runs in
# a mount namespace and a cgroup namespace of its own, whose /sys/fs/cgroup shows only a cgroup of the test's.

setup() {
  live_setup
  unified_setup
}

teardown() {
  local failed=0
  [ -z "${SLICE:-}" ] || unified_teardown || failed=1
  live_teardown || failed=1
  return $failed
}

unified_setup() {
  SLICE=
  ! is_unified || return 0
  local hierarchy
  hierarchy=$(awk '{ for (i = 7; $i != "-"; i++); if ($(i + 1) == "cgroup2") print $5 }' /proc/self/mountinfo | head -n 1)
  [ -n "$hierarchy" ] || skip 'this kernel shows no cgroup v2'
  SLICE=$hierarchy/$ID-host
  mkdir "$SLICE"
}

# Ends what the test has left: outside of the namespaces nobody finds the containers' cgroups.
unified_teardown() {
  local id
  for id in $(containers); do unified "$RUNTIME" --root "$ROOT" delete --force "$id" 3>&-; done
  eventually '! grep -q . "$SLICE/cgroup.procs"'
  find "$SLICE" -depth -type d -exec rmdir {} +
}

# unified COMMAND...: with nothing but v2 on /sys/fs/cgroup.
unified() {
  if [ -z "$SLICE" ]; then "$@"; return; fi
  # shellcheck disable=SC2016
  sh -c 'echo $$ >"$0/cgroup.procs" && exec unshare --mount --cgroup --propagation private sh -c "
      mount -t tmpfs none /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec \"\$@\"" - "$@"' "$SLICE" "$@"
}

runtime() { unified "$RUNTIME" --root "$ROOT" "$@" 3>&-; }
