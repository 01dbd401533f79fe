# shellcheck shell=bash
# A machine whose only hierarchy is v2, which begins at a cgroup of this test.
twin() {
  local unified status
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
