#!/usr/bin/env bats
# Podman, unchanged, as root, running its containers with railcar. Each test is something that Podman's users do.
bats_require_minimum_version 1.5.0
load podman

setup_file() { start_podman; }
teardown_file() { stop_podman; }

setup() {
  started=
  if [ "$RUNTIME" = railcar ]; then hash_before=$(sha256sum "$RAILCAR"); fi
}

# No container, however it was run, may have changed the binary (CVE-2019-5736).
teardown() {
  if [ "$RUNTIME" = railcar ]; then [ "$hash_before" = "$(sha256sum "$RAILCAR")" ]; fi
  [ -z "$started" ] || podman rm --force --time 0 "$started" >/dev/null 2>&1 || true
}

# Version 1 has them all where it is mounted.
needs_controllers() { [ "$CGROUPS" != v2 ] || skip 'here version 2 has no controllers'; }

# The hierarchy whose directories are looked at.
hierarchy() { if [ "$CGROUPS" = v2 ]; then echo /sys/fs/cgroup/unified; else echo /sys/fs/cgroup/pids; fi; }

# A container in the background that lives until it is told to end.
start() {
  started=$(podman run --detach "$@")
}
readonly wait_quietly='trap "exit 0" TERM; while :; do sleep 0.1; done'

# --- which runtime ---

@test "it is the Podman that is asked for" {
  run -0 podman --version
  [[ $output == "podman version $PODMAN."* ]]
  if [ "$CGROUPS" = v2 ]; then
    run -0 podman info --format '{{.Host.CgroupsVersion}}'
    [ "$output" = v2 ]
  fi
}

@test "the runtime of containers.conf runs the containers, and podman info names it" {
  run -0 podman info --format '{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Path}}'
  [[ $output == "$RUNTIME /"* ]]
  [ "$RUNTIME" != railcar ] || [ "${output#* }" = "$RAILCAR" ]
  start box sleep 60
  run -0 podman inspect --format '{{.OCIRuntime}}' "$started"
  [ "$output" = "$RUNTIME" ]
}

@test "--runtime PATH" {
  ln -s "$runtime" "$DIR/elsewhere"
  run -0 podman --runtime "$DIR/elsewhere" run --rm box echo hello
  [ "$output" = hello ]
}

# --- run ---

@test "run --rm prints, ends, and leaves nothing" {
  run -0 --separate-stderr podman run --rm --name once box echo hello
  [ "$output" = hello ]
  [ -z "$stderr" ]
  run -1 podman container exists once
}

@test "run passes standard input, output and error" {
  run -0 --separate-stderr podman run --rm --interactive box sh -c 'cat; echo problem >&2' <<<'from outside'
  [ "$output" = 'from outside' ]
  [ "$stderr" = problem ]
}

@test "run ends with the container's exit code" {
  run -42 podman run --rm box sh -c 'exit 42'
}

@test "a missing command is 127 and names it" {
  run -127 podman run --rm box no-such-command
  [[ $output == *no-such-command* ]]
  [[ $output == *'OCI runtime attempted to invoke a command that was not found'* ]]
}

@test "a file that is not executable is 126" {
  run -126 podman run --rm box /bin/plain
  [[ ${output,,} == *'permission denied'* ]]
}

@test "what Podman itself refuses is 125, and what the runtime refuses is 126 with its own words" {
  run -125 podman run --rm no-such-image
  run -126 podman run --rm --sysctl net.ipv4.ip_default_ttl=many --network private box true
  [[ $output == *'OCI runtime'* && $output == *'nvalid argument'* ]]
}

@test "the container has its own hostname, is pid 1, and sees no other process" {
  run -0 podman run --rm --hostname own-name box sh -c 'hostname; echo $$; ls -d /proc/[0-9]* | wc -l'
  [ "${lines[0]}" = own-name ]
  [ "${lines[1]}" = 1 ]
  # The shell, ls and wc.
  [ "${lines[2]}" -le 3 ]
}

@test "-it has a terminal that takes input, answers, and has the client's size" {
  run -0 run_on_terminal $'tty; stty size; exit\n' sh -c "stty rows 33 cols 77; $DIR/inside podman run --rm -it box"
  [[ $output == */dev/pts/0* ]]
  [[ $output == *'33 77'* ]]
}

# --- a life in the background ---

@test "-d, logs, exec, stop, rm" {
  start box sh -c "echo started; $wait_quietly"
  wait_for 5 eval "podman logs $started | grep -q started"
  run -0 podman exec "$started" sh -c 'echo inside; cat /proc/1/cmdline | tr "\0" " "'
  [ "${lines[0]}" = inside ]
  [[ ${lines[1]} == 'sh -c echo started'* ]]
  run -7 podman exec "$started" sh -c 'exit 7'
  run -0 podman stop --time 10 "$started"
  run -0 podman inspect --format '{{.State.Status}} {{.State.ExitCode}} {{.State.Pid}}' "$started"
  [ "$output" = 'exited 0 0' ]
  run -0 podman rm "$started"
  run -1 podman container exists "$started"
}

@test "create, start --attach, and start again" {
  started=$(podman create --interactive box sh -c 'read line; echo "got $line"; exit 3')
  run -0 podman inspect --format '{{.State.Status}}' "$started"
  [ "$output" = created ]
  run -3 podman start --attach --interactive "$started" <<<first
  [ "$output" = 'got first' ]
  run -3 podman start --attach --interactive "$started" <<<second
  [ "$output" = 'got second' ]
}

@test "init makes the container and runs nothing yet" {
  started=$(podman create box sh -c 'echo ran; sleep 60')
  podman init "$started"
  run -0 podman inspect --format '{{.State.Status}}' "$started"
  [ "$output" = initialized ]
  run -0 podman logs "$started"
  [ -z "$output" ]
  podman start "$started"
  wait_for 5 eval "podman logs $started | grep -q ran"
}

@test "attach shows what comes from then on, and detaches by its keys" {
  start --interactive box sh -c 'read line; echo "answer $line"'
  run -0 podman attach "$started" <<<question
  [[ $output == *'answer question'* ]]
  run -0 podman wait "$started"
  podman rm "$started"
  start -it box sh
  run -0 attach_and_leave "$started" $'echo $((6*7))\n'
  [[ $output == *42* ]]
  run -0 podman inspect --format '{{.State.Status}}' "$started"
  [ "$output" = running ]
}

@test "exec takes input, a terminal, a user, a directory and an environment" {
  start box sleep 60
  run -0 podman exec --interactive "$started" cat <<<'to exec'
  [ "$output" = 'to exec' ]
  run -0 run_on_terminal $'tty; exit\n' "$DIR/inside" podman exec -it "$started" sh
  [[ $output == */dev/pts/* ]]
  run -0 podman exec --user alice --workdir /tmp --env COLOUR=blue "$started" sh -c 'id -un; pwd; echo $COLOUR'
  [ "$output" = $'alice\n/tmp\nblue' ]
}

@test "exec --detach, --privileged, --preserve-fds" {
  start box sleep 60
  podman exec --detach "$started" touch /tmp/touched
  wait_for 5 podman exec "$started" test -e /tmp/touched
  run -0 podman exec --preserve-fds 1 "$started" cat /proc/self/fd/3 3<<<'by descriptor'
  [ "$output" = 'by descriptor' ]
  run -0 podman exec --privileged "$started" grep CapEff /proc/self/status
  [ "$output" = "$(grep CapEff /proc/self/status)" ]
}

@test "exec of a missing command is 127, of a plain file 126, in a stopped container 255" {
  start box sleep 60
  run -127 podman exec "$started" no-such-command
  [[ $output == *no-such-command* ]]
  run -126 podman exec "$started" /bin/plain
  podman kill "$started"
  podman wait "$started"
  run -255 podman exec "$started" true
}

@test "kill ends it with 137, and a signal reaches it" {
  start box sh -c 'trap "exit 9" USR1; echo ready; while :; do sleep 0.1; done'
  wait_for 5 eval "podman logs $started | grep -q ready"
  podman kill --signal USR1 "$started"
  run -0 podman wait "$started"
  [ "$output" = 9 ]
  podman start "$started"
  podman kill "$started"
  run -0 podman wait "$started"
  [ "$output" = 137 ]
}

@test "stop ends one that ignores SIGTERM" {
  start box sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'
  wait_for 5 eval "podman logs $started | grep -q ready"
  podman stop --time 1 "$started"
  run -0 podman inspect --format '{{.State.ExitCode}}' "$started"
  [ "$output" = 137 ]
}

@test "restart runs the same container again, and --restart by itself" {
  start box sh -c 'echo run; sleep 60'
  podman restart --time 0 "$started"
  wait_for 5 eval "[ \$(podman logs $started | grep -c run) = 2 ]"
  podman rm --force --time 0 "$started"
  start --restart on-failure:2 box sh -c 'echo run; exit 1'
  wait_for 10 eval "[ \$(podman logs $started | grep -c run) = 3 ]"
}

@test "pause stops it in its tracks, unpause lets it go on" {
  start box sh -c 'while :; do echo tick; sleep 0.1; done'
  podman pause "$started"
  run -0 podman inspect --format '{{.State.Status}}' "$started"
  [ "$output" = paused ]
  before=$(podman logs "$started" | wc -l)
  sleep 0.3
  [ "$(podman logs "$started" | wc -l)" = "$before" ]
  podman unpause "$started"
  wait_for 5 eval "[ \$(podman logs $started | wc -l) -gt $before ]"
}

@test "a paused container can be removed" {
  start box sleep 60
  podman pause "$started"
  run -0 podman rm --force --time 0 "$started"
  run -1 podman container exists "$started"
}

@test "top, ps" {
  start box sleep 62
  run -0 podman top "$started" pid args
  [[ $output == *'sleep 62'* ]]
  run -0 podman ps --format '{{.Status}} {{.Pid}}' --filter "id=$started"
  [[ $output == Up* ]]
}

@test "stats" {
  needs_controllers
  start --memory 64m box sleep 60
  run -0 podman stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' "$started"
  [[ $output == *'/ 67.11MB 1' ]]
}

@test "update changes the limits of a running container" {
  needs_controllers
  start --memory 64m --cpus 1 box sleep 60
  podman update --memory 32m --memory-swap 32m --cpus 0.25 "$started"
  run -0 podman exec "$started" cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/cpu/cpu.cfs_quota_us
  [ "$output" = $'33554432\n25000' ]
}

@test "healthcheck run" {
  start --health-cmd 'test -e /tmp/well' --health-interval disable --health-retries 1 box sleep 60
  run -1 podman healthcheck run "$started"
  [[ $output == *unhealthy* ]]
  podman exec "$started" touch /tmp/well
  run -0 podman healthcheck run "$started"
  run -0 podman inspect --format '{{.State.Healthcheck.Status}}' "$started"
  [ "$output" = healthy ]
}

@test "cp both ways, diff, commit" {
  start box sleep 60
  echo content >"$DIR/file"
  podman cp "$DIR/file" "$started:/tmp/file"
  run -0 podman exec "$started" cat /tmp/file
  [ "$output" = content ]
  podman cp "$started:/etc/passwd" "$DIR/passwd"
  grep -q alice "$DIR/passwd"
  run -0 podman diff "$started"
  [[ $output == *'A /tmp/file'* ]]
  podman commit --quiet "$started" committed
  run -0 podman run --rm committed cat /tmp/file
  [ "$output" = content ]
}

@test "events tell of a container's life" {
  podman run --rm --name lived box true
  run -0 podman events --stream=false --filter container=lived --format '{{.Status}}'
  [[ $output == *create*init*start*died*remove* ]]
}

# --- limits ---

@test "--memory, --cpus, --cpuset-cpus, --cpu-shares, --pids-limit are what the kernel keeps" {
  needs_controllers
  cd_cgroup='cd /sys/fs/cgroup;'
  run -0 podman run --rm --memory 64m --cpus 0.5 --cpuset-cpus 0 --cpu-shares 512 --pids-limit 33 box sh -c "$cd_cgroup
    cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us cpuset/cpuset.cpus cpu/cpu.shares pids/pids.max"
  [ "$output" = $'67108864\n50000\n100000\n0\n512\n33' ]
}

@test "a process that outgrows --memory is killed, and conmon is told" {
  needs_controllers
  start --memory 16m --memory-swap 16m box sh -c \
    '(x=a; while :; do x=$x$x; done); echo "process $?"; sleep 1'
  run -0 podman wait "$started"
  podman logs "$started" | grep -qx 'process 137'
  if [ "$PODMAN" = 4 ]; then
    # So conmon knows it; this Podman looks for the file elsewhere (github.com/containers/conmon/issues/504).
    [ -e "$DIR/oom" ]
  else
    run -0 podman inspect --format '{{.State.OOMKilled}}' "$started"
    [ "$output" = true ]
  fi
}

@test "--ulimit, --oom-score-adj, --sysctl, --shm-size" {
  run -0 podman run --rm --network private --ulimit nofile=123:456 --ulimit nproc=99:99 --oom-score-adj 321 \
    --sysctl net.ipv4.ip_default_ttl=99 --shm-size 2m box sh -c \
    'ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj /proc/sys/net/ipv4/ip_default_ttl; mount | grep /dev/shm'
  [ "${lines[0]}" = 123 ]
  [ "${lines[1]}" = 456 ]
  [ "${lines[2]}" = 321 ]
  [ "${lines[3]}" = 99 ]
  [[ ${lines[4]} == *size=2048k* ]]
}

@test "--cgroups=no-conmon puts conmon nowhere, --cgroup-parent the container there" {
  start --cgroups no-conmon --cgroup-parent /chosen box sleep 60
  [ -d "$(hierarchy)$CGROUP/chosen/libpod-$started" ]
  [ ! -d "$(hierarchy)$CGROUP/chosen/conmon" ]
}

@test "--cgroups=disabled makes no cgroup" {
  [ "$RUNTIME" != runc ] || skip 'runc always makes cgroups'
  start --cgroups disabled box sleep 60
  run -0 find "$(hierarchy)$CGROUP" -name "*$started*"
  [ -z "$output" ]
  run -0 podman exec "$started" echo there
  [ "$output" = there ]
  run -0 podman stop --time 0 "$started"
}

# --- privileges ---

@test "--user by number, name and group, with the groups of the image" {
  run -0 podman run --rm --user 1000:1001 box sh -c 'id -u; id -g'
  [ "$output" = $'1000\n1001' ]
  run -0 podman run --rm --user alice box sh -c 'id -u; id -G; echo $HOME'
  [ "$output" = $'1234\n1234 4321\n/tmp' ]
}

@test "capabilities: the default, --cap-drop ALL, --cap-add one" {
  run -0 podman run --rm box grep -E 'CapInh|CapEff|CapBnd' /proc/self/status
  [ "$output" = $'CapInh:\t0000000000000000\nCapEff:\t00000000800405fb\nCapBnd:\t00000000800405fb' ]
  run -0 podman run --rm --cap-drop ALL --cap-add NET_RAW box grep Cap /proc/self/status
  [[ $output == *$'CapEff:\t0000000000002000\nCapBnd:\t0000000000002000'* ]]
  run -1 podman run --rm --cap-drop ALL box chown 1:1 /tmp
}

@test "--privileged: every capability, no filter, the devices" {
  run -0 podman run --rm --privileged box sh -c 'grep -wE "CapEff|Seccomp" /proc/self/status; ls /dev/loop-control'
  [ "${lines[0]}" = "$(grep CapEff /proc/self/status)" ]
  [[ ${lines[1]} == *0 ]]
  [ "${lines[2]}" = /dev/loop-control ]
}

@test "--security-opt seccomp: the default denies, a profile of one's own" {
  run -0 podman run --rm --security-opt seccomp=unconfined box grep -w Seccomp /proc/self/status
  [[ $output == *0 ]]
  run -0 podman run --rm box grep -w Seccomp /proc/self/status
  [[ $output == *2 ]]
  cat >"$DIR/profile.json" <<<'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
    {"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":12}]}'
  run -1 podman run --rm --security-opt "seccomp=$DIR/profile.json" box mkdir /tmp/new
  [[ $output == *'Out of memory'* || $output == *'Cannot allocate memory'* ]]
}

@test "--security-opt no-new-privileges, mask, unmask" {
  run -0 podman run --rm --security-opt no-new-privileges --security-opt mask=/etc/passwd:/tmp box sh -c \
    'grep NoNewPrivs /proc/self/status; wc -c </etc/passwd; wc -c </proc/timer_list'
  [[ ${lines[0]} == *1 ]]
  [ "${lines[1]}" = 0 ]
  [ "${lines[2]}" = 0 ]
  run -0 podman run --rm --security-opt unmask=ALL box sh -c 'grep NoNewPrivs /proc/self/status; wc -c </proc/timer_list'
  [[ ${lines[0]} == *0 ]]
  [ "${lines[1]}" -gt 0 ]
}

@test "--device gives the device and no other" {
  run -0 podman run --rm --device /dev/loop-control:/dev/chosen box sh -c 'test -c /dev/chosen && echo there; ls /dev'
  [ "${lines[0]}" = there ]
  [[ $output != *loop-control* ]]
  run -1 podman run --rm --cap-add MKNOD box sh -c 'mknod /tmp/disk b 254 0 && head -c 1 /tmp/disk'
  [[ $output == *'Operation not permitted'* ]]
}

# --- files ---

@test "-v binds a directory, read-only when asked; a volume keeps its content" {
  mkdir -p "$DIR/shared"
  echo outside >"$DIR/shared/file"
  run -0 podman run --rm -v "$DIR/shared:/shared" -v "$DIR/shared:/readable:ro" box sh -c \
    'cat /shared/file; echo inside >/shared/answer; touch /readable/more 2>&1 || true'
  [ "${lines[0]}" = outside ]
  [[ ${lines[1]} == *'Read-only file system'* ]]
  [ "$(cat "$DIR/shared/answer")" = inside ]
  podman run --rm -v kept:/data box sh -c 'echo data >/data/file'
  run -0 podman run --rm -v kept:/data box cat /data/file
  [ "$output" = data ]
}

@test "--tmpfs with its size, --read-only and what stays writable" {
  run -0 podman run --rm --read-only --tmpfs /scratch:size=1m,mode=1770 box sh -c \
    'mount | grep /scratch; stat -c %a /scratch; touch /file 2>&1; touch /dev/shm/file /tmp/file && echo tmp'
  [[ ${lines[0]} == *'tmpfs'*'size=1024k'* ]]
  [ "${lines[1]}" = 1770 ]
  [[ ${lines[2]} == *'Read-only file system'* ]]
  [ "${lines[3]}" = tmp ]
}

@test "--secret, --tz, --preserve-fds, --init, --systemd=false" {
  printf hidden | podman secret create word - >/dev/null
  run -0 podman run --rm --init --systemd=false --secret word --tz=local --preserve-fds 1 box sh -c \
    'cat /run/secrets/word; echo; cat /proc/self/fd/3; tr "\0" " " </proc/1/cmdline' 3<<<'by descriptor'
  [ "${lines[0]}" = hidden ]
  [ "${lines[1]}" = 'by descriptor' ]
  [[ ${lines[2]} == *'init -- sh -c'* ]]
}

@test "--log-driver none, json-file" {
  start --log-driver json-file box echo logged
  podman wait "$started"
  run -0 podman logs "$started"
  [ "$output" = logged ]
  run -0 podman run --rm --log-driver none box echo seen
  [ "$output" = seen ]
}

# --- namespaces ---

@test "--network none has loopback only, host is Podman's" {
  run -0 podman run --rm --network none box ls /sys/class/net
  [ "$output" = lo ]
  run -0 podman run --rm --network host box readlink /proc/self/ns/net
  [ "$output" = "$(inside readlink /proc/self/ns/net)" ]
}

@test "--pid, --ipc, --uts of the host" {
  run -0 podman run --rm --pid host --ipc host --uts host box sh -c \
    'readlink /proc/self/ns/pid; readlink /proc/self/ns/ipc; readlink /proc/self/ns/uts'
  [ "$output" = "$(readlink /proc/self/ns/pid; readlink /proc/self/ns/ipc; readlink /proc/self/ns/uts)" ]
}

@test "--pid, --ipc, --uts, --network of another container" {
  start --network private --ipc shareable --hostname shared box sleep 61
  other="container:$started"
  run -0 podman run --rm --pid "$other" --ipc "$other" --uts "$other" --network "$other" box sh -c \
    'tr "\0" " " </proc/1/cmdline; echo; hostname; for each in pid ipc uts net; do readlink /proc/self/ns/$each; done'
  [ "${lines[0]}" = 'sleep 61 ' ]
  [ "${lines[1]}" = shared ]
  run -0 podman exec "$started" sh -c 'for each in pid ipc uts net; do readlink /proc/self/ns/$each; done' <<<"$output"
  [ "$output" = "$(podman exec "$started" sh -c 'for each in pid ipc uts net; do readlink /proc/1/ns/$each; done')" ]
}

@test "--uidmap: root inside is another outside, and files belong to root inside" {
  run -0 podman run --rm --uidmap 0:300000:5000 --gidmap 0:300000:5000 box sh -c 'cat /proc/self/uid_map; stat -c %u /etc/passwd /proc/1'
  [[ ${lines[0]} =~ ^\ +0\ +300000\ +5000$ ]]
  [ "${lines[1]}" = 0 ]
  start --uidmap 0:300000:5000 --gidmap 0:300000:5000 box sleep 60
  pid=$(podman inspect --format '{{.State.Pid}}' "$started")
  [ "$(stat -c %u "/proc/$pid")" = 300000 ]
  run -0 podman exec "$started" sh -c 'id -u; touch /tmp/mine; stat -c %u /tmp/mine'
  [ "$output" = $'0\n0' ]
}

@test "--userns=auto gives each container its own range" {
  start --userns=auto:size=2000 box sleep 60
  run -0 podman exec "$started" cat /proc/self/uid_map
  [[ $output =~ ^\ +0\ +(2[0-9]{5})\ +2000$ ]]
  first=${BASH_REMATCH[1]}
  run -0 podman run --rm --userns=auto:size=2000 box cat /proc/self/uid_map
  [[ $output =~ ^\ +0\ +(2[0-9]{5})\ +2000$ ]]
  [ "${BASH_REMATCH[1]}" != "$first" ]
}

@test "-v …:idmap shows files as the container's" {
  [ "$RUNTIME" != runc ] || skip 'runc 1.1 has no mounts with ids mapped'
  mkdir -p "$DIR/mapped"
  touch "$DIR/mapped/roots"
  run -0 podman run --rm --uidmap 0:300000:5000 --gidmap 0:300000:5000 -v "$DIR/mapped:/mapped:idmap" box sh -c \
    'stat -c %u /mapped/roots; touch /mapped/new'
  [ "$output" = 0 ]
  [ "$(stat -c %u "$DIR/mapped/new")" = 0 ]
}

# --- networks ---

@test "--network bridge has an address and reaches the bridge" {
  run -0 podman run --rm --cap-add NET_RAW --network bridge box sh -c 'ip -4 -o address show eth0; ping -c 1 -w 5 10.213.8.1'
  [[ ${lines[0]} == *10.213.8.* ]]
  [[ $output == *'1 packets received'* ]]
}

@test "--publish reaches the container from outside" {
  start --network bridge --publish 8080:80 box sh -c 'mkdir /www; echo page >/www/index.html; exec httpd -f -p 80 -h /www'
  wait_for 10 inside busybox wget -q -O /dev/null http://127.0.0.1:8080/
  run -0 inside busybox wget -q -O - http://127.0.0.1:8080/
  [ "$output" = page ]
}

@test "in a network of one's own containers find each other by name" {
  podman network create --subnet 10.213.9.0/24 named >/dev/null
  start --network named --name server box sh -c 'mkdir /www; echo by name >/www/index.html; exec httpd -f -p 80 -h /www'
  run -0 podman run --rm --network named box sh -c 'for i in 1 2 3 4 5; do wget -q -O - http://server/ && exit; sleep 1; done; exit 1'
  [ "$output" = 'by name' ]
  podman rm --force --time 0 server
  podman network rm named
}

# --- pods ---

@test "a pod shares namespaces, is stopped, started, paused, listed and removed as one" {
  podman pod create --name pod --share ipc,net,uts,pid --hostname of-pod --network private >/dev/null
  podman run --detach --pod pod --name one box sleep 63 >/dev/null
  podman run --detach --pod pod --name two box sleep 64 >/dev/null
  run -0 podman exec one sh -c 'hostname; ps -o args'
  [[ $output == of-pod* && $output == *'sleep 63'* && $output == *'sleep 64'* ]]
  run -0 podman exec two readlink /proc/self/ns/net
  [ "$output" = "$(podman exec one readlink /proc/self/ns/net)" ]
  run -0 podman pod top pod args
  [[ $output == *'sleep 63'* && $output == *'sleep 64'* ]]
  run -0 podman pod stats --no-stream pod
  [[ $output == *one* && $output == *two* ]]
  podman pod pause pod
  [ "$(podman inspect --format '{{.State.Status}}' one two)" = $'paused\npaused' ]
  podman pod unpause pod
  podman pod stop --time 0 pod
  [ "$(podman inspect --format '{{.State.Status}}' one two)" = $'exited\nexited' ]
  podman pod start pod
  [ "$(podman inspect --format '{{.State.Status}}' one two)" = $'running\nrunning' ]
  podman pod rm --force --time 0 pod
  run -1 podman container exists one
}

@test "a pod's limits hold for its containers together" {
  needs_controllers
  podman pod create --name limited --cpus 0.5 --memory 64m >/dev/null
  podman run --detach --pod limited --name within box sleep 60 >/dev/null
  id=$(podman pod inspect --format '{{.ID}}' limited)
  run -0 find "/sys/fs/cgroup/memory$CGROUP" -path "*$id/memory.limit_in_bytes" -exec cat {} +
  [ "$output" = 67108864 ]
  podman pod rm --force --time 0 limited
}

@test "generate kube and play kube" {
  podman pod create --name played >/dev/null
  podman run --detach --pod played --name one box sh -c "echo from kube; $wait_quietly" >/dev/null
  podman generate kube played >"$DIR/pod.yaml"
  podman pod rm --force --time 0 played
  sed -i 's/^\( *\)image: .*box.*/&\n\1imagePullPolicy: Never/' "$DIR/pod.yaml"
  podman play kube --network none "$DIR/pod.yaml"
  wait_for 5 eval 'podman logs played-one | grep -q "from kube"'
  podman play kube --down "$DIR/pod.yaml"
  run -1 podman pod exists played
}

# --- what outlives a container ---

@test "container checkpoint and restore: it goes on where it was" {
  [ -d "$criu" ] || skip "no CRIU: $criu"
  start --workdir /tmp box sh -c 'i=0; while :; do i=$((i + 1)); echo $i >new; mv new count; sleep 0.05; done'
  wait_for 10 eval "[ \$(podman exec $started cat /tmp/count) -gt 5 ]"
  podman container checkpoint "$started"
  run -0 podman inspect --format '{{.State.Status}} {{.State.Checkpointed}}' "$started"
  [ "$output" = 'exited true' ]
  podman container restore "$started"
  before=$(podman exec "$started" cat /tmp/count)
  # One that began anew would have been at 1.
  [ "$before" -gt 5 ]
  wait_for 10 eval "[ \$(podman exec $started cat /tmp/count) -gt $before ]"
  run -0 podman stop --time 0 "$started"
}

@test "--sdnotify=container: what the container says of itself arrives" {
  musl-gcc -static -D_GNU_SOURCE -o "$DIR/tell" "$BATS_TEST_DIRNAME/../live/tools/notify.c"
  socat -u "UNIX-RECV:$DIR/notify" "CREATE:$DIR/said" 3>&- &
  listener=$!
  wait_for 5 test -S "$DIR/notify"
  started=$(inside NOTIFY_SOCKET="$DIR/notify" podman run --detach --sdnotify=container -v "$DIR/tell:/bin/tell:ro" \
    box sh -c 'tell READY=1 && echo told; sleep 60')
  wait_for 10 grep -q READY=1 "$DIR/said"
  kill "$listener"
}

# --- the service ---

@test "podman system service answers on its socket, and runs a container" {
  "$DIR/inside" podman system service --time 0 "unix://$DIR/api" >"$DIR/service.log" 2>&1 3>&- &
  service=$!
  wait_for 10 test -S "$DIR/api"
  api() { curl --silent --show-error --unix-socket "$DIR/api" "$@"; }
  run -0 api http://d/v4.0.0/libpod/info
  [ "$(jq -r .host.ociRuntime.name <<<"$output")" = "$RUNTIME" ]
  # As Docker's clients ask.
  run -0 api -H 'Content-Type: application/json' -d '{"Image":"box","Cmd":["sh","-c","echo by API; exit 5"],"HostConfig":{"NetworkMode":"none"}}' \
    'http://d/v1.41/containers/create'
  started=$(jq -r .Id <<<"$output")
  run -0 api -X POST "http://d/v1.41/containers/$started/start"
  run -0 api -X POST "http://d/v1.41/containers/$started/wait"
  [ "$(jq .StatusCode <<<"$output")" = 5 ]
  run -0 podman logs "$started"
  [ "$output" = 'by API' ]
  kill "$service"
  wait "$service" || true
}

# --- many, and nothing left ---

@test "twenty at once, and removed at once" {
  waiting=()
  for _ in {1..20}; do
    podman run --detach --label many box sleep 60 >>"$DIR/many" &
    waiting+=($!)
  done
  wait "${waiting[@]}"
  [ "$(sort -u "$DIR/many" | wc -l)" = 20 ]
  [ "$(podman ps --quiet --filter label=many | wc -l)" = 20 ]
  # shellcheck disable=SC2046 # a list
  run -0 podman rm --force --time 0 $(cat "$DIR/many")
  [ "$(podman ps --all --quiet --filter label=many | wc -l)" = 0 ]
}

@test "nothing of a removed container is left: process, state, cgroup, mount, conmon" {
  start box sleep 60
  id=$started
  pid=$(podman inspect --format '{{.State.Pid}}' "$id")
  conmon=$(podman inspect --format '{{.State.ConmonPid}}' "$id")
  podman rm --force --time 0 "$id"
  [ ! -d "/proc/$pid" ]
  wait_for 5 eval "[ ! -d /proc/$conmon ]"
  run -0 find "/sys/fs/cgroup" -type d -path "*$CGROUP*$id*"
  [ -z "$output" ]
  run -0 inside find /run -name "*$id*"
  [ -z "$output" ]
  run -1 inside grep "$id" /proc/self/mountinfo
}

@test "run and exec, again and again, leave nothing: files, mounts, cgroups, descriptors of conmon" {
  start box sleep 60
  conmon=$(podman inspect --format '{{.State.ConmonPid}}' "$started")
  use() {
    podman run --rm box true
    podman exec "$started" true
  }
  # What the first of them makes may stay: lock files, parents of cgroups.
  use
  traces >"$DIR/before"
  for _ in {1..8}; do use; done
  wait_for 10 eval 'traces | cmp - "$DIR/before"'
}
traces() {
  inside find /run -not -path '/run/railcar-standby*' | sort
  inside wc -l /proc/self/mountinfo
  find /sys/fs/cgroup -type d -path "*$CGROUP*" | sort
  readlink /proc/"$conmon"/fd/* | grep -v socket: | sort
}

@test "no node process is there while containers run" {
  [ "$RUNTIME" = railcar ] || skip 'of railcar only'
  start box sleep 60
  wait_for 5 no_engine_runs
  podman exec "$started" true
  wait_for 5 no_engine_runs
}

# Of those that this Podman's runtime started: they are in its network namespace. The search itself is in another.
no_engine_runs() {
  local engine ours exe
  engine=$(realpath "$(dirname "$RAILCAR")/lib/engine")
  ours=$(inside readlink /proc/self/ns/net)
  for exe in $(find /proc -mindepth 2 -maxdepth 2 -name exe -lname "$engine" 2>/dev/null); do
    [ "$(readlink "${exe%exe}ns/net")" != "$ours" ] || return 1
  done
}
