#!/usr/bin/env bats
# Docker: what is between a container and the daemon: restart policies, events, the daemon's own end and return, its
# options, and what is left after very many commands.
bats_require_minimum_version 1.5.0
load dockerd

setup_file() { start_docker --live-restore; }
teardown_file() { stop_docker; }
teardown() { if [ -n "${started:-}" ]; then docker rm --force $started >/dev/null 2>&1 || true; fi; }

start() {
  started=$(docker run --detach "$@")
}
state() { docker inspect --format "{{.State.$1}}" "$started"; }
restarts() { docker inspect --format '{{.RestartCount}}' "$started"; }

@test "--restart on-failure:2 tries twice more and then leaves it" {
  start --restart on-failure:2 box sh -c 'echo try; exit 3'
  wait_for 20 eval "[ \"\$(docker inspect --format '{{.RestartCount}} {{.State.Status}}' $started)\" = '2 exited' ]"
  [ "$(docker logs "$started" | grep -c try)" = 3 ]
  [ "$(state ExitCode)" = 3 ]
}

@test "--restart on-failure leaves alone what ends well" {
  start --restart on-failure box true
  docker wait "$started"
  [ "$(restarts)" = 0 ]
}

@test "--restart always brings it back, but not after stop; rm --force ends it in any case" {
  start --restart always box sh -c 'echo run; sleep 0.2'
  wait_for 20 eval "[ \$(docker logs $started | grep -c run) -ge 3 ]"
  docker stop --time 0 "$started"
  [ "$(state Status)" = exited ]
  docker update --restart unless-stopped "$started"
  docker start "$started"
  docker rm --force "$started"
}

@test "events tell a container's life, and what is executed in it" {
  local since
  since=$(date +%s)
  start --name eventful --label tested box sleep 60
  docker exec eventful true
  docker pause eventful
  docker unpause eventful
  docker kill --signal KILL eventful
  docker wait eventful
  docker rename eventful renamed
  docker rm renamed
  run -0 docker events --since "$since" --until "$(date +%s.%N)" --filter label=tested --filter type=container --format '{{.Action}}'
  local word words='create|start|exec_start: true|exec_die|pause|unpause|kill|die|rename|destroy'
  [ "$(sed 's/ $//' <<<"$output" | grep -xE "$words" | tr '\n' '|')" = "$words|" ]
}

@test "commit keeps what a container has changed, and its configuration" {
  start --env COLOUR=blue box sh -c 'echo changed >/changed; sleep 60'
  wait_for 20 docker exec "$started" test -e /changed
  run -0 docker diff "$started"
  [[ $output == *'A /changed'* ]]
  docker commit --change 'CMD ["cat", "/changed"]' "$started" committed
  run -0 docker run --rm committed
  [ "$output" = changed ]
  run -0 docker export "$started"
  run -0 docker run --rm committed sh -c 'echo $COLOUR'
  [ "$output" = blue ]
}

@test "stats are those of the container: a busy one's processor, its memory, its network, its processes" {
  start --memory 64m --cpus 0.5 box sh -c 'head -c 20000000 /dev/zero | tail -c 20000000 | sleep 60 & ping -q 10.213.7.1 >/dev/null & while :; do :; done'
  sleep 1
  run -0 docker stats --no-stream --format '{{.CPUPerc}} {{.MemUsage}} {{.PIDs}} {{.NetIO}}' "$started"
  [[ $output =~ ^([0-9]+)\.[0-9]+%\ ([0-9.]+)MiB\ /\ 64MiB\ ([0-9]+)\ ([0-9.]+)([kM]?B)\ / ]]
  # Half a processor, give or take what else this machine does.
  [ "${BASH_REMATCH[1]}" -ge 5 ] && [ "${BASH_REMATCH[1]}" -le 70 ]
  [ "${BASH_REMATCH[2]%.*}" -ge 18 ] && [ "${BASH_REMATCH[2]%.*}" -le 60 ]
  [ "${BASH_REMATCH[3]}" -ge 4 ]
  [ "${BASH_REMATCH[4]%.*}" -gt 0 ]
}

@test "update of a paused container, and of the restart policy" {
  start --memory 64m box sleep 60
  docker pause "$started"
  run -0 docker update --memory 48m --memory-swap 48m --cpuset-cpus 0 --cpu-shares 128 "$started"
  docker unpause "$started"
  run -0 docker exec "$started" cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/cpuset/cpuset.cpus \
    /sys/fs/cgroup/cpu/cpu.shares
  [ "$output" = $'50331648\n0\n128' ]
}

@test "--cgroup-parent and --device-cgroup-rule" {
  start --cgroup-parent "$CGROUP/mine" --device-cgroup-rule 'c 10:237 rw' box sleep 60
  [ -d "/sys/fs/cgroup/memory$CGROUP/mine/$started" ]
  grep -qx 'c 10:237 rw' "/sys/fs/cgroup/devices$CGROUP/mine/$started/devices.list"
}

@test "--blkio-weight, --device-read-bps, --kernel-memory and other limits that Docker still has start a container" {
  run -0 docker run --rm --memory 64m --memory-reservation 32m --memory-swappiness 10 --oom-kill-disable \
    --cpu-rt-runtime 0 --device-read-bps /dev/vda:1mb box echo limited
  [[ $output == *limited ]]
}

@test "live-restore: containers outlive the daemon, and it finds them again" {
  start --interactive --restart always box sh -c 'echo "run $$"; trap "exit 0" TERM; n=0; while :; do n=$((n+1)); echo $n >/tmp/count; sleep 0.1; done'
  local pid before
  pid=$(state Pid)
  stop_daemon
  before=$(<"/proc/$pid/root/tmp/count")
  wait_for 20 eval "[ \$(cat /proc/$pid/root/tmp/count) -gt $before ]"
  start_daemon --live-restore --bip 10.213.7.1/24
  [ "$(state Pid)" = "$pid" ]
  run -0 docker exec "$started" cat /proc/1/cmdline
  run -0 docker top "$started"
  docker stop --time 5 "$started"
  [ "$(state ExitCode)" = 0 ]
}

@test "live-restore: what ended meanwhile has ended, and is started again if it is to be" {
  local once always pids
  start box sleep 60
  once=$started
  start --restart always box sh -c 'echo run; sleep 60'
  always=$started
  started="$once $always"
  wait_for 20 eval "docker logs $always | grep -q run"
  pids=$(docker inspect --format '{{.State.Pid}}' $started)
  stop_daemon
  kill -KILL $pids
  start_daemon --live-restore --bip 10.213.7.1/24
  wait_for 20 eval "[ \$(docker inspect --format '{{.State.Status}}' $once) = exited ]"
  wait_for 20 eval "[ \$(docker logs $always | grep -c run) = 2 ]"
  docker rm --force $started
}

@test "without live-restore the daemon's restart starts again what is to run always, and not what was stopped" {
  local always stopped
  stop_daemon
  start_daemon --bip 10.213.7.1/24
  start --restart unless-stopped box sleep 60
  stopped=$started
  docker stop --time 0 "$stopped"
  start --restart always box sh -c 'echo run; trap "exit 0" TERM; while :; do sleep 0.1; done'
  always=$started
  started="$stopped $always"
  wait_for 20 eval "docker logs $always | grep -q run"
  stop_daemon
  start_daemon --live-restore --bip 10.213.7.1/24
  wait_for 20 eval "[ \$(docker logs $always | grep -c run) = 2 ]"
  run -0 docker inspect --format '{{.State.Status}}' $stopped
  [ "$output" = exited ]
}

# As install.sh does it. The default is another runtime here: options and file may not both name runtimes.
@test "a reload takes up what install.sh has registered, and a container keeps its runtime" {
  [ "$RUNTIME" = railcar ] || skip 'of railcar only'
  stop_daemon
  RUNTIME=runc start_daemon --live-restore --bip 10.213.7.1/24
  registration add
  kill -HUP "$(<"$DIR/started.pid")"
  wait_for 20 eval 'docker info --format "{{json .Runtimes}}" | grep -q '"'$RAILCAR'"
  start --runtime railcar box sleep 60
  run -0 docker exec "$started" echo here
  [ "$output" = here ]
  run -0 "$DIR/docker" inspect --format '{{.HostConfig.Runtime}}' "$started"
  [ "$output" = railcar ]
  docker rm --force "$started"
  # Docker 20.10 forgets a runtime when it starts, not when it reloads.
  registration remove
  stop_daemon
  start_daemon --live-restore --bip 10.213.7.1/24
  [ "$(docker info --format '{{.DefaultRuntime}}')" = railcar ]
}
registration() {
  "$(dirname "$RAILCAR")/lib/engine" "$BATS_TEST_DIRNAME/../../.install/daemon-json.mjs" "$1" "$DIR/daemon.json" "$RAILCAR"
}

@test "${RAILCAR_EXECS:-100} commands executed in one container leave nothing behind" {
  start box sleep 600
  local shim before descriptors
  docker exec "$started" true
  shim=$(pgrep -f "containerd-shim.* -id $started")
  before=$(left)
  descriptors=$(ls "/proc/$shim/fd" | wc -l)
  seq "${RAILCAR_EXECS:-100}" | xargs -P 4 -I{} "$DIR/docker" exec "$started" true
  wait_for 20 eval "[ '$before' = \"\$(left)\" ]"
  # The first count may have caught one that was about to be closed.
  wait_for 20 eval "[ \$(ls /proc/$shim/fd | wc -l) -le $descriptors ]"
}

# Of the container: processes, cgroups, files of the runtime, children of the shim.
left() {
  echo "$(wc -l <"/sys/fs/cgroup/pids$CGROUP/$started/cgroup.procs") processes," \
    "$(find /sys/fs/cgroup -type d -path "*$CGROUP*" | wc -l) cgroups, $(find "$DIR"/exec/runtime-* | wc -l) files," \
    "$(pgrep -c -P "$(pgrep -f "containerd-shim.* -id $started")") children"
}
