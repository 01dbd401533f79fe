#!/usr/bin/env bats
# Docker as an ordinary user's own service, as dockerd-rootless-setuptool.sh installs it.
load helper
load ../../live/rootless
load users

setup_file() {
  make_folder user
  chmod 755 "$DIR"
  log_users_in
  become "$RANGED"
  export rootless=/usr/share/docker.io/contrib/dockerd-rootless.sh
  [ -x "$rootless" ] || skip "Debian's package has no rootless Docker: $rootless"
  local runtimes=(--default-runtime "$RUNTIME")
  [ "$RUNTIME" = runc ] || runtimes+=(--add-runtime "$RUNTIME=$RUNTIME_PATH")
  as "$user" systemd-run --user --quiet --unit docker --property Delegate=yes --property KillMode=mixed \
    --setenv PATH=/usr/sbin:/sbin:/usr/bin:/bin --setenv DOCKERD_ROOTLESS_ROOTLESSKIT_NET=slirp4netns "$rootless" "${runtimes[@]}"
  wait_for 120 docker version || { $manager status docker >&2; journalctl --no-pager --lines 60 >&2; return 1; }
  make_root "$DIR/box"
  tar -C "$DIR/box" -c . | docker import --change 'CMD ["sh"]' - box >/dev/null
}
teardown_file() {
  journalctl --no-pager --lines 500 >"$LOGS/docker-user.log" || true
  log_users_out
}
setup() { become "$RANGED"; }
teardown() {
  local left
  left=$(docker ps --all --quiet)
  # shellcheck disable=SC2086 # a list
  [ -z "$left" ] || docker rm --force $left >/dev/null
  nothing_of docker-
}

docker() { as "$user" env DOCKER_HOST="unix:///run/user/$uid/docker.sock" docker "$@" 3>&-; }
start() {
  ID=$(docker run --detach --network none "$@") || return
  UNIT=docker-$ID.scope
}
of_container() { docker inspect --format "$1" "$ID"; }

@test "rootless Docker has chosen systemd, and the runtime" {
  same "$(docker info --format '{{.CgroupDriver}} {{.CgroupVersion}} {{.DefaultRuntime}}')" "systemd 2 $RUNTIME"
  contains "$(docker info --format '{{.SecurityOptions}}')" name=rootless
  same "$(docker run --rm --network none box sh -c 'echo hello; id -u; cat /proc/self/cgroup')" $'hello\n0\n0::/'
}

@test "limits, as his manager and the files say, and their update" {
  start --memory 64m --cpus 0.5 --pids-limit 55 box sleep 300
  contains "$(shown "$UNIT" ControlGroup)" "/user@$uid.service/"
  same "$(shown "$UNIT" MemoryMax CPUQuotaPerSecUSec TasksMax)" '67108864 500ms 55'
  same "$(of_group "$UNIT" memory.max cpu.max pids.max)" '67108864 50000 100000 55'
  docker update --pids-limit 33 --memory 48m --memory-swap 48m "$ID" >/dev/null
  same "$(shown "$UNIT" MemoryMax TasksMax) $(of_group "$UNIT" memory.max pids.max)" '50331648 33 50331648 33'
  run -0 docker stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' "$ID"
  [[ $output =~ ^[0-9.]+[KM]iB\ /\ 48MiB\ 1$ ]]
}

@test "exec, pause, stop, start, kill" {
  start box sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
  run -7 docker exec --user 5:6 "$ID" sh -c 'id -u; exit 7'
  same "$output" 5
  docker pause "$ID" >/dev/null
  same "$(grep frozen "$(group_of "$UNIT")/cgroup.events")" 'frozen 1'
  docker unpause "$ID" >/dev/null
  docker stop "$ID" >/dev/null
  same "$(of_container '{{.State.ExitCode}}')" 9
  nothing_of "$ID"
  docker start "$ID" >/dev/null
  same "$(shown "$UNIT" ActiveState)" active
  docker kill "$ID" >/dev/null
  same "$(docker wait "$ID")" 137
  nothing_of "$ID"
}

@test "out of memory, health, a bridge of his own" {
  start --memory 16m --memory-swap 16m box sh -c 'a=$(head -c 64000000 /dev/zero | tr "\0" x); echo ${#a}'
  same "$(docker wait "$ID")" 137
  nothing_of "$ID"
  start --health-cmd true --health-interval 2s box sleep 300
  wait_for 90 healthy
  contains "$(docker run --rm box ip -o -4 addr show eth0)" 172.
}
healthy() { same "$(of_container '{{.State.Health.Status}}')" healthy; }

@test "a program that is not there" {
  run -127 docker run --network none box no-such-program
  contains "$output" 'executable file not found'
}
