#!/usr/bin/env bats
# Terminals: over a console socket, and in the foreground with a person in front of it.

load helper

on_terminal() {
  bundle '.process.terminal = true'
  [ $# = 0 ] || script "$1"
}

@test "a console socket gets the terminal of create" {
  on_terminal 'tty; echo said; read line; echo "heard $line"'
  console_receiver
  create --console-socket "$WORK/console.sock"
  same "$(cat "$WORK/terminal" 2>/dev/null)" ''
  runtime start "$ID"
  eventually grep -q said "$WORK/terminal"
  echo typed >"$WORK/keyboard"
  wait "$RECEIVER"
  contains "$(tr -d '\r' <"$WORK/terminal")" 'heard typed'
}

@test "a change of size on the socket's side reaches the process" {
  on_terminal 'trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.02; done'
  console_receiver
  run_detached --console-socket "$WORK/console.sock"
  eventually grep -q ready "$WORK/terminal"
  echo resize 44 55 >"$WORK/keyboard"
  wait "$RECEIVER"
  contains "$(cat "$WORK/terminal")" '44 55'
}

@test "the terminal is the controlling one, owned by the process's user" {
  on_terminal 'stat -c "%u %a" /dev/pts/0 /dev/console; tty </dev/tty; cut -d " " -f 6,8 /proc/1/stat'
  edit_config '.process.user = {uid: 1000, gid: 1000}'
  run run_on_terminal --bundle "$BUNDLE" "$ID"
  succeeds
  same "${lines[0]}" '1000 620'
  same "${lines[1]}" '1000 620'
  matches "${lines[3]}" '^1 1$'
}

@test "a terminal and --detach without a console socket is refused" {
  on_terminal true
  run run_detached
  fails 1
  contains "$output" 'console socket'
  run create
  fails 1
  contains "$output" 'console socket'
  same "$(containers)" ''
}

@test "a console socket without a terminal is refused" {
  bundle
  console_receiver
  run run_detached --console-socket "$WORK/console.sock"
  fails 1
  contains "$output" 'console socket'
  same "$(containers)" ''
}

@test "a console socket where nobody listens is refused, and nothing is left" {
  on_terminal true
  run create --console-socket "$WORK/nobody.sock"
  fails 1
  same "$(containers)" ''
}

@test "a console socket with a long path" {
  on_terminal 'echo far away'
  deep=$WORK/$(printf 'a%.0s' {1..60})/$(printf 'b%.0s' {1..60})
  mkdir -p "$deep"
  console_receiver
  mv "$WORK/console.sock" "$deep/console.sock"
  if is_railcar; then
    create --console-socket "$deep/console.sock"
  else
    skip 'railcar only: runc cannot use paths beyond 108 bytes'
  fi
  runtime start "$ID"
  wait "$RECEIVER"
  contains "$(cat "$WORK/terminal")" 'far away'
}

@test "run on a terminal: output, input, exit code" {
  on_terminal 'echo ready; read line; echo "heard $line"; exit 42'
  run on_pty expect=ready 'type=hello\r' 'expect=heard hello' -- "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
  same "$status" 42
}

@test "run on a terminal: the size of the caller's, and its changes" {
  on_terminal 'stty size; trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.02; done'
  run on_pty size=30x90 expect=ready size=40x100 'expect=40 100' -- "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
  succeeds
  same "${lines[0]}" '30 90'
}

@test "run on a terminal: control-C reaches the process, not the monitor" {
  on_terminal 'trap "echo interrupted; exit 5" INT; echo ready; while :; do sleep 0.02; done'
  run on_pty expect=ready 'type=\x03' expect=interrupted -- "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
  same "$status" 5
}

@test "run on a terminal: raw while it runs, as before afterwards" {
  on_terminal 'echo ready; read line'
  run --separate-stderr on_pty modes=before expect=ready modes=during 'type=x\r' -- \
    sh -c '"$@"; stty -a | grep -q " icanon" && echo cooked again' - "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
  same "$stderr" "$(printf 'before: cooked\nduring: raw')"
  contains "$output" 'cooked again'
}

# A hook sees the caller's terminal when the program has been started, and before the monitor begins.
@test "run on a terminal: raw before the program starts, as before when it cannot" {
  on_terminal 'echo ready'
  edit_config --arg work "$WORK" \
    '.hooks.poststart = [{path: "/bin/sh", args: ["sh", "-c", "stty -a <$(cat \($work)/tty) >\($work)/modes"]}]'
  on_pty expect=ready -- sh -c 'tty >"$0/tty"; exec "$@"' "$WORK" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
  matches "$(cat "$WORK/modes")" '-icanon'
  matches "$(cat "$WORK/modes")" '-echo '
  edit_config '.process.args = ["no-such-program"] | del(.hooks)'
  run on_pty -- sh -c '"$@"; echo "code $?"; stty -a | grep -q " icanon" && echo cooked again' - \
    "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID-2"
  contains "$output" 'code 1'
  contains "$output" 'cooked again'
}

@test "run on a terminal: it is restored when the container is killed" {
  on_terminal 'echo ready; exec sleep 600'
  run on_pty expect=ready 'type=x' expect=x -- \
    sh -c '{ sleep 0.5; "$1" --root "$3" kill "$7" KILL; } & "$@"; echo "code $?"; stty -a | grep -q " icanon" && echo cooked again' - \
    "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
  contains "$output" 'code 137'
  contains "$output" 'cooked again'
}

@test "run on a terminal: only the monitor stays" {
  railcar_only 'names railcar processes'
  on_terminal 'echo ready; read line'
  on_pty expect=ready expect=done -- "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" >"$WORK/output" 2>&1 </dev/null &
  eventually has_status running
  monitor=$(awk '/^PPid/ { print $2 }' "/proc/$(pid_of)/status")
  eventually grep -q railcar:monitor "/proc/$monitor/comm"
  eventually no_node
  runtime kill "$ID" KILL
  wait $! || true
}

@test "run on a terminal: much output arrives whole" {
  on_terminal 'stty -opost; seq 1 20000 | md5sum; seq 1 20000'
  run on_pty -- "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
  succeeds
  same "$(tail -n +2 <<<"$output" | md5sum)" "${lines[0]}"
}
