#!/usr/bin/env bats
# Docker: what it says when a container does not start. Its daemon reads the runtime's words (daemon/errors.go): of some it
# makes the exit statuses 126 and 127, to others it adds a hint. What it makes of them is the same with runc.
bats_require_minimum_version 1.5.0
load dockerd

setup_file() { start_docker; }
teardown_file() { stop_docker; }
teardown() { if [ -n "${started:-}" ]; then docker rm --force "$started" >/dev/null 2>&1 || true; fi; }

start() {
  started=$(docker run --detach "$@")
}

@test "run: a command that is not in PATH is 127" {
  run -127 docker run --rm box no-such-command
  [[ $output == *'"no-such-command": executable file not found in $PATH'* ]]
}

@test "run: a path that does not exist is 127" {
  run -127 docker run --rm box /no/such/command
  [[ $output == *'/no/such/command'*'no such file or directory'* ]]
}

@test "run: a file that may not be executed, and a directory, are 126" {
  run -126 docker run --rm box /bin/plain
  [[ $output == *'/bin/plain'*'permission denied'* ]]
  run -126 docker run --rm box /bin
  [[ $output == *'permission denied'* || $output == *'is a directory'* ]]
}

# The daemon says 127, and so do later clients; the one of Docker 20.10 makes it 125.
remembers_127() {
  run docker inspect --format '{{.State.ExitCode}}' "$started"
  [ "$output" = 127 ]
}

@test "run: a path through a file is 127, with Docker's hint" {
  started=$(docker create box /bin/plain/below)
  run -1 docker start "$started"
  [[ $output == *'not a directory'*'Are you trying to mount a directory onto a file'* ]]
  remembers_127
}

@test "run: a file mounted on a directory, or a directory on a file, is 127, with Docker's hint" {
  echo >"$DIR/file"
  local mount
  for mount in "$DIR/file:/tmp" /etc:/etc/passwd; do
    started=$(docker create --volume "$mount" box true)
    run -1 docker start "$started"
    [[ $output == *'not a directory'*'Are you trying to mount a directory onto a file'* ]]
    remembers_127
    docker rm "$started"
  done
}

@test "run: what the daemon or the runtime refuses is 125" {
  run -125 docker run --rm --no-such-option box true
  run -125 docker run --rm --sysctl kernel.no.such=1 box true
  [[ $output == *kernel* ]]
  run -125 docker run --rm --runtime no-such-runtime box true
  [[ $output == *no-such-runtime* ]]
  run -125 docker run --rm --security-opt seccomp=/no/such/profile box true
  run -125 docker run --rm --memory 1k box true
  [[ ${output,,} == *'memory limit'* ]]
}

@test "run: a sysctl that the kernel does not have is named" {
  # Docker takes it for a missing command; so it does with runc.
  run -127 docker run --rm --sysctl net.ipv4.no_such=1 box true
  [[ $output == *net*ipv4*no_such*'no such file or directory'* ]]
}

@test "run: a working directory that cannot be made says why" {
  run docker run --rm --workdir /bin/plain/there box true
  [ "$status" -ne 0 ]
  [[ $output == *'ot a directory'* ]]
}

@test "start: a missing command is 1, and the container remembers 127 and why" {
  started=$(docker create box no-such-command)
  run -1 docker start "$started"
  [[ $output == *'no-such-command'*'executable file not found in $PATH'* ]]
  run -0 docker inspect --format '{{.State.Status}} {{.State.ExitCode}} {{.State.Error}}' "$started"
  [[ $output == 'created 127 '*'no-such-command'* ]]
  docker rm "$started"
  started=$(docker create box /bin/plain)
  run -1 docker start "$started"
  run -0 docker inspect --format '{{.State.ExitCode}}' "$started"
  [ "$output" = 126 ]
}

@test "exec: what is not there, is no program, or is not allowed" {
  start box sleep 60
  # Docker 28 says it better.
  local missing=126
  [[ $(docker version --format '{{.Server.Version}}') != 28.* ]] || missing=127
  run "-$missing" docker exec "$started" no-such-command
  [[ $output == *'"no-such-command": executable file not found in $PATH'* ]]
  run "-$missing" docker exec "$started" /no/such/command
  [[ $output == *'no such file or directory'* ]]
  run -126 docker exec "$started" /bin/plain
  [[ $output == *'permission denied'* ]]
  run "-$missing" docker exec --workdir /no/such/directory "$started" true
  [[ $output == *'/no/such/directory'*'no such file or directory'* ]]
  run docker exec --user nobody-knows "$started" true
  [ "$status" = 126 ] || [ "$status" = 1 ]
  [[ $output == *'nobody-knows'* ]]
}

@test "exec in what is paused, has ended, or is not there" {
  start box sleep 60
  docker pause "$started"
  run -1 docker exec "$started" true
  [[ $output == *'is paused'* ]]
  docker unpause "$started"
  docker kill "$started"
  run -1 docker exec "$started" true
  [[ $output == *'is not running'* ]]
  run -1 docker exec no-such-container true
  [[ $output == *'No such container'* ]]
}

@test "kill of what does not run, start of what runs" {
  start box sleep 60
  run -0 docker start "$started"
  docker kill "$started"
  docker wait "$started"
  run -1 docker kill "$started"
  [[ $output == *'is not running'* ]]
}

@test "--gpus and devices that are not there are refused, naming them" {
  run -125 docker run --rm --gpus all box true
  [[ $output == *'could not select device driver'* ]]
  run -127 docker run --rm --device /dev/no-such-device box true
  [[ $output == *'/dev/no-such-device'* ]]
}

@test "--security-opt: an AppArmor profile where there is no AppArmor changes nothing or is refused, as with runc" {
  [ ! -e /sys/module/apparmor/parameters/enabled ] || skip 'this machine has AppArmor'
  run -0 docker run --rm --security-opt apparmor=docker-default box echo here
  [ "$output" = here ]
}

@test "nothing of all that is left: no state, no cgroup, no process" {
  [ -z "$(find "$DIR"/exec/runtime-* -mindepth 2 -maxdepth 2 2>/dev/null)" ]
  run find /sys/fs/cgroup -mindepth 3 -type d -path "*$CGROUP/*"
  [ -z "$output" ]
}
