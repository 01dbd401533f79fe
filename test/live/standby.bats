#!/usr/bin/env bats
# A standby that helps, or that dies: a command never fails because of it.

load standby
load trace

@test "a command is served by the standby, or cold, and says by which" {
  same "$(way)" 'debug: served cold: no standby is running'
  start_standby
  same "$(way)" 'debug: served by the standby'
  same "$(way --standby=auto)" 'debug: served by the standby'
  same "$(way --standby require)" 'debug: served by the standby'
  same "$(way --standby=off)" 'debug: served cold: no standby is wanted'
  same "$(way --no-standby)" 'debug: served cold: no standby is wanted'
  same "$(RAILCAR_STANDBY=off way)" 'debug: served cold: no standby is wanted'
  same "$(RAILCAR_STANDBY=off way --standby=auto)" 'debug: served by the standby'
  runtime --debug --log "$WORK/log" --log-format json list >/dev/null
  same "$(jq -r .msg "$WORK/log")" 'served by the standby'
}

@test "require: without a standby a command fails, and changes nothing" {
  bundle '.process.args = ["true"]'
  run --separate-stderr runtime --standby=require run --bundle "$BUNDLE" "$ID"
  fails 1
  same "$stderr" "railcar: cannot reach the standby \"$PLACE/socket\": it does not run"
  run --separate-stderr env RAILCAR_STANDBY=require nsenter --mount="/proc/$HOLDER/ns/mnt" "$RUNTIME" list
  fails 1
  run --separate-stderr env RAILCAR_STANDBY=perhaps nsenter --mount="/proc/$HOLDER/ns/mnt" "$RUNTIME" list
  fails 1
  contains "$stderr" 'invalid value "perhaps" of RAILCAR_STANDBY: must be one of auto, off, require'
  run --separate-stderr runtime --standby=perhaps list
  fails 1
  contains "$stderr" 'invalid value "perhaps" for flag -standby'
}

@test "the life of a container through the standby" {
  start_standby
  bundle '.process.args = ["sleep", "60"]'
  export RAILCAR_STANDBY=require
  create
  same "$(state_of)" created
  runtime start "$ID"
  same "$(state_of)" running
  same "$(runtime exec "$ID" echo hello)" hello
  run runtime exec "$ID" sh -c 'exit 7'
  fails 7
  runtime ps "$ID" | grep -q sleep
  runtime delete --force "$ID"
  run --separate-stderr runtime state "$ID"
  fails 1
  contains "$stderr" 'does not exist'
}

@test "errors read the same as cold" {
  start_standby
  bundle '.process.args = ["no-such-program"]'
  run --separate-stderr runtime --standby=off run --bundle "$BUNDLE" "$ID"
  local cold=$status:$stderr
  run --separate-stderr runtime --standby=require run --bundle "$BUNDLE" "$ID"
  same "$status:$stderr" "$cold"
  edit_config '.mounts[0].type = 7'
  run --separate-stderr runtime --standby=off run --bundle "$BUNDLE" "$ID"
  cold=$status:$stderr
  run --separate-stderr runtime --standby=require run --bundle "$BUNDLE" "$ID"
  same "$status:$stderr" "$cold"
}

@test "it has no privilege and no descriptor but its own" {
  start_standby
  local pid status target
  pid=$(node_pids)
  status=$(cat "/proc/$pid/status")
  matches "$status" $'\nUid:\t([1-9][0-9]*)\t\\1'
  matches "$status" $'\nGid:\t[1-9]'
  matches "$status" $'\nGroups:\t ?\n'
  local set
  for set in CapInh CapPrm CapEff CapBnd CapAmb; do matches "$status" $'\n'"$set"$':\t0+\n'; done
  matches "$status" $'\nNoNewPrivs:\t1\n'
  same "$(tr -d '\0' <"/proc/$pid/environ")" ''
  same "$(readlink "/proc/$pid/cwd")" /
  # A network of its own with nothing in it, not even a loopback device that is up.
  [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ]
  [ "$(readlink "/proc/$pid/ns/ipc")" != "$(readlink /proc/self/ns/ipc)" ]
  same "$(tail -n +3 "/proc/$pid/net/dev" | cut -d : -f 1 | tr -d ' ')" lo
  same "$(tail -n +2 "/proc/$pid/net/route")" ''
  same "$(tail -n +2 "/proc/$pid/net/tcp")" ''
  for target in "/proc/$pid/fd/"*; do
    target=$(readlink "$target") || continue
    matches "$target" '^(/dev/null|socket:.*|pipe:.*|anon_inode:\[(eventpoll|eventfd|io_uring)\])$'
  done
  same "$(find "/proc/$pid/fd" -lname 'socket:*' | wc -l)" 2
  same "$(inside stat -c '%a %u' "$PLACE")" '700 0'
}

@test "the unit gives it no more, as systemd sees it" {
  local unit=$WORK/units
  command -v systemd-analyze >/dev/null || skip 'needs systemd-analyze'
  mkdir "$unit"
  sed "s|@BINARY@|$RUNTIME|" "$REPO/.install/railcar-standby.service" >"$unit/railcar-standby.service"
  cp "$REPO/.install/railcar-standby.socket" "$unit"
  # What it does not know or cannot parse it says, and goes on.
  same "$(systemd-analyze verify --man=no --recursive-errors=no "$unit"/* 2>&1)" ''
  # Of 100, the fewer the better: most of the units that are called safe have about 20.
  run systemd-analyze security --offline=yes --threshold=15 "$unit/railcar-standby.service"
  succeeds
}

@test "--detach returns when it answers, and leaves the caller's descriptors alone" {
  # A pipe that nobody else holds open ends when the command does.
  same "$(inside "$RUNTIME" standby --detach </dev/null; way --standby=require)" 'debug: served by the standby'
  run --separate-stderr inside "$RUNTIME" standby --detach
  fails 1
  same "$stderr" "railcar: cannot wait on \"$PLACE/socket\": a standby is running already"
  same "$(node_pids | wc -l)" 1
}

@test "Node killed: the next command works, and soon there is another" {
  start_standby
  local first
  first=$(node_pids)
  kill -KILL "$first"
  runtime list >/dev/null
  eventually serves
  node_changed "$first"
}

@test "the supervisor killed: commands go cold, Node goes too, and another can be started" {
  start_standby
  kill -KILL "$(supervisor_pid)"
  runtime list >/dev/null
  eventually no_standby_left
  same "$(way)" 'debug: served cold: no standby is running'
  start_standby
  same "$(way)" 'debug: served by the standby'
}

@test "SIGTERM ends it and removes the socket" {
  start_standby
  kill -TERM "$(supervisor_pid)"
  eventually no_standby_left
  inside test ! -e "$PLACE/socket"
}

@test "a configuration that is too large for its memory is read by a Node layer of the command's own" {
  start_standby
  local pid
  pid=$(node_pids)
  bundle '.process.args = ["echo", "done"]
    | .annotations = ([range(50000) | {key: "a\(.)", value: ("x" * 100)}] | from_entries)'
  run --separate-stderr runtime --debug run --bundle "$BUNDLE" "$ID" </dev/null
  succeeds
  same "$output" 'done'
  same "$stderr" 'debug: served cold: what the standby has to read is too large for it'
  run --separate-stderr runtime --standby=require run --bundle "$BUNDLE" "$ID" </dev/null
  fails 1
  same "$stderr" "railcar: cannot reach the standby \"$PLACE/socket\": what it has to read is too large for it"
  serves
  same "$(node_pids)" "$pid"
}

@test "one that runs out of memory has ended, not hung, and there is another" {
  with_layer "const hoard = []; process.on('SIGUSR2', () => { for (;;) hoard.push(new Array(1e5).fill(hoard.length)); });"
  in_background_inside "$RUNTIME" standby </dev/null >"$WORK/standby.log" 2>&1
  eventually serves
  without_layer
  local first
  first=$(node_pids)
  kill -USR2 "$first"
  runtime list >/dev/null
  eventually node_changed "$first"
  eventually serves
  matches "$(cat "$WORK/standby.log")" '^railcar: the Node layer of the standby was killed by signal [0-9]+$'
}

@test "root follows no XDG_RUNTIME_DIR" {
  mkdir -m 700 "$WORK/railcar-standby"
  fake finish "$WORK/railcar-standby/socket"
  same "$(XDG_RUNTIME_DIR=$WORK way)" 'debug: served cold: no standby is running'
}

@test "another user has his own, below XDG_RUNTIME_DIR" {
  mkdir -m 700 "$WORK/xdg"
  chown 1000:1000 "$WORK/xdg"
  as_user() { inside setpriv --reuid 1000 --regid 1000 --clear-groups env XDG_RUNTIME_DIR="$WORK/xdg" "$@"; }
  as_user "$RUNTIME" standby --detach </dev/null
  run --separate-stderr as_user "$RUNTIME" --debug --standby=require list
  succeeds
  same "$stderr" 'debug: served by the standby'
  matches "$(cat "/proc/$(node_pids)/status")" $'\nNoNewPrivs:\t1\n'
  same "$(way)" 'debug: served cold: no standby is running'
}

@test "twenty at once" {
  start_standby
  bundle '.process.args = ["true"]'
  local n pids=() failed=0
  for ((n = 0; n < 20; n++)); do
    runtime --standby=require run --bundle "$BUNDLE" "$ID-$n" </dev/null &
    pids+=($!)
  done
  for n in "${pids[@]}"; do wait "$n" || failed=$((failed + 1)); done
  same "$failed" 0
}

@test "it is replaced after so many commands, or when it has grown, and no command notices" {
  local options first n
  for options in '--max-commands 20' '--max-memory 1'; do
    # shellcheck disable=SC2086
    start_standby $options
    first=$(node_pids)
    for ((n = 0; n < 64; n++)); do runtime --standby=require list >/dev/null; done
    eventually node_changed "$first"
    kill -TERM "$(supervisor_pid)"
    eventually no_standby_left
  done
}

@test "it ends when nobody has needed it for a while" {
  start_standby --idle-exit 1
  serves
  eventually no_standby_left
  inside test ! -e "$PLACE/socket"
}

@test "systemd's socket: served from the first command on" {
  local activate
  activate=$(command -v systemd-socket-activate) || skip 'needs systemd-socket-activate'
  in_background_inside "$activate" --listen="$PLACE/socket" "$RUNTIME" standby --idle-exit 3 </dev/null >"$WORK/activate.log" 2>&1
  eventually inside test -S "$PLACE/socket"
  eventually serves
  same "$(find "/proc/$(node_pids)/fd" -lname 'socket:*' | wc -l)" 2
  eventually no_standby_left
  # The socket is systemd's, not the standby's to remove.
  inside test -S "$PLACE/socket"
}

@test "300 commands while Node is killed every 200 ms" {
  start_standby
  bundle '.process.args = ["true"]'
  local supervisor killer n failed=0
  supervisor=$(supervisor_pid)
  (
    while sleep 0.2; do
      children=()
      # The list has no final newline, which read takes for a failure.
      read -r -a children <"/proc/$supervisor/task/$supervisor/children" || true
      [ ${#children[@]} = 0 ] || kill -KILL "${children[@]}"
    done
  ) 3>&- 2>/dev/null &
  killer=$!
  for ((n = 0; n < 100; n++)); do
    runtime run --bundle "$BUNDLE" "$ID" </dev/null || failed=$((failed + 1))
    runtime list >/dev/null || failed=$((failed + 1))
    runtime --version >/dev/null || failed=$((failed + 1))
  done
  kill "$killer"
  same "$failed" 0
  eventually serves
}

@test "a trace shows what the standby did" {
  start_standby
  TRACE=$WORK/trace.json
  bundle '.process.args = ["true"]'
  runtime --standby=require --trace "$TRACE" run --bundle "$BUNDLE" "$ID"
  sound
  planned
  happened $LAUNCHER connect
  happened $NODE check
  happened $NODE build
  happened $STUB exec
  same "$(jq -r '.traceEvents[] | select(.name == "thread_name" and .pid == 2) | .args.name' "$TRACE")" standby
}

@test "one that lies about its time is shown as far as that makes sense, and only if it was asked" {
  TRACE=$WORK/trace.json
  fake trace
  run --separate-stderr runtime --trace "$TRACE" list
  fails 42
  sound
  run --separate-stderr runtime --debug list
  succeeds
  contains "$stderr" 'served cold: the standby spoke another protocol'
}
