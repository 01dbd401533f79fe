# shellcheck shell=bash
# What the tests of the standby share. Every test has a /run/railcar-standby of its own, in a mount namespace that
# $HOLDER keeps.

load helper

setup() { standby_setup; }
teardown() { standby_teardown; }

standby_setup() {
  live_setup
  railcar_only 'standby'
  PLACE=/run/railcar-standby
  unset RAILCAR_STANDBY
  # shellcheck disable=SC2016
  hold_namespaces --mount --propagation slave -- \
    sh -c 'mkdir -p -m 700 "$0" && mount -t tmpfs -o mode=700 standby "$0"' "$PLACE"
}

standby_teardown() {
  local pid
  for pid in $(standby_processes); do kill -KILL "$pid" 2>/dev/null || true; done
  live_teardown
}

inside() { nsenter --mount="/proc/$HOLDER/ns/mnt" --wd="$PWD" "$@" 3>&-; }
# The command itself, so that the teardown kills no shell around it.
in_background_inside() { background nsenter --mount="/proc/$HOLDER/ns/mnt" "$@"; }
runtime() { inside "$RUNTIME" --root "$ROOT" "$@"; }
# By which way a command goes, as it says itself.
# shellcheck disable=SC2069
way() { runtime --debug "$@" list 2>&1 >/dev/null; }
serves() { [ "$(way)" = 'debug: served by the standby' ]; }
start_standby() { inside "$RUNTIME" standby --detach "$@" </dev/null >/dev/null; }

# Pids in this test's place: of Node layers, of the supervisor, of both.
node_pids() { standby_processes | while read -r pid; do is_node "$pid" && echo "$pid"; done; return 0; }
supervisor_pid() { standby_processes | while read -r pid; do is_node "$pid" || echo "$pid"; done; }
is_node() { grep -qs -- --standby "/proc/$1/cmdline"; }
standby_processes() {
  local dir place
  place=$(readlink "/proc/$HOLDER/ns/mnt") || return 0
  for dir in /proc/[0-9]*; do
    [ "$(readlink "$dir/ns/mnt" 2>/dev/null)" = "$place" ] || continue
    if is_node "${dir#/proc/}" || grep -qsx railcar:standby "$dir/comm"; then echo "${dir#/proc/}"; fi
  done
}
node_changed() { local now; now=$(node_pids); [ -n "$now" ] && [ "$now" != "$1" ]; }
no_standby_left() { [ -z "$(standby_processes)" ]; }

# fake MODE [SOCKET]: something else listens where a standby would.
fake() {
  rm -f "$WORK/ready"
  in_background_inside python3 "$LIVE/tools/fake-standby.py" "$1" "${2:-$PLACE/socket}" "$WORK/ready" </dev/null >/dev/null 2>&1
  eventually test -e "$WORK/ready"
}

# with_layer SCRIPT: from now on Node has run SCRIPT before it becomes the layer.
with_layer() {
  { printf '%s\n' "$1"; cat "$LAYER"; } >"$WORK/railcar.cjs"
  inside mount --bind "$WORK/railcar.cjs" "$LAYER"
}
without_layer() { inside umount "$LAYER"; }
