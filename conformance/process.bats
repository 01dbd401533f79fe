#!/usr/bin/env bats
# config.md and config-linux.md of the specification: what the container's process finds.
load runtime

@test "arguments, environment and working directory" {
  config '.process.args = ["/bin/sh", "-c", "pwd; echo $COLOUR; echo $#; echo \"$2\"", "name", "one", "two words"]
    | .process.env += ["COLOUR=blue"] | .process.cwd = "/tmp"'
  run -0 printed
  [ "$output" = $'/tmp\nblue\n2\ntwo words' ]
}

@test "the environment is config.json's and no more" {
  config '.process.args = ["env"] | .process.env = ["PATH=/bin", "A=b"]'
  SECRET=leaked run -0 printed
  [[ $output == *A=b* ]]
  [[ $output != *SECRET* ]]
}

@test "user, group, additional groups and umask" {
  config '.process.user = { uid: 1000, gid: 1001, additionalGids: [5, 6], umask: 63 }'
  script 'id -u; id -g; id -G; umask'
  run -0 printed
  [ "$output" = $'1000\n1001\n1001 5 6\n0077' ]
}

@test "capabilities in their sets" {
  script 'grep Cap /proc/self/status'
  run -0 printed
  # CAP_KILL is 5, CAP_AUDIT_WRITE 29.
  for set in CapPrm CapEff CapBnd; do [[ $output == *$set:$'\t'0000000020000020* ]]; done
  for set in CapInh CapAmb; do [[ $output == *$set:$'\t'0000000000000000* ]]; done
}

@test "no_new_privs, either way" {
  script 'grep NoNewPrivs /proc/self/status'
  run -0 printed
  [[ $output == *1 ]]
  runtime delete "$ID"
  config '.process.noNewPrivileges = false'
  run -0 printed
  [[ $output == *0 ]]
}

@test "rlimits" {
  config '.process.rlimits = [{ type: "RLIMIT_NOFILE", soft: 512, hard: 600 }, { type: "RLIMIT_CORE", soft: 0, hard: 0 }]'
  script 'ulimit -Sn; ulimit -Hn; ulimit -c'
  run -0 printed
  [ "$output" = $'512\n600\n0' ]
}

@test "oomScoreAdj" {
  config '.process.oomScoreAdj = 200'
  script 'cat /proc/self/oom_score_adj'
  run -0 printed
  [ "$output" = 200 ]
}

@test "no descriptor but the three" {
  # The fourth is that of the listing itself.
  script 'ls /proc/self/fd | wc -l'
  exec 7</etc/passwd
  run -0 printed
  exec 7<&-
  [ "$output" = 4 ]
}

@test "hostname" {
  script hostname
  run -0 printed
  [ "$output" = conformance ]
}

@test "the process is pid 1 of a pid namespace of its own" {
  script 'echo $$; ls -d /proc/[0-9]* | wc -l'
  run -0 printed
  [ "${lines[0]}" = 1 ]
  [ "${lines[1]}" -le 3 ]
}

@test "every new namespace is another than the host's" {
  config '.linux.namespaces += [{ type: "cgroup" }]'
  script 'for n in pid net ipc uts mnt cgroup; do readlink /proc/self/ns/$n; done'
  run -0 printed
  i=0
  for n in pid net ipc uts mnt cgroup; do
    [ "${lines[i]}" != "$(readlink "/proc/self/ns/$n")" ]
    i=$((i + 1))
  done
}

@test "a namespace that is not listed is the caller's" {
  config '.linux.namespaces |= map(select(.type != "ipc"))'
  script 'readlink /proc/self/ns/ipc'
  run -0 printed
  [ "$output" = "$(readlink /proc/self/ns/ipc)" ]
}

@test "a namespace by its path is joined" {
  create_and_start
  other=/proc/$(state .pid)/ns/net
  expected=$(readlink "$other")
  config '.linux.namespaces |= map(if .type == "network" then .path = $path else . end)' --arg path "$other"
  config '.process.args = ["readlink", "/proc/self/ns/net"]'
  run -0 runtime run --bundle "$BUNDLE" "$ID-2"
  [ "$output" = "$expected" ]
}

@test "a read-only root, and a writable one" {
  script 'touch /file 2>/dev/null && echo written || echo refused'
  run -0 printed
  [ "$output" = refused ]
  runtime delete "$ID"
  cp -r "$ROOTFS" "$BUNDLE/rootfs"
  config '.root = { path: "rootfs" }'
  run -0 printed
  [ "$output" = written ]
}

@test "mounts, with their options, in their order" {
  mkdir "$DIR/source"
  echo content >"$DIR/source/file"
  config '.mounts += [
    { destination: "/tmp/bound", type: "none", source: $source, options: ["bind", "ro", "nosuid", "nodev", "noexec"] },
    { destination: "/tmp/small", type: "tmpfs", source: "tmpfs", options: ["size=16k", "mode=1700"] }]' \
    --arg source "$DIR/source"
  script 'cat /tmp/bound/file; touch /tmp/bound/new 2>/dev/null || echo read-only
    grep " /tmp/bound " /proc/mounts | cut -d " " -f 4; stat -c %a /tmp/small; df -k /tmp/small | awk "END { print \$2 }"'
  run -0 printed
  [ "${lines[0]}" = content ]
  [ "${lines[1]}" = read-only ]
  for option in ro nosuid nodev noexec; do [[ ,${lines[2]}, == *,$option,* ]]; done
  [ "${lines[3]}" = 1700 ]
  [ "${lines[4]}" = 16 ]
}

@test "default devices and links" {
  script 'for d in null zero full random urandom tty; do test -c /dev/$d || echo no $d; done
    for l in fd stdin stdout stderr; do readlink /dev/$l; done; test -e /dev/ptmx || echo no ptmx; echo x >/dev/null && echo writable'
  run -0 printed
  [ "$output" = $'/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\nwritable' ]
}

@test "a device of config.json, with mode and owner" {
  config '.linux.devices = [{ path: "/dev/own", type: "c", major: 1, minor: 3, fileMode: 432, uid: 7, gid: 8 }]'
  script 'stat -c "%a %u %g %t %T" /dev/own'
  run -0 printed
  [ "$output" = '660 7 8 1 3' ]
}

@test "masked and read-only paths" {
  config '.linux.maskedPaths = ["/proc/timer_list", "/proc/driver", "/proc/none"] | .linux.readonlyPaths = ["/proc/sys"]'
  script 'wc -c </proc/timer_list; ls /proc/driver | wc -l; echo x 2>/dev/null >/proc/sys/kernel/domainname || echo refused'
  run -0 printed
  [ "$output" = $'0\n0\nrefused' ]
}

@test "sysctl" {
  config '.linux.sysctl = { "net.ipv4.ip_default_ttl": "99" }'
  script 'cat /proc/sys/net/ipv4/ip_default_ttl'
  run -0 printed
  [ "$output" = 99 ]
}

@test "seccomp" {
  config '.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
    syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28 }] }'
  script 'grep -w Seccomp /proc/self/status; mkdir /tmp/new 2>&1 || true'
  run -0 printed
  [[ ${lines[0]} == *2 ]]
  [[ ${lines[1]} == *'No space left'* ]]
}

@test "a process that is a user namespace's root" {
  config '.linux.namespaces += [{ type: "user" }]
    | .linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 1000 }]
    | .linux.gidMappings = [{ containerID: 0, hostID: 200000, size: 1000 }]'
  chmod 755 "$DIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
  script 'id -u; id -g; cat /proc/self/uid_map | tr -s " "; cat /proc/self/gid_map | tr -s " "'
  run -0 printed
  [ "$output" = $'0\n0\n 0 100000 1000\n 0 200000 1000' ]
}
