#!/usr/bin/env bats
# One test for each published weakness of a runtime that what railcar does so far could share. Each is named after its
# number. RUNTIME=… questions another runtime; the ones that runc 1.1.5 still has are marked so.

load ../live/helper

# What nothing in a container may ever change.
outside() {
  mkdir -p "$WORK/outside"
  echo untouched >"$WORK/outside/file"
  find "$WORK/outside" -printf '%P %y %m %U %s\n' | sort >"$WORK/outside.before"
}
outside_untouched() {
  find "$WORK/outside" -printf '%P %y %m %U %s\n' | sort >"$WORK/outside.after"
  same "$(diff "$WORK/outside.before" "$WORK/outside.after")" ''
}

run_it() { runtime run --bundle "$BUNDLE" "$ID" </dev/null; }

wrong=()

# A program that tries to open the runtime's binary for writing through every process it can see.
OVERWRITE='for p in /proc/[0-9]*; do for how in ">" ">>"; do eval "(echo hostile $how $p/exe) 2>/dev/null" && readlink $p/exe; done; done'

@test "CVE-2019-5736: /proc/self/exe as the entrypoint is not the host's binary" {
  bundle '.process.args = ["/proc/self/exe", "--version"]'
  run run_it
  lacks "$output" 'spec: '
  same_hash
}

@test "CVE-2019-5736: a script whose interpreter is /proc/self/exe" {
  bundle '.process.args = ["/entry"]'
  printf '#!/proc/self/exe\n' >"$BUNDLE/rootfs/entry"
  chmod 755 "$BUNDLE/rootfs/entry"
  run run_it
  lacks "$output" 'spec: '
  same_hash
}

@test "CVE-2019-5736: exec of /proc/self/exe" {
  bundle
  run_detached
  run runtime exec "$ID" /proc/self/exe --version </dev/null
  lacks "$output" 'spec: '
  same_hash
}

@test "CVE-2019-5736: a container that writes to every /proc/PID/exe while processes are executed in it" {
  bundle
  script "while :; do $OVERWRITE; done"
  edit_config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE", "CAP_SYS_ADMIN"])'
  run_detached
  for _ in 1 2 3 4 5 6; do runtime exec "$ID" true </dev/null || true; done
  runtime kill "$ID" KILL
  eventually has_status stopped
  same_hash
  bundle '.process.args = ["echo", "still works"]'
  runtime delete "$ID"
  same "$(run_it)" 'still works'
}

@test "CVE-2019-5736: the stub's binary cannot be changed through a link to /proc/self/exe" {
  railcar_only 'looks at the stub'
  bundle
  create
  exe=/proc/$(pid_of)/exe
  # Sealed: not even the host's root may write to or chmod what other containers will be started from.
  run bash -c 'echo hostile >"$0"' "$exe"
  [ "$status" != 0 ]
  contains "$(readlink "$exe")" memfd
}

@test "CVE-2016-9962: during exec nothing of the runtime can be read or traced from inside" {
  bundle
  # Looks at the descriptors of every foreign process; what is no longer the runtime after the look does not count.
  script 'while :; do for p in /proc/[0-9]*; do case ${p#/proc/} in 1|$$) continue;; esac; c=$(cat $p/comm 2>/dev/null); case $c in railcar*|runc*) for f in $p/fd/*; do l=$(readlink $f 2>/dev/null) && [ "$c" = "$(cat $p/comm)" ] && echo "$c $l" >>/tmp/seen; done;; esac; done; done'
  run_detached
  for _ in 1 2 3 4 5 6 7 8; do runtime exec "$ID" true </dev/null; done
  same "$(cat "$BUNDLE/rootfs/tmp/seen" 2>/dev/null)" ''
}

@test "CVE-2016-9962: a created container's stub is not dumpable in joined namespaces" {
  railcar_only 'looks at the stub'
  bundle
  run_detached
  first=$(pid_of)
  jq --arg path "/proc/$first/ns/pid" '(.linux.namespaces[] | select(.type == "pid")).path = $path' "$BUNDLE/config.json" >"$WORK/config.new"
  cp -a "$BUNDLE" "$WORK/bundle-second"
  cp "$WORK/config.new" "$WORK/bundle-second/config.json"
  runtime create --bundle "$WORK/bundle-second" "$ID-second" </dev/null >"$WORK/output" 2>&1
  second=$(runtime state "$ID-second" | jq .pid)
  inner=$(awk '/^NSpid/ { print $NF }' "/proc/$second/status")
  for what in fd/0 exe root cwd; do
    run runtime exec "$ID" readlink "/proc/$inner/$what" </dev/null
    [ "$status" != 0 ] || fail "$what of the stub is readable: $output"
  done
}

@test "CVE-2019-16884: a directory of the image over /proc is refused" {
  bundle '.mounts = [{destination: "/proc", type: "bind", source: "fake", options: ["bind"]}] + .mounts[1:]'
  mkdir -p "$BUNDLE/fake/self/attr"
  touch "$BUNDLE/fake/self/attr/exec"
  run run_it
  fails 1
  contains "$output" proc
}

@test "CVE-2019-16884: a directory below /proc is refused" {
  bundle '.mounts += [{destination: "/proc/self/attr", type: "bind", source: "fake", options: ["bind"]}]'
  mkdir -p "$BUNDLE/fake"
  run run_it
  fails 1
}

@test "CVE-2019-19921, CVE-2023-27561, CVE-2025-54867: /proc as a symbolic link is refused" {
  bundle
  outside
  rmdir "$BUNDLE/rootfs/proc"
  ln -s /tmp "$BUNDLE/rootfs/proc"
  run run_it
  fails 1
  contains "$output" /proc
  rm "$BUNDLE/rootfs/proc"
  ln -s "$WORK/outside" "$BUNDLE/rootfs/proc"
  run run_it
  fails 1
  outside_untouched
}

@test "CVE-2019-19921: /sys as a symbolic link is refused" {
  bundle '.mounts += [{destination: "/sys", type: "sysfs", source: "sysfs", options: ["ro"]}]'
  rmdir "$BUNDLE/rootfs/sys"
  ln -s /tmp "$BUNDLE/rootfs/sys"
  run run_it
  fails 1
  contains "$output" /sys
}

@test "CVE-2021-30465: a mount destination that links to the host stays inside the root" {
  bundle '.mounts += [{destination: "/link/in", type: "tmpfs", source: "tmpfs"}, {destination: "/up/in", type: "tmpfs", source: "tmpfs"}]'
  outside
  mkdir "$BUNDLE/rootfs/up"
  ln -s "$WORK/outside" "$BUNDLE/rootfs/link"
  rmdir "$BUNDLE/rootfs/up"
  ln -s ../../../../../../../../../../tmp "$BUNDLE/rootfs/up"
  edit_config '.process.args = ["true"]'
  host_snapshot >"$WORK/before"
  run run_it
  host_snapshot >"$WORK/after"
  same "$(diff "$WORK/before" "$WORK/after")" ''
  outside_untouched
  [ ! -e /tmp/in ]
}

# Every descriptor that the runtime may have open while the directory is changed.
@test "CVE-2024-21626: a working directory of /proc/self/fd/N is refused by run" {
  bundle '.process.args = ["ls", "."]'
  for n in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 20 24 28 32 40 48 64; do
    edit_config ".process.cwd = \"/proc/self/fd/$n\""
    run run_it
    [ "$status" != 0 ] || fail "ran in /proc/self/fd/$n: $output"
  done
}

@test "CVE-2024-21626: a working directory of /proc/self/fd/N is refused by create" {
  bundle
  for n in 3 6 7 8 9 12; do
    edit_config ".process.cwd = \"/proc/self/fd/$n\""
    run create
    fails 1
    same "$(containers)" ''
  done
}

@test "CVE-2024-21626: a working directory of /proc/self/fd/N is refused by exec, also through a link" {
  bundle
  ln -s /proc/self/fd "$BUNDLE/rootfs/fds"
  run_detached
  for n in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 20 24 32; do
    for path in /proc/self/fd /fds; do
      run runtime exec --cwd "$path/$n" "$ID" ls . </dev/null
      [ "$status" != 0 ] || fail "ran in $path/$n: $output"
    done
  done
}

@test "CVE-2024-21626: the process has no descriptor of the runtime" {
  bundle '.process.args = ["ls", "/proc/self/fd"]'
  same "$(echo $(run_it))" '0 1 2 3'
}

@test "CVE-2025-31133, CVE-2025-62161: a hostile /dev/null is not what masks a path" {
  railcar_only 'fixed in runc 1.2.8'
  outside
  for hostile in link file device; do
    # No mount on /dev: the image's own is used.
    bundle '.mounts |= map(select(.destination | startswith("/dev") | not)) | .linux.maskedPaths = ["/proc/meminfo"] | .process.args = ["cat", "/proc/meminfo"]'
    case $hostile in
      link) ln -s "$WORK/outside/file" "$BUNDLE/rootfs/dev/null" ;;
      file) echo hostile >"$BUNDLE/rootfs/dev/null" ;;
      device) mknod "$BUNDLE/rootfs/dev/null" c 1 5 ;;
    esac
    run run_it
    lacks "$output" hostile
    lacks "$output" untouched
    lacks "$output" MemTotal
    outside_untouched
  done
}

@test "CVE-2026-41579, CVE-2026-47766: /dev as a link to a directory of the host" {
  railcar_only 'fixed in runc 1.5'
  outside
  touch "$WORK/outside/ptmx"
  find "$WORK/outside" -printf '%P %y %m %U %s\n' | sort >"$WORK/outside.before"
  for target in "$WORK/outside" ../../../../../../../../../../..$WORK/outside; do
    bundle '.mounts |= map(select(.destination | startswith("/dev") | not)) | .process.args = ["true"] | .linux.devices = [{path: "/dev/extra", type: "c", major: 1, minor: 3}]'
    rmdir "$BUNDLE/rootfs/dev"
    ln -s "$target" "$BUNDLE/rootfs/dev"
    run run_it
    outside_untouched
  done
}

@test "CVE-2026-88264: /dev/console as a link does not make a file on the host" {
  outside
  bundle '.process.terminal = true | .process.args = ["true"] | .mounts |= map(select(.destination != "/dev"))'
  mkdir -p "$BUNDLE/rootfs/dev/pts"
  ln -s "$WORK/outside/made" "$BUNDLE/rootfs/dev/console"
  run run_on_terminal --bundle "$BUNDLE" "$ID"
  outside_untouched
}

@test "CVE-2025-52565: hostile /dev/ptmx and /dev/pts/0" {
  outside
  bundle '.process.terminal = true | .process.args = ["tty"] | .mounts |= map(select(.destination != "/dev"))'
  mkdir -p "$BUNDLE/rootfs/dev/pts"
  ln -s "$WORK/outside/file" "$BUNDLE/rootfs/dev/ptmx"
  ln -s "$WORK/outside/file" "$BUNDLE/rootfs/dev/pts/0"
  run run_on_terminal --bundle "$BUNDLE" "$ID"
  outside_untouched
}

@test "CVE-2015-3629: links in place of default devices, device nodes and links" {
  outside
  bundle '.mounts |= map(select(.destination | startswith("/dev") | not)) | .process.args = ["true"]'
  for name in null zero fd stdin ptmx; do ln -s "$WORK/outside/made-$name" "$BUNDLE/rootfs/dev/$name"; done
  run run_it
  outside_untouched
}

@test "CVE-2022-29162, CVE-2022-27650, CVE-2025-27612: exec --cap adds nothing to the inheritable set" {
  bundle
  run_detached
  for user in 0 1000; do
    run runtime exec --cap CAP_CHOWN --cap CAP_KILL --user $user "$ID" grep CapInh /proc/self/status </dev/null
    succeeds
    matches "$output" '0000000000000000$'
  done
}

@test "CVE-2022-24769: the inheritable set of the default configuration is empty" {
  mkdir "$WORK/bundle"
  runtime spec --bundle "$WORK/bundle"
  same "$(jq -c '.process.capabilities.inheritable // []' "$WORK/bundle/config.json")" '[]'
}

@test "CVE-2016-3697: a user of the image whose name is a number" {
  bundle
  echo '1000:x:0:0:root:/:/bin/sh' >>"$BUNDLE/rootfs/etc/passwd"
  run_detached
  run runtime exec --user 1000 "$ID" id -u </dev/null
  same "$output" 1000
}

@test "CVE-2026-30892, CVE-2024-40635: what exec --user takes for a user, and what it refuses" {
  bundle
  run_detached
  while read -r user wanted; do
    run runtime exec --user "${user#_}" "$ID" sh -c 'echo $(id -u):$(id -g)' </dev/null
    case $wanted in
      refused) [ "$status" = 255 ] || wrong+=("\"${user#_}\" is not refused: $output") ;;
      *) [ "$output" = "$wanted" ] || wrong+=("\"${user#_}\" is $output instead of $wanted") ;;
    esac
  done < <(user_table)
  [ ${#wrong[@]} = 0 ] || fail "${wrong[@]}"
}

user_table() {
  printf '%s\n' '_1 1:0' '_1:2 1:2' '_0 0:0' '_2147483647:2147483647 2147483647:2147483647'
  # runc reads these its own way: as ids of a language's parser, or as 32 bits that wrap.
  ! is_railcar || printf '%s\n' '_1: refused' '_:2 refused' '_+1 refused' '_0x1 refused' '_-1 refused' \
    '_4294967295 refused' '_4294967296 refused' '_2147483648 2147483648:0' '_4294967294 4294967294:0' '_1:4294967296 refused'
}

@test "CVE-2024-40635: ids beyond 32 bits in config.json" {
  for id in 4294967295 4294967296 -1 1.5; do
    bundle ".process.args = [\"id\", \"-u\"] | .process.user.uid = $id"
    run run_it
    [ "$status" != 0 ] || fail "uid $id is $output"
  done
}

@test "CRI-O CVE-2022-0811: a sysctl cannot smuggle in another" {
  before=$(cat /proc/sys/kernel/core_pattern)
  for sysctl in '{"kernel.shm_rmid_forced": "1+kernel.core_pattern=|/hostile"}' '{"kernel.shm_rmid_forced": "1\nkernel.core_pattern=|/hostile"}' \
    '{"kernel.shm_rmid_forced+kernel.core_pattern": "|/hostile"}' '{"kernel/../kernel/core_pattern": "|/hostile"}' \
    '{"kernel.shm_rmid_forced/../core_pattern": "|/hostile"}' '{"net.ipv4.../../kernel/core_pattern": "|/hostile"}' \
    '{"kernel.core_pattern": "|/hostile"}' '{"../../proc/sys/kernel/core_pattern": "|/hostile"}'; do
    bundle ".process.args = [\"true\"] | .linux.sysctl = $sysctl"
    run run_it
    now=$(cat /proc/sys/kernel/core_pattern)
    [ "$now" = "$before" ] || { echo "$before" >/proc/sys/kernel/core_pattern; fail "$sysctl changed core_pattern"; }
    ! is_railcar || [ "$status" != 0 ] || fail "$sysctl was accepted"
  done
}

@test "CVE-2025-52881: a hostile /proc of the image is not what sysctls are written through" {
  outside
  mkdir -p "$WORK/outside/sys/kernel"
  echo untouched >"$WORK/outside/sys/kernel/msgmax"
  find "$WORK/outside" -printf '%P %y %m %U %s\n' | sort >"$WORK/outside.before"
  # Without a mount on /proc, what the image has there is no procfs.
  bundle '.mounts = .mounts[1:] | .process.args = ["true"] | .linux.sysctl = {"kernel.msgmax": "4321"}'
  mkdir -p "$BUNDLE/rootfs/proc/sys/kernel"
  ln -s "$WORK/outside/sys/kernel/msgmax" "$BUNDLE/rootfs/proc/sys/kernel/msgmax"
  run run_it
  same "$(cat "$WORK/outside/sys/kernel/msgmax")" untouched
  outside_untouched
}

@test "NVIDIA CVE-2025-23266: a hook gets nothing of the container's environment" {
  bundle '.process.env += ["LD_PRELOAD=/hostile.so"]'
  for kind in prestart createRuntime createContainer; do
    edit_config --arg kind "$kind" --arg file "$WORK/env-$kind" '.hooks[$kind] = [{path: "/bin/sh", args: ["sh", "-c", "tr \"\\0\" \"\\n\" </proc/self/environ >" + $file]}]'
  done
  create
  for kind in prestart createRuntime createContainer; do same "$(cat "$WORK/env-$kind")" ''; done
}

@test "containerd CVE-2023-25173, CRI-O CVE-2022-2995: the groups are exactly those given" {
  bundle '.process.args = ["id", "-G"] | .process.user = {uid: 1000, gid: 1000, additionalGids: [7]}'
  same "$(run_it)" '1000 7'
  bundle '.process.args = ["id", "-G"] | .process.user = {uid: 1000, gid: 1000}'
  same "$(run_it)" 1000
}

@test "containerd CVE-2021-41103: the state of a container is closed to other users" {
  bundle
  create
  run setpriv --reuid 65534 --clear-groups cat "$ROOT/$ID/state.json"
  [ "$status" != 0 ]
}
