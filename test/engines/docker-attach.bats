#!/usr/bin/env bats
# Docker: being attached to what runs: its output, its input, its terminal, its signals, its end.
bats_require_minimum_version 1.5.0
load dockerd

setup_file() { start_docker; }
teardown_file() { stop_docker; }
teardown() { if [ -n "${started:-}" ]; then docker rm --force "$started" >/dev/null 2>&1 || true; fi; }

start() {
  started=$(docker run --detach "$@")
}

@test "attach gives input, shows output and ends with the container's status" {
  start --interactive box sh -c 'read -r word; echo "got $word"; exit 5'
  # Docker shows nothing more once its own input has ended.
  run -5 docker attach "$started" < <(echo 'a word'; sleep 1)
  [ "$output" = 'got a word' ]
}

@test "attach --no-stdin passes nothing" {
  start --interactive box sh -c 'read -r -t 1 word || echo nothing'
  run -0 docker attach --no-stdin "$started" <<<'a word'
  [ "$output" = nothing ]
}

@test "the detach keys leave a container running, and another attach finds it as it was" {
  start --interactive --tty box sh
  open_terminal "$DIR/docker" attach "$started"
  type_text $'x=kept; echo "one=$((1 + 1))"\n'
  screen_shows one=2
  type_text $'\x10\x11'
  close_terminal || true
  run -0 docker inspect --format '{{.State.Running}}' "$started"
  [ "$output" = true ]
  open_terminal "$DIR/docker" attach --detach-keys 'ctrl-x,d' "$started"
  type_text $'echo "x is $x"\n'
  screen_shows 'x is kept'
  type_text $'\x18d'
  close_terminal || true
  run -0 docker inspect --format '{{.State.Running}}' "$started"
  [ "$output" = true ]
}

@test "control-c on the terminal of a container is the container's" {
  open_terminal "$DIR/docker" run --rm -it box sh -c 'trap "echo interrupted; exit 3" INT; echo ready; while :; do sleep 0.1; done'
  screen_shows ready
  type_text $'\x03'
  local status=0
  close_terminal || status=$?
  [ "$status" = 3 ]
  screen_shows interrupted
}

@test "a terminal that changes its size tells the container" {
  started=sized
  open_terminal "$DIR/docker" run --name sized --rm -it box sh -c 'trap "stty size" WINCH; echo ready; while :; do sleep 0.1; done'
  screen_shows ready
  # The terminal of script is that of its child.
  local client
  client=$(pgrep -P "$terminal")
  stty rows 41 cols 79 <"/proc/$client/fd/0"
  screen_shows '41 79'
  docker kill sized
  close_terminal || true
}

@test "a client's signals are the container's: run and attach proxy them" {
  local client status
  "$DIR/docker" run --name proxied box sh -c 'trap "exit 4" USR1; echo ready; while :; do sleep 0.1; done' >"$DIR/proxied" 3>&- &
  client=$!
  started=proxied
  wait_for 20 grep -q ready "$DIR/proxied"
  kill -USR1 "$client"
  status=0
  wait "$client" || status=$?
  [ "$status" = 4 ]
  docker start proxied
  wait_for 20 eval '[ $(docker logs proxied | grep -c ready) = 2 ]'
  "$DIR/docker" attach proxied >"$DIR/proxied" 3>&- &
  client=$!
  # Only who is attached proxies; there is nothing to see of that.
  wait_for 20 eval 'ls -l /proc/'"$client"'/fd | grep -q socket'
  sleep 0.3
  kill -USR1 "$client"
  status=0
  wait "$client" || status=$?
  [ "$status" = 4 ]
}

@test "attach --sig-proxy=false keeps them" {
  start box sh -c 'trap "exit 4" TERM; while :; do sleep 0.1; done'
  "$DIR/docker" attach --sig-proxy=false "$started" 3>&- &
  local client=$!
  sleep 0.5
  kill -TERM "$client"
  # Later clients stay attached.
  wait_for 2 gone "$client" || kill -KILL "$client"
  wait "$client" || true
  run -0 docker inspect --format '{{.State.Running}}' "$started"
  [ "$output" = true ]
}

@test "two may be attached at once" {
  start --interactive box sh -c 'read -r word; echo "all hear $word"'
  "$DIR/docker" attach --no-stdin "$started" >"$DIR/first" 3>&- &
  local first=$!
  sleep 0.3
  run -0 docker attach "$started" < <(echo this; sleep 1)
  [ "$output" = 'all hear this' ]
  wait "$first"
  [ "$(<"$DIR/first")" = 'all hear this' ]
}

@test "much output arrives whole, in logs and attached" {
  run -0 eval "docker run --name much box sh -c 'seq 1 200000' | sha256sum"
  [ "$output" = "$(seq 1 200000 | sha256sum)" ]
  started=much
  run -0 eval 'docker logs much | sha256sum'
  [ "$output" = "$(seq 1 200000 | sha256sum)" ]
}

@test "much input arrives whole" {
  run -0 eval "seq 1 200000 | docker run --rm --interactive box sha256sum"
  [ "$output" = "$(seq 1 200000 | sha256sum)" ]
}

@test "logs --follow ends with the container; --timestamps, --tail and --since" {
  start box sh -c 'for i in 1 2 3; do echo line $i; sleep 0.2; done; echo problem >&2'
  run -0 --separate-stderr docker logs --follow "$started"
  [ "$output" = $'line 1\nline 2\nline 3' ]
  [ "$stderr" = problem ]
  run -0 docker logs --timestamps --tail 2 "$started"
  [ "${#lines[@]}" = 2 ]
  [[ ${lines[0]} =~ ^[0-9]{4}-[0-9-]+T.*'line 3'$ || ${lines[1]} =~ 'line 3'$ ]]
}

@test "wait tells the status, whether the container ends before or after" {
  start box sh -c 'sleep 0.5; exit 6'
  run -0 docker wait "$started"
  [ "$output" = 6 ]
  run -0 docker wait "$started"
  [ "$output" = 6 ]
}

@test "start --attach --interactive runs it again in the foreground" {
  started=$(docker create --interactive box sh -c 'read -r word; echo "got $word"; exit 8')
  run -8 docker start --attach --interactive "$started" <<<first
  [ "$output" = 'got first' ]
  run -8 docker start --attach --interactive "$started" <<<second
  [ "$output" = 'got second' ]
}

@test "exec on a terminal has the client's size and the process's status" {
  start box sleep 60
  run -0 run_on_terminal '' sh -c "stty rows 35 cols 71; $DIR/docker exec -t $started sh -c 'sleep 0.3; stty size'"
  [[ $output == *'35 71'* ]]
  run -9 docker exec "$started" sh -c 'exit 9'
  run -137 docker exec "$started" sh -c 'kill -KILL $$'
}
