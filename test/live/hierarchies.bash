# shellcheck shell=bash
# Hierarchies of version 1 that machines seldom mount: `load helper` first. Every runtime command runs in one mount
# namespace, whose /sys/fs/cgroup is a copy of the host's with hugetlb, net_cls and net_prio beside the others.

SELDOM=(hugetlb net_cls net_prio)

setup_file() {
  local controller
  [ "$(id -u)" = 0 ] || skip 'needs root'
  [ "$(stat -f -c %T /sys/fs/cgroup)" != cgroup2fs ] || skip 'this host has cgroup v2 alone'
  for controller in "${SELDOM[@]}"; do
    unused "$controller" || skip "this kernel has no controller $controller, or somebody uses it"
  done
  # shellcheck disable=SC2016
  unshare --mount --propagation private bash -c '
    set -e
    prepared=$1/cgroup; ready=$1/ready; shift
    mkdir "$prepared"
    mount -t tmpfs -o mode=755 tmpfs "$prepared"
    for place in /sys/fs/cgroup/*; do
      if [ -L "$place" ]; then cp -P "$place" "$prepared/"; continue; fi
      mkdir "$prepared/${place##*/}"
      mount --bind "$place" "$prepared/${place##*/}"
    done
    for controller; do
      mkdir "$prepared/$controller"
      mount -t cgroup -o "$controller" "$controller" "$prepared/$controller"
    done
    mount --move "$prepared" /sys/fs/cgroup
    touch "$ready"
    exec sleep 600' - "$BATS_FILE_TMPDIR" "${SELDOM[@]}" </dev/null >"$BATS_FILE_TMPDIR/log" 2>&1 3>&- &
  export COPY=$!
  eventually '[ -e "$BATS_FILE_TMPDIR/ready" ]' || { cat "$BATS_FILE_TMPDIR/log" >&2; return 1; }
}

# A hierarchy that is mounted nowhere any more stays as long as the kernel buries cgroups in it, and would hide the
# statistics of containers from those who look for its mount: it is let go only when it will go.
teardown_file() {
  [ -n "${COPY:-}" ] || return 0
  local controller
  for controller in "${SELDOM[@]}"; do
    eventually "[ \"\$(line_of $controller | cut -d ' ' -f 2)\" -le 1 ]"
    inside umount "/sys/fs/cgroup/$controller"
  done
  kill "$COPY"
  for controller in "${SELDOM[@]}"; do eventually "unused $controller"; done
}

# Outside of the copy nobody finds the containers' cgroups.
teardown() {
  local id failed=0
  for id in $(containers); do runtime delete --force "$id"; done
  live_teardown || failed=1
  same "$(inside find /sys/fs/cgroup -maxdepth 4 -name "*$ID*")" '' || failed=1
  return $failed
}

# line_of CONTROLLER: its hierarchy, how many cgroups there are, and whether it is enabled.
line_of() { awk -v name="$1" '$1 == name { print $2, $3, $4 }' /proc/cgroups; }
unused() { [[ $(line_of "$1") =~ ^0\ [0-9]+\ 1$ ]]; }

inside() { nsenter --mount="/proc/$COPY/ns/mnt" -- "$@"; }
runtime() { inside "$RUNTIME" --root "$ROOT" "$@" 3>&-; }
# setting CONTROLLER FILE: of the container's cgroup.
setting() { inside cat "/sys/fs/cgroup/$1$(awk -F : -v h="$1" '$2 == h { print $3 }' "/proc/$(pid_of)/cgroup")/$2"; }
