#!/usr/bin/env bats
# containerd's CRI plugin, as the kubelet uses it: pods with the runtime handler railcar, which is what a RuntimeClass
# names, beside the default one. CONTAINERD=2 takes containerd 2 instead of Debian's.
bats_require_minimum_version 1.5.0
load containerd
load cri

setup_file() {
  find_cri
  start_containerd
  export SOCKET=$DIR/containerd.sock
}
teardown_file() { stop_containerd; }

setup() { handler=$RUNTIME pods=(); }
teardown() { remove_pods; }

@test "a pod of the handler runs its containers with railcar, one of another with runc" {
  pod
  start . sleep 60
  [ "$(of_pod .status.runtime_handler)" = "$handler" ]
  if [ "$handler" = railcar ]; then
    run -0 in_place "$RAILCAR" --root /run/containerd/railcar/k8s.io list --quiet
    [ "$(sort <<<"$output")" = "$(printf '%s\n' "$pod" "$container" | sort)" ]
  fi
  handler=runc pod
  start . sleep 60
  run -0 in_place runc --root /run/containerd/runc/k8s.io list --quiet
  [[ $output == *"$container"* ]]
}

@test "a handler that is not configured is refused" {
  handler=another run -125 pod
  [[ $output == *'no runtime for "another" is configured'* ]]
}

@test "a container is created, runs, ends, and is gone" {
  pod
  create . sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; done'
  in_state CONTAINER_CREATED
  cri start "$container"
  in_state CONTAINER_RUNNING
  cri stop "$container" 10
  in_state CONTAINER_EXITED
  [ "$(of_container .status.exit_code)" = 3 ]
  [ "$(of_container .status.reason)" = Error ]
  cri rm "$container"
  run -125 cri inspect "$container"
}

@test "one that does not end by itself is killed" {
  pod
  start . sh -c 'trap "" TERM; while :; do sleep 0.1; done'
  sleep 0.3
  cri stop "$container" 1
  [ "$(of_container .status.exit_code)" = 137 ]
}

@test "one that ends well is Completed, and a container may be created and never started" {
  pod
  once . true
  [ "$(of_container .status.reason)" = Completed ]
  create . true
  cri rm "$container"
}

@test "a program that is not there: the reason says so" {
  pod
  create . no-such-program
  run -125 cri start "$container"
  [[ $output == *'no-such-program'*'executable file not found in $PATH'* ]]
  in_state CONTAINER_EXITED
  [ "$(of_container .status.reason)" = StartError ]
  [ "$(of_container .status.exit_code)" = 128 ]
}

@test "logs have both streams and long lines" {
  pod
  run -0 --separate-stderr once . sh -c 'echo out; echo problem >&2; head -c 20000 /dev/zero | tr "\0" x; echo'
  [ "${lines[0]}" = out ]
  [ "${#lines[1]}" = 20000 ]
  [ "$stderr" = problem ]
}

@test "an exec probe: output, status, and its time" {
  pod
  start . sleep 60
  run -0 --separate-stderr cri probe "$container" 5 sh -c 'echo out; echo problem >&2'
  [ "$output" = out ]
  [ "$stderr" = problem ]
  run -7 cri probe "$container" 5 sh -c 'exit 7'
  run -125 cri probe "$container" 1 sleep 63
  [[ $output == *'timeout 1s exceeded'* ]]
  run -1 cri probe "$container" 5 sh -c 'ps | grep "[s]leep 63"'
  run cri probe "$container" 5 no-such-program
  [ "$status" -ne 0 ]
  [[ $output == *'no-such-program'*'executable file not found in $PATH'* ]]
  in_state CONTAINER_RUNNING
}

@test "exec: input, status, a terminal with its size" {
  pod
  start . sleep 60
  run -0 cri exec -i "$container" cat <<<'to exec'
  [ "$output" = 'to exec' ]
  run -7 --separate-stderr cri exec "$container" sh -c 'echo problem >&2; exit 7'
  [ "$stderr" = problem ]
  run -0 cri exec -i -t 77x33 "$container" sh -c 'tty; sleep 0.5; stty size; read word; echo "got $word"' < <(sleep 1; echo typed; sleep 1)
  [[ $output == *'/dev/pts/0'*'33 77'*'got typed'* ]]
}

@test "attach: input, output, a terminal" {
  pod
  start '.stdin = true' sh -c 'read word; echo "got $word"; sleep 60'
  run in_place timeout 3 env CRI_SOCKET="$SOCKET" "$CRI" attach -i "$container" < <(sleep 0.5; echo typed; sleep 3)
  [ "$output" = 'got typed' ]
  start '.stdin = true | .stdin_once = true | .tty = true' sh
  run -0 cri attach -i -t 80x24 "$container" < <(sleep 0.5; printf 'tty; echo $((6 * 7)); exit\n'; sleep 1)
  [[ $output == *'/dev/pts/0'*42* ]]
}

@test "port-forward" {
  pod
  start . sh -c 'mkdir /www; echo page >/www/index.html; exec httpd -f -p 80 -h /www'
  become_in_place env CRI_SOCKET="$SOCKET" "$CRI" port-forward "$pod" 8080:80 >"$DIR/forward" 2>&1 3>&- &
  local forwarder=$!
  wait_for 10 in_place busybox wget -q -O /dev/null http://127.0.0.1:8080/ || cat "$DIR/forward"
  run -0 in_place busybox wget -q -O - http://127.0.0.1:8080/
  kill "$forwarder"
  [ "$output" = page ]
}

@test "a pod has an address, and pods reach each other" {
  pod
  start . sh -c 'mkdir /www; echo page >/www/index.html; exec httpd -f -p 80 -h /www'
  local address
  address=$(of_pod .status.network.ip)
  [[ $address == 10.213.9.* ]]
  pod
  run -0 once . sh -c "until wget -q -O - http://$address/; do sleep 0.2; done"
  [ "$output" = page ]
}

@test "the stats of a container and of a pod" {
  pod
  start '.linux.resources.memory_limit_in_bytes = 67108864' sh -c 'head -c 8000000 /dev/zero >/dev/shm/file; sleep 60'
  wait_for 20 has_stats
  run -0 cri statsp "$pod"
  [ "$(jq '.stats.linux.containers | length' <<<"$output")" = 1 ]
  jq -e '.stats.linux.network.default_interface.rx_bytes.value | tonumber > 0' <<<"$output"
  jq -e '.stats.linux.memory.working_set_bytes.value | tonumber > 8000000' <<<"$output"
}
has_stats() {
  cri stats "$container" |
    jq -e '(.stats.memory.working_set_bytes.value | tonumber > 8000000) and (.stats.cpu.usage_core_nano_seconds.value | tonumber > 0)'
}

@test "the resources of a running container can be changed" {
  pod
  start '.linux.resources = { memory_limit_in_bytes: 67108864, cpu_quota: 50000, cpu_period: 100000, cpu_shares: 512 }' sleep 60
  run -0 cri probe "$container" 5 sh -c 'cd /sys/fs/cgroup && cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.shares'
  [ "$output" = $'67108864\n50000\n512' ]
  cri update "$container" - <<<'{ "memory_limit_in_bytes": 33554432, "cpu_quota": 25000, "cpu_period": 100000, "cpu_shares": 256 }'
  run -0 cri probe "$container" 5 sh -c 'cd /sys/fs/cgroup && cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.shares'
  [ "$output" = $'33554432\n25000\n256' ]
}

@test "one that outgrows its memory is OOMKilled" {
  pod
  start '.linux.resources.memory_limit_in_bytes = 16777216' sh -c 'sleep 0.5; x=a; while :; do x=$x$x; done'
  wait_for 20 in_state CONTAINER_EXITED
  [ "$(of_container .status.reason)" = OOMKilled ]
}

readonly namespaces='for each in net ipc uts pid; do readlink /proc/self/ns/$each; done'

@test "the containers of a pod share network, ipc and uts; the pids are each one's own" {
  pod
  start . sleep 60
  first=$(cri probe "$container" 5 sh -c "$namespaces")
  second=$(once . sh -c "$namespaces; echo \$\$; hostname")
  [ "$(head -n 3 <<<"$first")" = "$(head -n 3 <<<"$second")" ]
  [ "$(sed -n 4p <<<"$first")" != "$(sed -n 4p <<<"$second")" ]
  [ "$(sed -n '5,$p' <<<"$second")" = $'1\n'"$(jq -r .hostname "$pod_config")" ]
}

@test "with a shared pid namespace they see each other, and the pod's init is pid 1" {
  pod '.linux.security_context.namespace_options.pid = "POD"'
  start . sleep 64
  first=$container
  run -0 once . sh -c 'tr "\0" " " </proc/1/cmdline; echo; ps | grep -q "[s]leep 64" && echo seen'
  [[ $output == *tini-static*$'\n'*seen ]]
  # One container's end leaves the other's processes alone; the pod's ends them.
  container=$first
  in_state CONTAINER_RUNNING
  cri stopp "$pod"
  in_state CONTAINER_EXITED
}

@test "a container can have the pids of another as its own, as for debugging" {
  pod
  start . sleep 65
  target=$container
  run -0 once ".linux.security_context.namespace_options = { pid: \"TARGET\", target_id: \"$target\" }" sh -c 'tr "\0" " " </proc/1/cmdline'
  [ "$output" = 'sleep 65 ' ]
}

@test "a pod may have the node's network, pids and ipc" {
  pod '.linux.security_context.namespace_options = { network: "NODE", pid: "NODE", ipc: "NODE" } | del(.hostname)'
  run -0 once . sh -c 'for each in net pid ipc; do readlink /proc/self/ns/$each; done'
  [ "$output" = "$(cd "/proc/$(<"$DIR/place.pid")/ns" && readlink net pid ipc)" ]
}

@test "user, group and supplemental groups, by number and by name" {
  pod
  run -0 once '.linux.security_context += { run_as_user: { value: 1000 }, run_as_group: { value: 1001 }, supplemental_groups: [77, 78] }' \
    sh -c 'id -u; id -g; id -G'
  [ "$output" = $'1000\n1001\n1001 77 78' ]
  run -0 once '.linux.security_context += { run_as_username: "alice" }' sh -c 'id -un; id -G'
  [ "$output" = $'alice\n1234 4321' ]
}

@test "capabilities, no new privileges, a read-only root" {
  pod
  run -0 once '.linux.security_context += { capabilities: { drop_capabilities: ["ALL"], add_capabilities: ["NET_RAW"] },
    no_new_privs: true, readonly_rootfs: true }' sh -c 'grep -E "CapEff|CapBnd|NoNewPrivs" /proc/self/status; touch /file 2>&1'
  [ "$(head -n 3 <<<"$output")" = $'CapEff:\t0000000000002000\nCapBnd:\t0000000000002000\nNoNewPrivs:\t1' ]
  [[ $output == *'Read-only file system'* ]]
}

@test "seccomp: the engine's profile, one of the node's, none" {
  pod
  cat >"$DIR/profile.json" <<<'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
    {"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":12}]}'
  run -0 once '.linux.security_context.seccomp = { profile_type: "RuntimeDefault" }' sh -c 'grep Seccomp: /proc/self/status; unshare -U true'
  [[ $output == *$'Seccomp:\t2'* ]]
  [[ $output == *'Operation not permitted'* ]]
  run -0 once ".linux.security_context.seccomp = { profile_type: \"Localhost\", localhost_ref: \"$DIR/profile.json\" }" mkdir /new
  [[ $output == *[Mm]emory* ]]
  run -0 once '.linux.security_context.seccomp = { profile_type: "Unconfined" }' grep Seccomp: /proc/self/status
  [[ $output == *0 ]]
}

@test "a privileged container, in a privileged pod" {
  pod '.linux.security_context.privileged = true'
  run -0 once '.linux.security_context.privileged = true' sh -c 'grep -E "CapEff|Seccomp:" /proc/self/status; test -c /dev/loop-control && echo device;
    mount -t tmpfs none /mnt 2>&1 || { mkdir /mnt && mount -t tmpfs none /mnt && echo mounted; }'
  [ "${lines[0]}" = "$(grep CapEff /proc/self/status)" ]
  [[ $output == *$'Seccomp:\t0\ndevice\n'*mounted ]]
}

@test "masked and read-only paths, which a container may do without" {
  pod
  run -0 once '.linux.security_context += { masked_paths: ["/proc/timer_list"], readonly_paths: ["/proc/sys"] }' \
    sh -c 'wc -c </proc/timer_list; echo name >/proc/sys/kernel/domainname'
  [[ $output == *'Read-only file system'* ]]
  grep -qx 0 <<<"$output"
  run -0 once '.linux.security_context += { masked_paths: [], readonly_paths: [] }' sh -c 'wc -c </proc/timer_list'
  [ "$output" -gt 0 ]
}

@test "sysctls are the pod's" {
  pod '.linux.sysctls = { "net.ipv4.ip_default_ttl": "99", "kernel.shm_rmid_forced": "1" }'
  run -0 once . cat /proc/sys/net/ipv4/ip_default_ttl /proc/sys/kernel/shm_rmid_forced
  [ "$output" = $'99\n1' ]
}

@test "a volume: read-only, and each kind of propagation" {
  pod
  mkdir -p "$DIR/volume/later"
  volume() {
    echo ".mounts = [{ container_path: \"/volume\", host_path: \"$DIR/volume\", readonly: $1, propagation: \"$2\" }]"
  }
  run -0 once "$(volume true PROPAGATION_PRIVATE)" touch /volume/file
  [[ $output == *'Read-only file system'* ]]
  start "$(volume false PROPAGATION_PRIVATE)" sleep 60
  private=$container
  start "$(volume false PROPAGATION_HOST_TO_CONTAINER)" sleep 60
  slave=$container
  start "$(volume false PROPAGATION_BIDIRECTIONAL) | .linux.security_context.capabilities.add_capabilities = [\"SYS_ADMIN\"]" sleep 60
  shared=$container
  in_place mount -t tmpfs volume "$DIR/volume/later"
  in_place touch "$DIR/volume/later/file"
  run -1 cri probe "$private" 5 test -e /volume/later/file
  run -0 cri probe "$slave" 5 test -e /volume/later/file
  run -0 cri probe "$shared" 5 sh -c 'test -e /volume/later/file && mkdir /volume/back && mount -t tmpfs none /volume/back && touch /volume/back/file'
  run -0 in_place test -e "$DIR/volume/back/file"
  in_place umount "$DIR/volume/back" "$DIR/volume/later"
}

@test "devices, and none other" {
  pod
  run -0 once '.devices = [{ container_path: "/dev/chosen", host_path: "/dev/loop-control", permissions: "rw" }]' \
    sh -c 'test -c /dev/chosen && echo there; ls /dev'
  [ "${lines[0]}" = there ]
  [[ $output != *loop-control* ]]
}

@test "what hosts, names and environment the kubelet gives" {
  pod '.dns_config = { servers: ["10.0.0.10"], searches: ["tests.local"] }'
  run -0 once '.envs = [{ key: "COLOUR", value: "blue" }] | .working_dir = "/tmp"' sh -c 'echo $COLOUR; pwd; cat /etc/resolv.conf; hostname'
  [ "${lines[0]} ${lines[1]}" = 'blue /tmp' ]
  [[ $output == *'search tests.local'*'nameserver 10.0.0.10'* ]]
}

@test "several pods at once, as when a node starts" {
  local i
  for i in 1 2 3 4; do
    (
      pod
      echo "$pod" >>"$DIR/at-once"
      once . echo "number $i"
    ) &
  done >"$DIR/many"
  wait
  mapfile -t pods <"$DIR/at-once"
  [ "$(sort "$DIR/many")" = $'number 1\nnumber 2\nnumber 3\nnumber 4' ]
}

@test "pods live through a restart of the daemon" {
  pod
  start . sleep 60
  stop_daemon
  start_daemon
  in_state CONTAINER_RUNNING
  run -0 cri probe "$container" 5 echo again
  cri stop "$container" 0
  [ "$(of_container .status.exit_code)" = 137 ]
}

@test "a pod that is removed leaves nothing" {
  pod
  start . sleep 60
  cri stopp "$pod"
  cri rmp "$pod"
  [ -z "$(in_place find /run/containerd -name "*$pod*" -o -name "*$container*")" ]
  [ -z "$(find /sys/fs/cgroup -type d -path "*$CGROUP*" \( -name "*$pod*" -o -name "*$container*" \))" ]
  [ -z "$(grep -h "$pod" "/proc/$(<"$DIR/place.pid")/mountinfo")" ]
}
