#!/usr/bin/env bats
# A Node layer that waits for commands but does not serve them: the supervisor notices, and another one takes over.

load standby

# Starts a standby whose Node layer runs SCRIPT on SIGUSR2.
start_standby_that() {
  with_layer "process.on('SIGUSR2', () => { $1 });"
  start_standby
  without_layer
  serves
}

# Commands work all the while, and after some there is another Node layer, which serves them.
is_replaced() {
  local first=$1
  bundle '.process.args = ["echo", "done"]'
  same "$(runtime run --bundle "$BUNDLE" "$ID" </dev/null)" 'done'
  eventually list_and_node_changed "$first"
  eventually serves
  eventually '[ "$(node_pids | wc -l)" = 1 ]'
}
list_and_node_changed() { runtime list >/dev/null && node_changed "$1"; }

@test "one that is stopped" {
  start_standby
  local pid
  pid=$(node_pids)
  kill -STOP "$pid"
  same "$(way)" 'debug: served cold: the standby did not answer in time'
  is_replaced "$pid"
}

@test "one whose event loop is blocked" {
  start_standby_that 'for (;;);'
  local pid
  pid=$(node_pids)
  kill -USR2 "$pid"
  is_replaced "$pid"
}

@test "one that accepts and never answers" {
  start_standby_that "const { Server } = require('node:net');
    const { emit } = Server.prototype;
    Server.prototype.emit = function (event, ...rest) {
      if (event === 'connection') Object.assign(rest[0], { write: () => true, end: () => {} });
      return emit.call(this, event, ...rest);
    };
    require('node:fs').writeFileSync('$WORK/armed', 'yes');"
  local pid
  pid=$(node_pids)
  # It belongs to a user of its own, and hears the signal when it comes to it.
  : >"$WORK/armed"
  chmod 666 "$WORK/armed"
  kill -USR2 "$pid"
  eventually test -s "$WORK/armed"
  same "$(way)" 'debug: served cold: the standby did not answer in time'
  is_replaced "$pid"
}

@test "one that has no descriptor left" {
  start_standby_that "try { for (;;) require('node:fs').openSync('/dev/null'); } catch {}"
  local pid
  pid=$(node_pids)
  kill -USR2 "$pid"
  eventually '[ "$(find "/proc/$pid/fd" | wc -l)" -gt 1000 ]'
  # Node closes what it cannot take, sooner or later.
  matches "$(way)" '^debug: served cold: the standby (hung up: it was ended, or is of another build|did not answer in time)$'
  is_replaced "$pid"
}

@test "one that hangs after the last command of many, with nobody there to see it" {
  start_standby_that 'for (;;);'
  local pid
  pid=$(node_pids)
  # The question that follows a command comes a second after it.
  runtime list >/dev/null
  kill -USR2 "$pid"
  eventually node_changed "$pid"
}

@test "a machine that does nothing is not woken" {
  start_standby
  local supervisor before
  supervisor=$(supervisor_pid)
  # Node optimises for a while, and the last question is asked a second after the last command.
  serves
  sleep 2
  before=$(switches "$supervisor")
  sleep 2
  same "$(switches "$supervisor")" "$before"
}
switches() { awk '/ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$1/status"; }

@test "a command that requires the standby is served by the one that takes over" {
  start_standby
  local pid
  pid=$(node_pids)
  kill -STOP "$pid"
  same "$(way --standby=require)" 'debug: served by the standby'
  node_changed "$pid"
}
