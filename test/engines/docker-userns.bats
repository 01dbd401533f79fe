#!/usr/bin/env bats
# Docker with userns-remap: its containers in a user namespace of their own.
bats_require_minimum_version 1.5.0
load dockerd

setup_file() {
  make_docker_place
  in_place /bin/sh -c 'echo remapped:x:61000:61000::/:/bin/false >>/etc/passwd; echo remapped:x:61000: >>/etc/group
    echo remapped:200000:65536 >/etc/subuid; echo remapped:200000:65536 >/etc/subgid'
  start_daemon --bip 10.213.7.1/24 --userns-remap remapped
  import_busybox
}
teardown_file() { stop_docker; }
teardown() { if [ -n "${started:-}" ]; then docker rm --force "$started" >/dev/null 2>&1 || true; fi; }

start() {
  started=$(docker run --detach "$@")
}

@test "root in a container is nobody outside, also as the owner of files" {
  start --volume kept:/kept box sh -c 'touch /kept/file /file; sleep 60'
  wait_for 20 docker exec "$started" test -e /kept/file
  run -0 awk '/^Uid/ { print $2 }' "/proc/$(docker inspect --format '{{.State.Pid}}' "$started")/status"
  [ "$output" = 200000 ]
  run -0 docker exec "$started" sh -c 'cat /proc/self/uid_map; stat -c %u /kept/file'
  [[ ${lines[0]} =~ ^\ *0\ +200000\ +65536$ ]]
  [ "${lines[1]}" = 0 ]
  run -0 find "$DIR/data" -path '*/kept/_data/file' -printf '%U'
  [ "$output" = 200000 ]
}

@test "a user, a read-only root, tmpfs, capabilities, a device" {
  run -0 docker run --rm --user alice --read-only --tmpfs /scratch:mode=1777 box sh -c 'id -u; touch /scratch/file && echo wrote; touch /file 2>&1'  ||
    [ "$status" = 1 ]
  [ "${lines[0]}" = 1234 ]
  [ "${lines[1]}" = wrote ]
  [[ ${lines[2]} == *'ead-only'* ]]
}

@test "--userns host is the machine's" {
  run -0 docker run --rm --userns host box cat /proc/self/uid_map
  [[ $output =~ ^\ *0\ +0\ +4294967295$ ]]
}

@test "limits and statistics are the container's all the same" {
  start --memory 64m --pids-limit 20 box sleep 60
  run -0 docker exec "$started" cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max
  [ "$output" = $'67108864\n20' ]
}
