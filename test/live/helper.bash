# shellcheck shell=bash
# What every live test shares: a root file system, bundles, the runtime under test, and a teardown that looks for
# anything left behind.
#
#   RAILCAR   the binary under test (default: build/railcar)
#   RUNTIME   another runtime with the same command line, for example RUNTIME=runc: shows that a test asks for
#             nothing that only railcar's authors believe in. Cases marked `railcar_only` are skipped then.

bats_require_minimum_version 1.5.0

# Seconds after which a test's processes are killed, so that one which waits for ever fails and the run goes on.
DEADLINE=${DEADLINE:-60}

LIVE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPO=$(cd "$LIVE/../.." && pwd)
RAILCAR=${RAILCAR:-$REPO/build/railcar}
RUNTIME=$(command -v "${RUNTIME:-$RAILCAR}" || echo "${RUNTIME:-$RAILCAR}")
# The Node layer of this very railcar: others may be at work on the machine.
LAYER=$(dirname "$(realpath "$RUNTIME")")/lib/railcar.cjs
[ -e "$LAYER" ] || LAYER=$(realpath -m "${LAYER%/*/*}/../lib/railcar/railcar.cjs")
export LIVE REPO RAILCAR RUNTIME LAYER

# --- before and after each test

setup() { live_setup; }
teardown() { live_teardown; }

live_setup() {
  [ "$(id -u)" = 0 ] || skip 'needs root'
  [ -x "$RUNTIME" ] || { echo "no runtime at $RUNTIME" >&2; return 1; }
  # Containers with a user namespace must be able to reach their root file system.
  chmod 711 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}"
  WORK=$BATS_TEST_TMPDIR
  ROOT=$WORK/root
  ID=rct-$$-$BATS_TEST_NUMBER
  HOLDERS=()
  BACKGROUND=()
  SCRATCH_MOUNTS=()
  remember_hash
  watchdog >/dev/null 2>&1 3>&- &
  WATCHDOG=$!
}

# Waits with a builtin: an external sleep would outlive the test.
watchdog() {
  local never
  exec {never}<> <(:)
  read -r -t "$DEADLINE" _ <&"$never" || true
  find /sys/fs/cgroup -maxdepth 6 -path "*$ID*" -name cgroup.procs -exec cat {} + | sort -u | xargs -r kill -KILL
  grep -lF -- "$ROOT" /proc/[0-9]*/cmdline | grep -oE '[0-9]+' | xargs -r kill -KILL
}

live_teardown() {
  [ -n "${WORK:-}" ] || return 0
  kill "$WATCHDOG" 2>/dev/null
  local pid failed=0 i
  for pid in $(containers); do
    "$RUNTIME" --root "$ROOT" delete --force "$pid" >"$WORK/teardown.log" 2>&1 3>&- ||
      { echo "cannot delete $pid: $(cat "$WORK/teardown.log")"; failed=1; }
  done
  for pid in "${HOLDERS[@]}"; do kill -KILL "$pid" 2>/dev/null; done
  for pid in "${BACKGROUND[@]}"; do kill_family "$pid"; done
  for ((i = ${#SCRATCH_MOUNTS[@]} - 1; i >= 0; i--)); do umount -R "${SCRATCH_MOUNTS[i]}"; done
  nothing_left || failed=1
  rm -rf "$WORK"/bundle* "$WORK"/case
  return $failed
}

# The process and what it has started: what runs beside a test may be a shell that waits for a command that waits for a hook.
kill_family() {
  local child
  for child in $(pgrep -P "$1"); do kill_family "$child"; done
  kill -KILL "$1" 2>/dev/null || true
}

containers() { [ ! -d "$ROOT" ] || find "$ROOT" -mindepth 1 -maxdepth 1 -type d -printf '%f\n'; }

# Fails, naming it, if the host still holds anything of this test.
nothing_left() {
  local left=0
  eventually no_process_left || { echo "processes left: $(leftover_processes)"; left=1; }
  if [ -d "$ROOT" ] && [ -n "$(ls -A "$ROOT")" ]; then echo "state left: $(find "$ROOT" -mindepth 1)"; left=1; fi
  if leftover=$(find /sys/fs/cgroup -maxdepth 8 -type d -name "*$ID*" 2>/dev/null) && [ -n "$leftover" ]; then
    echo "cgroups left: $leftover"
    # Later tests and other suites shall not stumble over what this one left.
    find /sys/fs/cgroup -depth -type d -name "*$ID*" -exec rmdir {} + 2>/dev/null
    left=1
  fi
  if leftover=$(grep -F "$WORK" /proc/self/mountinfo); then echo "mounts left: $leftover"; left=1; fi
  same_hash || { echo "the binary has changed: $RUNTIME"; left=1; }
  return $left
}

no_node() { ! cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | sed 's/railcar\.cjs --standby//g' | grep -qF "$LAYER"; }

no_process_left() { [ -z "$(leftover_processes)" ]; }

# A process of the runtime, or its Node layer, that still names this test's state directory or bundle; a Node layer
# has no arguments of its own to tell, so one that outlives the deadline counts whosever it is.
leftover_processes() {
  local command_line command words
  # One look at all, since this is asked after every test; grep finds itself too, and is gone by the second look.
  for command_line in $(grep -lsF -e "$ROOT" -e railcar.cjs /proc/[0-9]*/cmdline); do
    { mapfile -d '' words <"$command_line"; } 2>/dev/null || continue
    command="${words[*]} "
    case $command in
      # One that waits for commands belongs to no test, or to one that ends it itself.
      *'/railcar.cjs --standby '*) ;;
      # The Node layer of this very build, in a build folder or installed: others may run beside the tests.
      *"${RUNTIME%/*}/lib/railcar.cjs"* | *"${RUNTIME%/bin/*}/lib/railcar/railcar.cjs"* | *"--root $ROOT"*)
        echo "${command_line//[^0-9]/} $command"
        ;;
    esac
  done
}

remember_hash() { [ -f "$BATS_RUN_TMPDIR/runtime.sha256" ] || sha256sum "$(realpath "$RUNTIME")" >"$BATS_RUN_TMPDIR/runtime.sha256"; }
same_hash() { sha256sum --status --check "$BATS_RUN_TMPDIR/runtime.sha256"; }

# --- the runtime

# Descriptor 3 belongs to bats, which waits until everyone has closed it.
runtime() { "$RUNTIME" --root "$ROOT" "$@" 3>&-; }

# Not asked of itself: what does not answer is no other runtime.
is_railcar() { [[ $RUNTIME -ef $RAILCAR || ${RUNTIME##*/} == railcar* ]]; }
railcar_only() { is_railcar || skip "railcar only: $1"; }

# A container that stays beside the test: its output goes to $WORK/output, since it would hold a pipe open.
run_detached() { beside run --detach --bundle "$BUNDLE" "$@" "$ID"; }
create() { beside create --bundle "$BUNDLE" "$@" "$ID"; }
beside() {
  local code=0
  runtime "$@" </dev/null >"$WORK/output" 2>&1 || { code=$?; cat "$WORK/output"; }
  return $code
}

state_of() { runtime state "${1:-$ID}" | jq -r "${2:-.status}"; }
pid_of() { state_of "${1:-$ID}" .pid; }
has_status() { [ "$(state_of "$ID" .status 2>/dev/null)" = "$1" ]; }

# eventually COMMAND...: true as soon as the command succeeds, false after some seconds. A single word is evaluated
# anew each time: eventually '[ "$(count)" = 2 ]'.
eventually() {
  local i
  for ((i = 0; i < 250; i++)); do
    if [ $# = 1 ]; then eval "$1"; else "$@"; fi && return 0
    sleep 0.02
  done
  fail "this never came true: $*"
}

# --- bundles

# One root file system a run: busybox with all its applets, and the few files that lookups need.
shared_rootfs() {
  local rootfs=$BATS_RUN_TMPDIR/rootfs
  if [ ! -d "$rootfs" ]; then
    make_rootfs "$rootfs.new" && mv "$rootfs.new" "$rootfs"
  fi
  echo "$rootfs"
}

make_rootfs() {
  mkdir -p "$1"/{bin,dev,etc,home/user,proc,root,sys,tmp,var/tmp}
  chmod 1777 "$1/tmp" "$1/var/tmp"
  cp "$(command -v busybox)" "$1/bin/busybox"
  # In one process: there are hundreds, and machines on which each costs.
  "$1/bin/busybox" --list | python3 -c 'import os, sys
for applet in sys.stdin.read().split():
    if applet != "busybox": os.symlink("busybox", os.path.join(sys.argv[1], applet))' "$1/bin"
  printf '%s\n' root:x:0:0:root:/root:/bin/sh user:x:1000:1000:user:/home/user:/bin/sh >"$1/etc/passwd"
  printf '%s\n' root:x:0: tty:x:5: user:x:1000: >"$1/etc/group"
  # mounted PATH: per-mount options, type and options of the file system of the mount that is visible at PATH.
  cat >"$1/bin/mounted" <<'SCRIPT'
#!/bin/sh
exec awk -v p="$1" '$5 == p { for (i = 7; $i != "-"; i++); line = $6 " " $(i + 1) " " $(i + 3) } END { print line }' /proc/self/mountinfo
SCRIPT
  # propagation PATH: the propagation fields of that mount, or private.
  cat >"$1/bin/propagation" <<'SCRIPT'
#!/bin/sh
exec awk -v p="$1" '$5 == p { line = ""; for (i = 7; $i != "-"; i++) line = line (line ? " " : "") $i } END { print line ? line : "private" }' /proc/self/mountinfo
SCRIPT
  chmod 755 "$1/bin/mounted" "$1/bin/propagation"
}

# bundle [FILTER]: makes $BUNDLE from base.json with the jq filter applied, and its own copy of the root file system.
bundle() {
  BUNDLE=$WORK/bundle
  rm -rf "$BUNDLE"
  mkdir -p "$BUNDLE"
  cp -a "$(shared_rootfs)" "$BUNDLE/rootfs"
  jq "${1:-.}" "$LIVE/base.json" >"$BUNDLE/config.json"
}

# script TEXT: the bundle's process is a shell that runs TEXT.
script() { edit_config --arg script "$1" '.process.args = ["sh", "-c", $script]'; }

edit_config() {
  jq "$@" "$BUNDLE/config.json" >"$WORK/config.new" && cp "$WORK/config.new" "$BUNDLE/config.json"
}

# --- the host's side

# hold_namespaces FLAGS... [-- COMMAND...]: a process in new namespaces (flags of unshare) which has run COMMAND
# there and stays until the test ends; its pid is $HOLDER.
hold_namespaces() {
  local flags=()
  while [ $# -gt 0 ] && [ "$1" != -- ]; do flags+=("$1"); shift; done
  shift || true
  rm -f "$WORK/holder"
  # /proc is still the host's, so stat names the pid that the host sees.
  # shellcheck disable=SC2016
  unshare "${flags[@]}" sh -c '
    out=$1; shift
    [ $# = 0 ] || "$@" || exit
    read -r pid rest </proc/self/stat
    echo "$pid" >"$out.new" && mv "$out.new" "$out"
    exec sleep 600' holder "$WORK/holder" "$@" </dev/null >/dev/null 2>&1 3>&- &
  HOLDERS+=($!)
  eventually test -s "$WORK/holder" || { echo "no holder for ${flags[*]}" >&2; return 1; }
  HOLDER=$(cat "$WORK/holder")
  HOLDERS+=("$HOLDER")
}

# scratch_mount ARGUMENTS... TARGET: mounts, to be undone by the teardown.
scratch_mount() {
  mount "$@"
  SCRATCH_MOUNTS+=("${!#}")
}

# Starts a command that the teardown kills.
background() {
  "$@" 3>&- &
  BACKGROUND+=($!)
}

# kernel_since VERSION: whether this one is not older.
kernel_since() { [ "$(printf '%s\n' "$1" "$(uname -r)" | sort --version-sort | head -n 1)" = "$1" ]; }

first_disk() {
  local disk
  for disk in /sys/block/*; do
    case ${disk##*/} in loop* | ram* | zram* | sr* | fd*) ;; *) echo "$disk"; return ;; esac
  done
}

# own_disk SCHEDULER: a disk of the test's own, $LOOP, whose numbers are $DISK. Who asks for it detaches it.
own_disk() {
  local queue
  truncate -s "${2:-1M}" "$WORK/disk"
  LOOP=$(losetup --find --show "$WORK/disk") || skip 'there is no loop device'
  # shellcheck disable=SC2034
  DISK=$(cat "/sys/block/${LOOP##*/}/dev")
  queue=/sys/block/${LOOP##*/}/queue/scheduler
  { grep -qw "$1" "$queue" || modprobe "$1" 2>/dev/null; } && echo "$1" >"$queue" && return
  losetup --detach "$LOOP"
  LOOP=
  skip "this kernel has no scheduler $1"
}

# --- cgroups, of version 1 and 2

# Whether version 2 has all controllers.
is_unified() { [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; }

# hierarchy CONTROLLER: where it is mounted, with version 2 all of them at one place.
hierarchy() { if is_unified; then echo /sys/fs/cgroup; else echo "/sys/fs/cgroup/$1"; fi; }

# place_of PID CONTROLLER: the cgroup in which a process is, as /proc/PID/cgroup names it.
place_of() {
  local controller=$2
  ! is_unified || controller=
  awk -F : -v name="$controller" 'index("," $2 ",", "," name ",") { print substr($0, length($1 $2) + 3) }' "/proc/$1/cgroup"
}

# cgroup_dir CONTROLLER [PID]: the cgroup of the container, or of another process, as the host sees it.
cgroup_dir() {
  local pid=${2:-}
  [ -n "$pid" ] || pid=$(pid_of)
  echo "$(hierarchy "$1")$(place_of "$pid" "$1")"
}

# cgroup_file CONTROLLER FILE: content of one of its files.
cgroup_file() { cat "$(cgroup_dir "$1")/$2"; }

# kept NAME: a limit of the container as the kernel holds it, by its name below linux.resources and in the units of
# config.json. Only cpu.shares is a weight with version 2; what to expect says `shares`.
kept() { if is_unified; then kept_by_v2 "$1"; else kept_by_v1 "$1"; fi; }

kept_by_v1() {
  case $1 in
    memory.limit) cgroup_file memory memory.limit_in_bytes ;;
    memory.reservation) cgroup_file memory memory.soft_limit_in_bytes ;;
    memory.swap) cgroup_file memory memory.memsw.limit_in_bytes ;;
    cpu.quota | cpu.period | cpu.burst) cgroup_file cpu "cpu.cfs_${1#cpu.}_us" ;;
    cpu.shares | cpu.idle) cgroup_file cpu "$1" ;;
    cpu.cpus | cpu.mems) cgroup_file cpuset "cpuset.${1#cpu.}" ;;
    pids.limit) cgroup_file pids pids.max ;;
    *) fail "which file is $1?" ;;
  esac
}

kept_by_v2() {
  case $1 in
    memory.limit) cgroup_file memory memory.max ;;
    memory.reservation) cgroup_file memory memory.low ;;
    memory.swap) paste -d ' ' <(cgroup_file memory memory.max) <(cgroup_file memory memory.swap.max) |
      awk '{ print ($2 == "max" ? $2 : $1 + $2) }' ;;
    cpu.shares) cgroup_file cpu cpu.weight ;;
    cpu.quota) cgroup_file cpu cpu.max | cut -d ' ' -f 1 ;;
    cpu.period) cgroup_file cpu cpu.max | cut -d ' ' -f 2 ;;
    cpu.burst) cgroup_file cpu cpu.max.burst ;;
    cpu.idle) cgroup_file cpu cpu.idle ;;
    cpu.cpus | cpu.mems) cgroup_file cpuset "cpuset.${1#cpu.}" ;;
    pids.limit) cgroup_file pids pids.max ;;
    *) fail "which file is $1?" ;;
  esac
}

# shares N: what `kept cpu.shares` prints for them: with version 2 the weight that runc gives them from 1.3.2 on.
shares() {
  if ! is_unified; then echo "$1"; return; fi
  case $1 in
    2) echo 1 ;;
    77) echo 14 ;;
    128) echo 21 ;;
    256) echo 35 ;;
    512) echo 59 ;;
    1024) echo 100 ;;
    262144) echo 10000 ;;
    *) fail "what is the weight of $1 shares?" ;;
  esac
}

# --- terminals

# Starts what a caller of `--console-socket` has to be: takes the terminal and writes what it reads to $WORK/terminal.
# What is written to $WORK/keyboard is typed.
console_receiver() {
  rm -f "$WORK/console.sock" "$WORK/terminal"
  [ -p "$WORK/keyboard" ] || mkfifo "$WORK/keyboard"
  background python3 "$LIVE/tools/recvtty.py" "$WORK/console.sock" "$WORK/terminal" "$WORK/keyboard" </dev/null >/dev/null 2>"$WORK/recvtty.log"
  RECEIVER=$!
  eventually test -S "$WORK/console.sock"
}

# run_on_terminal ARGUMENTS...: `run --detach` with a console socket; prints what appeared on the terminal.
run_on_terminal() {
  console_receiver
  runtime run --detach --console-socket "$WORK/console.sock" "$@" </dev/null || { kill "$RECEIVER"; return 1; }
  wait "$RECEIVER"
  tr -d '\r' <"$WORK/terminal"
}

# on_pty STEPS... -- COMMAND...: the command with a terminal of its own as its caller; see tools/person.py.
on_pty() { python3 "$LIVE/tools/person.py" "$@" 3>&-; }

# --- assertions

fail() { printf '%s\n' "$@" >&2; return 1; }
same() { [ "$1" = "$2" ] || fail "expected: $2" "     got: $1"; }
matches() { [[ $1 =~ $2 ]] || fail "expected to match: $2" "              got: $1"; }
contains() { [[ $1 == *"$2"* ]] || fail "expected to contain: $2" "                got: $1"; }
lacks() { [[ $1 != *"$2"* ]] || fail "expected not to contain: $2" "                    got: $1"; }
succeeds() { [ "$status" = 0 ] || fail "exit status $status" "$output" "${stderr:-}"; }
fails() { [ "$status" = "${1:-1}" ] || fail "exit status $status instead of ${1:-1}" "$output" "${stderr:-}"; }

# The mounts and cgroups of the host, to be compared before and after something that shall change nothing. What others
# mount below /tmp or as namespaces meanwhile does not count.
host_snapshot() {
  cut -d ' ' -f 4- /proc/self/mountinfo | awk -v work="$WORK" 'index($0, work) || $2 !~ "^/(tmp|run|var)/" '
  find /sys/fs/cgroup -maxdepth 6 -type d -name "*$ID*"
}
