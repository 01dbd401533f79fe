#!/usr/bin/env bats
# Docker as systemd starts it, with cgroup v2, whose cgroup driver is systemd unless it is told otherwise.
load helper

setup_file() {
  export manager
  make_folder docker
  mkdir -p /etc/docker
  jq --null-input --arg runtime "$RUNTIME" --arg path "$RUNTIME_PATH" '{ "default-runtime": $runtime, "live-restore": true }
    | if $runtime == "runc" then . else .runtimes[$runtime] = { path: $path } end' >/etc/docker/daemon.json
  wanted docker
  wait_for 120 docker version
  make_root "$DIR/box"
  tar -C "$DIR/box" -c . | docker import --change 'CMD ["sh"]' - box >/dev/null
}
teardown_file() { journalctl --unit docker --no-pager >"$LOGS/docker.log" || true; }

teardown() {
  local left
  left=$(docker ps --all --quiet)
  # shellcheck disable=SC2086 # a list
  [ -z "$left" ] || docker rm --force $left >/dev/null
  nothing_of docker-
}

# start [OPTION]... IMAGE [WORD]...: sets ID and UNIT.
start() {
  ID=$(docker run --detach --network none "$@") || return
  UNIT=docker-$ID.scope
}
of_container() { docker inspect --format "$1" "$ID"; }
pid_of() { of_container '{{.State.Pid}}'; }

@test "Docker itself has chosen systemd, and the runtime" {
  same "$(docker info --format '{{.CgroupDriver}} {{.CgroupVersion}} {{.DefaultRuntime}}')" "systemd 2 $RUNTIME"
  same "$(docker run --rm --network none box echo hello)" hello
}

@test "a container is a scope of system.slice with the limits, as systemd and the files say" {
  start --memory 64m --memory-reservation 32m --memory-swap 96m --cpus 0.5 --cpu-shares 512 --pids-limit 55 --cpuset-cpus 1 --blkio-weight 300 box sleep 300
  same "$(shown "$UNIT" ActiveState SubState Slice Delegate)" 'active running system.slice yes'
  same "$(shown "$UNIT" MemoryMax MemoryLow MemorySwapMax)" '67108864 33554432 33554432'
  same "$(shown "$UNIT" CPUQuotaPerSecUSec TasksMax AllowedCPUs)" '500ms 55 1'
  same "$(of_group "$UNIT" memory.max memory.low memory.swap.max)" '67108864 33554432 33554432'
  same "$(of_group "$UNIT" cpu.max pids.max cpuset.cpus cpuset.cpus.effective)" '50000 100000 55 1 1'
  same "$(of_group "$UNIT" cpu.weight)" "$(shown "$UNIT" CPUWeight)"
  same "$(of_group "$UNIT" cgroup.procs)" "$(pid_of)"
}

@test "update tells both, and neither a daemon-reload nor systemd's own look at the unit takes it back" {
  start --memory 64m --pids-limit 55 box sleep 300
  docker update --memory 48m --memory-swap 48m --cpus 0.25 --cpu-shares 2048 --pids-limit 33 --cpuset-cpus 0 "$ID" >/dev/null
  same "$(shown "$UNIT" MemoryMax CPUQuotaPerSecUSec TasksMax AllowedCPUs)" '50331648 250ms 33 0'
  systemctl daemon-reload
  systemctl set-property --runtime "$UNIT" IOAccounting=yes
  same "$(of_group "$UNIT" memory.max cpu.max pids.max cpuset.cpus)" '50331648 25000 100000 33 0'
  same "$(of_group "$UNIT" cpu.weight)" "$(shown "$UNIT" CPUWeight)"
}

@test "exec: in the scope, with streams, status, user and terminal" {
  start box sleep 300
  same "$(echo in | docker exec --interactive --user 5:6 "$ID" sh -c 'cat; id -u')" $'in\n5'
  run -7 docker exec "$ID" sh -c 'exit 7'
  contains "$(run_on_terminal $'tty; exit\n' docker exec --interactive --tty "$ID" sh)" /dev/pts/0
  docker exec --detach "$ID" sleep 301
  wait_for 20 test "$(of_group "$UNIT" cgroup.procs | wc -w)" -ge 2
  same "$(docker top "$ID" -o pid,args | grep -c sleep)" 2
}

@test "the container sees its own cgroup as the root, and with the host's namespace the scope" {
  same "$(docker run --rm --network none box cat /proc/self/cgroup)" 0::/
  start --cgroupns host box sleep 300
  same "$(docker exec "$ID" cat /proc/self/cgroup)" "0::/system.slice/$UNIT"
}

@test "pause freezes, unpause goes on" {
  start box sleep 300
  docker pause "$ID" >/dev/null
  same "$(of_container '{{.State.Status}}') $(grep frozen "$(group_of "$UNIT")/cgroup.events")" 'paused frozen 1'
  run -1 docker exec "$ID" true
  docker unpause "$ID" >/dev/null
  same "$(of_container '{{.State.Status}}') $(grep frozen "$(group_of "$UNIT")/cgroup.events")" 'running frozen 0'
  docker exec "$ID" true
}

@test "stop, start, restart, kill: each life is a scope of the same name, and none stays when it is over" {
  start box sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
  local first
  first=$(pid_of)
  docker stop "$ID" >/dev/null
  same "$(of_container '{{.State.ExitCode}}')" 9
  nothing_of "$ID"
  docker start "$ID" >/dev/null
  same "$(of_group "$UNIT" cgroup.procs | cut -d ' ' -f 1)" "$(pid_of)"
  docker restart "$ID" >/dev/null
  [ "$(pid_of)" != "$first" ]
  same "$(shown "$UNIT" ActiveState)" active
  docker kill "$ID" >/dev/null
  same "$(docker wait "$ID")" 137
  nothing_of "$ID"
}

@test "a process that ends by itself, and one that Docker starts again" {
  start box sh -c 'exit 4'
  same "$(docker wait "$ID")" 4
  nothing_of "$ID"
  start --restart on-failure:2 box false
  wait_for 60 stopped_after 2
  nothing_of "$ID"
}
stopped_after() { same "$(of_container '{{.State.Status}} {{.RestartCount}}')" "exited $1"; }

@test "out of memory: Docker knows, and no failed unit stays" {
  start --memory 16m --memory-swap 16m box sh -c 'a=$(head -c 64000000 /dev/zero | tr "\0" x); echo ${#a}'
  same "$(docker wait "$ID")" 137
  same "$(of_container '{{.State.OOMKilled}}')" true
  nothing_of "$ID"
}

@test "a health check runs in the container" {
  start --health-cmd 'test -e /tmp/well' --health-interval 2s --health-retries 1 box sleep 300
  wait_for 60 in_health unhealthy
  docker exec "$ID" touch /tmp/well
  wait_for 60 in_health healthy
}
in_health() { same "$(of_container '{{.State.Health.Status}}')" "$1"; }

@test "stats: memory and its limit, processes, processor" {
  start --memory 64m --pids-limit 55 box sh -c 'while :; do :; done'
  run -0 docker stats --no-stream --format '{{.MemUsage}} {{.PIDs}} {{.CPUPerc}}' "$ID"
  [[ $output =~ ^[0-9.]+[KM]iB\ /\ 64MiB\ 1\ [0-9.]+%$ ]]
  [[ $output != *' 0.00%' ]]
}

@test "--cgroup-parent is a slice, nested by its name, with what it limits" {
  start --cgroup-parent railcar-test.slice box sleep 300
  same "$(shown "$UNIT" Slice ControlGroup)" "railcar-test.slice /railcar.slice/railcar-test.slice/$UNIT"
  same "$(of_group "$UNIT" cgroup.procs)" "$(pid_of)"
  systemctl set-property --runtime railcar-test.slice TasksMax=20
  run docker exec "$ID" sh -c 'for i in $(seq 30); do sleep 2 & done; wait'
  contains "$output" 'Resource temporarily unavailable'
  docker rm --force "$ID" >/dev/null
  systemctl stop railcar.slice
  run docker run --rm --network none --cgroup-parent /no/slice box true
  [ "$status" -ne 0 ]
  contains "$output" slice
}

@test "devices: what is given and nothing else, also after a daemon-reload" {
  start --device /dev/vda:/dev/disk:r --cap-add MKNOD box sleep 300
  local tries
  for tries in before after; do
    docker exec "$ID" sh -c 'head -c 1 /dev/disk >/dev/null; echo >/dev/null'
    run -1 docker exec "$ID" sh -c ': >>/dev/disk'
    contains "$output" 'Operation not permitted'
    # The filter alone denies it: root may read the second disk.
    run -1 docker exec "$ID" sh -c "mknod /tmp/$tries b $((0x$(stat -c %t /dev/vdb))) $((0x$(stat -c %T /dev/vdb))); cat /tmp/$tries"
    contains "$output" 'Operation not permitted'
    systemctl daemon-reload
  done
}

@test "privileged: every device, and cgroups of the container's own making" {
  same "$(docker run --rm --network none --privileged box sh -c '
    exec 3</dev/kmsg && mkdir /sys/fs/cgroup/inner && echo 0 >/sys/fs/cgroup/inner/cgroup.procs && cat /proc/self/cgroup')" 0::/inner
  start --privileged box sh -c 'mkdir /sys/fs/cgroup/inner; echo 0 >/sys/fs/cgroup/inner/cgroup.procs; sleep 300'
  docker exec "$ID" true
}

@test "Docker's profile of AppArmor denies what the capability allows" {
  [ -e /sys/module/apparmor/parameters/enabled ] && [ "$(</sys/module/apparmor/parameters/enabled)" = Y ] || skip 'this guest has no AppArmor'
  start --cap-add SYS_ADMIN box sleep 300
  same "$(docker exec "$ID" cat /proc/self/attr/current)" 'docker-default (enforce)'
  run ! docker exec "$ID" mount -t tmpfs none /tmp
  contains "$output" 'ermission denied'
  docker run --rm --network none --cap-add SYS_ADMIN --security-opt apparmor=unconfined box mount -t tmpfs none /tmp
}

@test "a program that is not there: 127, and nothing is left" {
  run -127 docker run --network none --name absent box no-such-program
  contains "$output" 'executable file not found'
  nothing_of docker-
}

@test "a bridge, and a port of the container's for the guest" {
  docker run --detach --publish 127.0.0.1:8099:80 box sh -c 'echo page >/tmp/index.html; exec busybox httpd -f -p 80 -h /tmp' >/dev/null
  wait_for 60 sh -c 'busybox wget -q -O - http://127.0.0.1:8099/index.html | grep -q page'
}

@test "ten at once, and nothing is left of them" {
  local number ids
  for number in {1..10}; do docker run --detach --network none --name "many$number" box sleep 300 >/dev/null & done
  wait
  same "$(units_of docker- | grep -c running)" 10
  ids=$(docker ps --quiet)
  # shellcheck disable=SC2086 # a list
  docker rm --force $ids >/dev/null
  nothing_of docker-
}

@test "containers outlive the service of Docker, which finds them again" {
  start box sleep 300
  local pid
  pid=$(pid_of)
  systemctl restart docker
  wait_for 120 docker version
  same "$(of_container '{{.State.Status}} {{.State.Pid}}')" "running $pid"
  docker exec "$ID" true
  docker update --pids-limit 44 "$ID" >/dev/null
  same "$(shown "$UNIT" TasksMax) $(of_group "$UNIT" pids.max)" '44 44'
}
