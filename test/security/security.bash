# shellcheck shell=bash
# What every security test shares, on top of the live tests' helper: namespaces that play the host, things of
# the host that an attacker would like to reach, and a comparison of all that before and after each test.

load ../live/helper
load ../live/programs

# Rounds of each race: enough for a missing defence to be found (see README.md), few enough for every run.
ROUNDS=${ROUNDS:-25}

setup() { security_setup; }
teardown() { security_teardown; }

security_setup() {
  live_setup
  # Network, settings and names: what harms them harms nobody else. Shared mounts, as a host of systemd has: what escapes to a peer shows up in the table. Nobody else mounts here, so
  # the whole table can be compared.
  # What others have mounted below /tmp goes: it also vanishes from here when they remove its directory.
  # shellcheck disable=SC2016
  hold_namespaces --mount --net --ipc --uts --propagation private -- sh -c '
    awk "\$5 ~ \"^(/tmp|/run|/var)/\" { print \$5 }" /proc/self/mountinfo | sort -r | while read -r at; do umount -l "$at"; done
    mount --make-rshared /'
  HOST=$HOLDER
  make_victim
  host_state >"$WORK/host.before"
}

security_teardown() {
  local failed=0
  unharmed || failed=1
  live_teardown || failed=1
  return $failed
}

# All commands of the runtime see the namespaces that play the host.
runtime() { on_host "$RUNTIME" --root "$ROOT" "$@"; }
on_host() { nsenter --target "$HOST" --mount --net --ipc --uts -- "$@" 3>&-; }

# A directory of the host with a file, a directory, and places where somebody could make something.
make_victim() {
  VICTIM=$WORK/victim
  mkdir -p "$VICTIM"/{folder,pts,a/b}
  echo 'of the host' >"$VICTIM/file"
  echo 'of the host' >"$VICTIM/folder/file"
  mknod "$VICTIM/device" c 1 5
  chmod 700 "$VICTIM/folder"
}

# What must be the same before and after: the victim's tree with modes, owners and contents, the mount table, the nodes
# of /dev, and settings that escapes are known to go for. The binary's hash is compared by live_teardown.
host_state() {
  find "$VICTIM" -printf '%P %y %m %U:%G %s %i %T@ %l\n' | sort
  find "$VICTIM" -type f -exec sha256sum {} +
  on_host cut -d ' ' -f 3- /proc/self/mountinfo
  stat -c '%n %f %u:%g %t:%T' /dev/{null,zero,full,random,urandom,tty,console,ptmx,fd,stdin,stdout,stderr}
  on_host cat /proc/sys/kernel/{core_pattern,hostname,domainname,msgmax,modprobe} /proc/sys/net/ipv4/ip_forward 2>/dev/null || true
}

unharmed() {
  [ -f "${WORK:-}/host.before" ] || return 0
  host_state >"$WORK/host.after"
  local changes
  changes=$(diff "$WORK/host.before" "$WORK/host.after") || fail 'the host has changed:' "$changes"
}

# run_container: the bundle in the foreground, with $status and $output of bats.
run_container() { run runtime run "$@" --bundle "$BUNDLE" "$ID" </dev/null; }

# As in the live tests, but with the programs that are used here only: it is copied some hundred times.
shared_rootfs() {
  local rootfs=$BATS_RUN_TMPDIR/rootfs-security programs
  if [ ! -d "$rootfs" ]; then
    programs=(awk busybox cat echo env grep head id ls mkdir pwd readlink sh sleep sort stat test touch tr true uniq wc)
    make_rootfs "$rootfs.new"
    # shellcheck disable=SC2046
    find "$rootfs.new/bin" -type l $(printf '! -name %s ' "${programs[@]}") -delete
    mv "$rootfs.new" "$rootfs"
  fi
  echo "$rootfs"
}

# refused TEXT...: neither create nor run accepts the bundle; the message says each text, the host is as before, and
# nothing is left.
refused() {
  local verb text
  for verb in create run; do
    # Not through a pipe: should it be accepted, the container would hold that open.
    status=0
    # shellcheck disable=SC2034 # read by fails
    runtime "$verb" --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1 || status=$?
    output=$(cat "$WORK/output")
    fails 1
    for text; do contains "$output" "$text"; done
    same "$(containers)" ''
  done
  unharmed
}

# harmless: the bundle runs, and the host is as before.
harmless() {
  run_container
  succeeds
  unharmed
}

# tool NAME: a small C program of this folder.
tool() { program "$REPO/test/security/tools/$1.c"; }

# race A B COMMAND...: runs the command ROUNDS times while A and B are exchanged all the time; prints how often it
# succeeded. Each container is deleted; between rounds the host is not looked at, only after all of them.
race() {
  local racer=$1 other=$2 round won=0 program
  shift 2
  program=$(tool racer)
  "$program" "$racer" "$other" 3>&- &
  local pid=$!
  BACKGROUND+=("$pid")
  for ((round = 0; round < ROUNDS; round++)); do
    if "$@" </dev/null >"$WORK/race.log" 2>&1; then won=$((won + 1)); fi
  done
  kill -KILL "$pid"
  wait "$pid" 2>/dev/null || true
  echo "$won"
}
