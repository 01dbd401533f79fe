#!/usr/bin/env bats
# Docker, unchanged, running its containers with railcar. Each test is something that Docker's users do.
bats_require_minimum_version 1.5.0
load dockerd

setup_file() { start_docker; }
teardown_file() { stop_docker; }

setup() {
  if [ "$RUNTIME" = railcar ]; then hash_before=$(sha256sum "$RAILCAR"); fi
}

# No container, however it was run, may have changed the binary (CVE-2019-5736).
teardown() {
  if [ "$RUNTIME" = railcar ]; then [ "$hash_before" = "$(sha256sum "$RAILCAR")" ]; fi
  if [ -n "${started:-}" ]; then docker rm --force "$started" >/dev/null 2>&1 || true; fi
}

# A container in the background that lives until it is told to end.
start() {
  started=$(docker run --detach "$@")
}
readonly wait_quietly='trap "exit 0" TERM; while :; do sleep 0.1; done'

@test "the daemon runs its containers with the runtime under test" {
  run -0 docker info --format '{{.DefaultRuntime}}'
  [ "$output" = "$RUNTIME" ]
  start box sleep 60
  run -0 docker inspect --format '{{.HostConfig.Runtime}}' "$started"
  [ "$output" = "$RUNTIME" ]
}

@test "run --rm prints, ends, and leaves nothing" {
  run -0 --separate-stderr docker run --rm --name once box echo hello
  [ "$output" = hello ]
  [ -z "$stderr" ]
  run -0 docker ps --all --quiet --filter name=once
  [ -z "$output" ]
}

@test "run passes standard input, output and error" {
  run -0 --separate-stderr docker run --rm --interactive box sh -c 'cat; echo problem >&2' <<<'from outside'
  [ "$output" = 'from outside' ]
  [ "$stderr" = problem ]
}

@test "run ends with the container's exit code" {
  run -42 docker run --rm box sh -c 'exit 42'
}

@test "the container has its own hostname, is pid 1, and sees no other process" {
  run -0 docker run --rm --hostname own-name box sh -c 'hostname; echo $$; ls -d /proc/[0-9]* | wc -l'
  [ "${lines[0]}" = own-name ]
  [ "${lines[1]}" = 1 ]
  # The shell, ls and wc.
  [ "${lines[2]}" -le 3 ]
}

@test "-it has a terminal that takes input and answers" {
  run -0 run_on_terminal $'tty; echo $((6 * 7)); exit\n' "$DIR/docker" run --rm -it box
  [[ $output == *$'/dev/pts/0\n42'* ]]
}

@test "-t has the size that the client's terminal has" {
  run -0 run_on_terminal '' sh -c "stty rows 33 cols 77; \
    $DIR/docker run --rm -t box sh -c 'sleep 0.5; stty size'"
  [[ $output == *'33 77'* ]]
}

@test "-d, logs, exec, stop, rm" {
  start box sh -c "echo started; $wait_quietly"
  wait_for 20 eval "docker logs $started | grep -q started"
  run -0 docker exec "$started" sh -c 'echo inside; cat /proc/1/cmdline | tr "\0" " "'
  [ "${lines[0]}" = inside ]
  [[ ${lines[1]} == 'sh -c echo started'* ]]
  run -7 docker exec "$started" sh -c 'exit 7'
  run -0 docker stop --time 10 "$started"
  run -0 docker inspect --format '{{.State.Status}} {{.State.ExitCode}}' "$started"
  [ "$output" = 'exited 0' ]
  run -0 docker rm "$started"
  run -1 docker inspect "$started"
}

@test "start and restart run the same container again" {
  start box sh -c 'echo run; sleep 60'
  run -0 docker restart --time 0 "$started"
  wait_for 20 eval "[ \$(docker logs $started | grep -c run) = 2 ]"
  run -0 docker kill "$started"
  run -0 docker start "$started"
  wait_for 20 eval "[ \$(docker logs $started | grep -c run) = 3 ]"
}

@test "exec takes input, a terminal, a user, a directory and an environment" {
  start box sleep 60
  run -0 docker exec --interactive "$started" cat <<<'to exec'
  [ "$output" = 'to exec' ]
  run -0 run_on_terminal $'tty; exit\n' "$DIR/docker" exec -it "$started" sh
  [[ $output == */dev/pts/* ]]
  run -0 docker exec --user alice --workdir /tmp --env COLOUR=blue "$started" sh -c 'id -un; pwd; echo $COLOUR'
  [ "$output" = $'alice\n/tmp\nblue' ]
  run -0 docker exec --detach "$started" touch /tmp/touched
  wait_for 20 docker exec "$started" test -e /tmp/touched
}

@test "kill ends it with 137, and a signal reaches it" {
  start box sleep 60
  docker kill "$started"
  run -0 docker wait "$started"
  [ "$output" = 137 ]
  docker rm "$started"
  start box sh -c 'trap "exit 9" USR1; while :; do sleep 0.1; done'
  sleep 0.5
  docker kill --signal USR1 "$started"
  run -0 docker wait "$started"
  [ "$output" = 9 ]
}

@test "--memory is the limit that the kernel keeps" {
  run -0 docker run --rm --memory 64m box cat /sys/fs/cgroup/memory/memory.limit_in_bytes
  [ "$output" = 67108864 ]
}

@test "a container that outgrows --memory is killed, and Docker is told" {
  start --memory 16m --memory-swap 16m box sh -c 'sleep 0.5; x=a; while :; do x=$x$x; done'
  run -0 docker wait "$started"
  [ "$output" -ne 0 ]
  run -0 docker inspect --format '{{.State.OOMKilled}}' "$started"
  [ "$output" = true ]
}

@test "--cpus is a quota" {
  run -0 docker run --rm --cpus 0.5 box cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us
  [ "$output" = $'50000\n100000' ]
}

@test "--cpuset-cpus and --cpu-shares" {
  run -0 docker run --rm --cpuset-cpus 0 --cpu-shares 512 box \
    cat /sys/fs/cgroup/cpuset/cpuset.cpus /sys/fs/cgroup/cpu/cpu.shares
  [ "$output" = $'0\n512' ]
}

@test "--pids-limit stops a fork" {
  run docker run --rm --pids-limit 20 box sh -c \
    'cat /sys/fs/cgroup/pids/pids.max; for i in $(seq 25); do sleep 1 & done'
  # Its two streams arrive in any order.
  grep -qx 20 <<<"$output"
  [[ $output == *"can't fork"* ]]
}

@test "--read-only: the root is, /dev/shm is not" {
  run -0 docker run --rm --read-only box sh -c 'touch /file 2>&1; touch /dev/shm/file && echo shm'
  [[ ${lines[0]} == *'Read-only file system'* ]]
  [ "${lines[1]}" = shm ]
}

@test "--user by number, name and group, with the groups of the image" {
  run -0 docker run --rm --user 1000:1001 box sh -c 'id -u; id -g'
  [ "$output" = $'1000\n1001' ]
  run -0 docker run --rm --user alice box sh -c 'id -u; id -G; echo $HOME'
  [ "$output" = $'1234\n1234 4321\n/tmp' ]
  run -0 docker run --rm --user 1000 --group-add 77 box id -G
  [ "$output" = '0 77' ]
}

@test "--cap-drop ALL leaves none, --cap-add one" {
  run -0 docker run --rm --cap-drop ALL box grep Cap /proc/self/status
  [ "$(grep -c 0000000000000000 <<<"$output")" = 5 ]
  run -0 docker run --rm --cap-drop ALL --cap-add NET_RAW box grep CapEff /proc/self/status
  [[ $output == *0000000000002000 ]]
  run -1 docker run --rm --cap-drop ALL box chown 1:1 /tmp
}

@test "the default capabilities are Docker's, none of them inheritable" {
  run -0 docker run --rm box grep -E 'CapInh|CapEff|CapBnd' /proc/self/status
  [ "$output" = $'CapInh:\t0000000000000000\nCapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb' ]
}

@test "--network none has loopback only" {
  run -0 docker run --rm --network none box ls /sys/class/net
  [ "$output" = lo ]
}

@test "--network bridge has an address and reaches the bridge" {
  run -0 docker run --rm --network bridge box sh -c 'ip -4 -o address show eth0; ping -c 1 -w 5 10.213.7.1'
  [[ ${lines[0]} == *10.213.7.* ]]
  [[ $output == *'1 packets received'* ]]
}

@test "--publish reaches the container from outside" {
  start --publish 8080:80 box sh -c 'mkdir /www; echo page >/www/index.html; exec httpd -f -p 80 -h /www'
  wait_for 20 in_network busybox wget -q -O /dev/null http://127.0.0.1:8080/
  run -0 in_network busybox wget -q -O - http://127.0.0.1:8080/
  [ "$output" = page ]
}

@test "--network container: shares the other's interfaces" {
  start box sleep 60
  mine=$(docker exec "$started" cat /sys/class/net/eth0/address)
  run -0 docker run --rm --network "container:$started" box cat /sys/class/net/eth0/address
  [ "$output" = "$mine" ]
}

@test "--network host is the daemon's" {
  run -0 docker run --rm --network host box ip link show docker0
}

@test "--pid host sees the daemon, --pid container: the other's processes" {
  run -0 docker run --rm --pid host box sh -c 'grep -ls dockerd /proc/[0-9]*/comm | wc -l'
  [ "$output" -ge 1 ]
  start box sleep 61
  run -0 docker run --rm --pid "container:$started" box sh -c 'tr "\0" " " </proc/1/cmdline'
  [ "$output" = 'sleep 61 ' ]
}

@test "--ipc and --uts host" {
  run -0 docker run --rm --ipc host --uts host box sh -c 'readlink /proc/self/ns/ipc; readlink /proc/self/ns/uts'
  [ "${lines[0]}" = "$(readlink /proc/self/ns/ipc)" ]
  [ "${lines[1]}" = "$(readlink /proc/self/ns/uts)" ]
}

@test "-v binds a directory, read-only when asked, and a volume keeps its content" {
  mkdir -p "$DIR/shared"
  echo outside >"$DIR/shared/file"
  run -0 docker run --rm -v "$DIR/shared:/shared" box sh -c 'cat /shared/file; echo inside >/shared/answer'
  [ "$output" = outside ]
  [ "$(cat "$DIR/shared/answer")" = inside ]
  run -0 docker run --rm -v "$DIR/shared:/shared:ro" box sh -c 'touch /shared/more 2>&1 || true'
  [[ $output == *'Read-only file system'* ]]
  docker run --rm -v kept:/data box sh -c 'echo data >/data/file'
  run -0 docker run --rm -v kept:/data box cat /data/file
  [ "$output" = data ]
}

@test "--tmpfs, with its size" {
  run -0 docker run --rm --tmpfs /scratch:size=1m,mode=1770 box sh -c 'mount | grep /scratch; stat -c %a /scratch'
  [[ ${lines[0]} == *'tmpfs'*'size=1024k'* ]]
  [ "${lines[1]}" = 1770 ]
}

@test "--init reaps for the container" {
  run -0 docker run --rm --init box sh -c 'tr "\0" " " </proc/1/cmdline'
  [[ $output == *docker-init* ]]
}

@test "--device gives the device and no other" {
  run -0 docker run --rm --device /dev/loop-control:/dev/chosen box sh -c 'test -c /dev/chosen && echo there; ls /dev'
  [ "${lines[0]}" = there ]
  [[ $output != *loop-control* ]]
  run -1 docker run --rm --cap-add MKNOD box sh -c 'mknod /tmp/disk b 254 0 && head -c 1 /tmp/disk'
  [[ $output == *'Operation not permitted'* ]]
}

@test "--ulimit, --oom-score-adj, --sysctl, --shm-size" {
  run -0 docker run --rm --ulimit nofile=123:456 --oom-score-adj 321 --sysctl net.ipv4.ip_default_ttl=99 \
    --shm-size 2m box sh -c \
    'ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj /proc/sys/net/ipv4/ip_default_ttl; mount | grep /dev/shm'
  [ "${lines[0]}" = 123 ]
  [ "${lines[1]}" = 456 ]
  [ "${lines[2]}" = 321 ]
  [ "${lines[3]}" = 99 ]
  [[ ${lines[4]} == *size=2048k* ]]
}

@test "--security-opt no-new-privileges" {
  run -0 docker run --rm --security-opt no-new-privileges box grep NoNewPrivs /proc/self/status
  [[ $output == *1 ]]
  run -0 docker run --rm box grep NoNewPrivs /proc/self/status
  [[ $output == *0 ]]
}

@test "Docker's default seccomp profile is active" {
  run -0 docker run --rm box grep -w Seccomp /proc/self/status
  [[ $output == *2 ]]
  run -0 docker run --rm --security-opt seccomp=unconfined box grep -w Seccomp /proc/self/status
  [[ $output == *0 ]]
}

@test "seccomp denies what the profile denies, and with no-new-privileges too" {
  # Without the filter the kernel lets anyone make a user namespace.
  run -0 docker run --rm --security-opt seccomp=unconfined box unshare -U true
  run -1 docker run --rm box unshare -U true
  [[ $output == *'Operation not permitted'* ]]
  run -1 docker run --rm --security-opt no-new-privileges --user 1000 box unshare -U true
  [[ $output == *'Operation not permitted'* ]]
}

@test "a seccomp profile of one's own" {
  cat >"$DIR/profile.json" <<<'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
    {"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":12}]}'
  run -1 docker run --rm --security-opt "seccomp=$DIR/profile.json" box mkdir /tmp/new
  [[ $output == *'Out of memory'* || $output == *'Cannot allocate memory'* ]]
}

@test "masked and read-only paths" {
  run -0 docker run --rm box sh -c 'wc -c </proc/timer_list; ls /sys/firmware | wc -l; \
    (echo name >/proc/sys/kernel/domainname) 2>/dev/null || echo denied'
  [ "${lines[0]}" = 0 ]
  [ "${lines[1]}" = 0 ]
  [[ $output == *denied ]]
}

@test "systempaths=unconfined and a capability: nothing masked, and mounting works" {
  run -0 docker run --rm --security-opt systempaths=unconfined --security-opt seccomp=unconfined --cap-add SYS_ADMIN \
    box sh -c 'mkdir /mnt && mount -t tmpfs none /mnt && echo mounted; wc -c </proc/timer_list'
  [ "${lines[0]}" = mounted ]
  [ "${lines[1]}" -gt 0 ]
}

@test "--privileged: every capability, no filter" {
  all_capabilities || skip 'this machine withholds capabilities from root'
  run -0 docker run --rm --privileged box grep -wE 'CapEff|Seccomp' /proc/self/status
  [ "${lines[0]}" = "$(grep CapEff /proc/self/status)" ]
  [[ ${lines[1]} == *0 ]]
}

@test "exec --privileged has every capability, a plain one has not" {
  start box sleep 60
  run -0 docker exec "$started" grep CapEff /proc/self/status
  [[ $output == *00000000a80425fb ]]
  all_capabilities || skip 'this machine withholds capabilities from root'
  run -0 docker exec --privileged "$started" grep CapEff /proc/self/status
  [ "$output" = "$(grep CapEff /proc/self/status)" ]
}

# Docker asks for all that the kernel knows.
all_capabilities() {
  [ "$((0x$(awk '/CapBnd/ { print $2 }' /proc/self/status)))" = "$(((1 << ($(</proc/sys/kernel/cap_last_cap) + 1)) - 1))" ]
}

@test "top" {
  start box sleep 62
  run -0 docker top "$started"
  [[ $output == *'sleep 62'* ]]
  run -0 docker top "$started" -o pid,comm
  [[ $output == *sleep* ]]
}

@test "pause stops it in its tracks, unpause lets it go on" {
  start box sh -c 'while :; do echo tick; sleep 0.1; done'
  docker pause "$started"
  run -0 docker inspect --format '{{.State.Status}}' "$started"
  [ "$output" = paused ]
  before=$(docker logs "$started" | wc -l)
  sleep 0.5
  [ "$(docker logs "$started" | wc -l)" = "$before" ]
  docker unpause "$started"
  wait_for 20 eval "[ \$(docker logs $started | wc -l) -gt $before ]"
}

@test "a paused container can be killed and removed" {
  start box sleep 60
  docker pause "$started"
  run -0 docker rm --force "$started"
}

@test "update changes the limits of a running container" {
  start --memory 64m --cpus 1 box sleep 60
  run -0 docker update --memory 32m --memory-swap 32m --cpus 0.25 --pids-limit 9 "$started"
  run -0 docker exec "$started" cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/cpu/cpu.cfs_quota_us \
    /sys/fs/cgroup/pids/pids.max
  [ "$output" = $'33554432\n25000\n9' ]
}

@test "stats" {
  start --memory 64m box sleep 60
  run -0 docker stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' "$started"
  [[ $output == *'/ 64MiB 1' ]]
}

@test "cp both ways" {
  start box sleep 60
  echo content >"$DIR/file"
  docker cp "$DIR/file" "$started:/tmp/file"
  run -0 docker exec "$started" cat /tmp/file
  [ "$output" = content ]
  docker cp "$started:/etc/passwd" "$DIR/passwd"
  grep -q alice "$DIR/passwd"
}

@test "--health-cmd runs in the container" {
  start --health-cmd 'test -e /tmp/well' --health-interval 1s --health-retries 1 box sleep 60
  wait_for 20 eval "[ \$(docker inspect --format '{{.State.Health.Status}}' $started) = unhealthy ]"
  docker exec "$started" touch /tmp/well
  wait_for 20 eval "[ \$(docker inspect --format '{{.State.Health.Status}}' $started) = healthy ]"
}

@test "a build's RUN steps" {
  mkdir -p "$DIR/context"
  printf 'FROM box\nRUN echo built > /built\nUSER 1000\nRUN id -u > /tmp/user\n' >"$DIR/context/Dockerfile"
  run -0 env DOCKER_BUILDKIT=0 "$DIR/docker" \
    build --quiet --tag built "$DIR/context"
  run -0 docker run --rm built cat /built /tmp/user
  [ "$output" = $'built\n1000' ]
}

@test "many at once" {
  for i in 1 2 3 4 5 6 7 8; do docker run --rm box echo "number $i" & done >"$DIR/many"
  wait
  [ "$(sort -u "$DIR/many" | wc -l)" = 8 ]
}

@test "no node process is there while containers run" {
  [ "$RUNTIME" = railcar ] || skip 'of railcar only'
  start box sleep 60
  wait_for 20 no_engine_runs
  run -0 docker exec "$started" true
  wait_for 20 no_engine_runs
}

# Of those that this daemon's runtime started: they are in its network namespace. The search itself is in another.
no_engine_runs() {
  local engine ours exe
  engine=$(realpath "$(dirname "$RAILCAR")/lib/engine")
  ours=$(readlink "/proc/$(<"$DIR/place.pid")/ns/net")
  for exe in /proc/[0-9]*/exe; do
    if [ "$(readlink "$exe")" = "$engine" ] && [ "$(readlink "${exe%exe}ns/net")" = "$ours" ]; then return 1; fi
  done
}

@test "nothing of a removed container is left in the runtime's state or in cgroups" {
  start --memory 64m box sleep 60
  docker rm --force "$started"
  run find /sys/fs/cgroup -type d -path "*$CGROUP/$started*"
  [ -z "$output" ]
  run find "$DIR/exec" -name "$started*"
  [ -z "$output" ]
}
