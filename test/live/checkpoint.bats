#!/usr/bin/env bats
# Checkpoints through the CRIU of Debian 13: what goes on after a restore is what was there before.
bats_require_minimum_version 1.5.0

load helper

setup_file() {
  local log=$BATS_FILE_TMPDIR/criu.log
  if ! CRIU=$("$REPO/test/criu" 2>"$log" 3>&- </dev/null); then
    [ "${CI:-}" != true ] || { cat "$log" >&2; return 1; }
    CRIU="none: $(tail -n 1 "$log")"
  fi
  export CRIU
}

setup() {
  [ -d "$CRIU" ] || skip "no CRIU: $CRIU"
  PATH=$CRIU:$PATH
  live_setup
  IMAGE=$WORK/image
}

# A file of the host as standard output is nothing that a container could be dumped with.
start_detached() { runtime run --detach --bundle "$BUNDLE" "$@" "$ID" </dev/null >/dev/null 2>&1; }

# counting: the container counts into /tmp/count.
counting() {
  script 'i=0; while :; do i=$((i + 1)); echo $i >/tmp/new; mv /tmp/new /tmp/count; sleep 0.02; done'
}
count() { cat "$BUNDLE/rootfs/tmp/count"; }
counted() { [ "$(count 2>/dev/null || echo 0)" -ge "$1" ]; }

dump() { runtime checkpoint --image-path "$IMAGE" "$@" "$ID"; }
restore() { beside restore --detach --image-path "$IMAGE" --bundle "$BUNDLE" "$@" "$ID"; }

# Nothing of the container is there any more.
gone() {
  run runtime state "$ID"
  contains "$output" 'does not exist'
  [ -z "$(find /sys/fs/cgroup -type d -name "$ID")" ]
}

@test "a counting process goes on counting" {
  bundle && counting
  start_detached
  eventually counted 5
  dump
  gone
  local at
  at=$(count)
  # Whoever begins anew has to count this far again.
  rm "$BUNDLE/rootfs/tmp/count"
  restore
  has_status running
  eventually counted $((at + 1))
  [ "$(count)" -lt $((at + 500)) ]
  eventually counted $((at + 5))
}

@test "a restored container is like any other" {
  bundle && counting
  start_detached
  eventually counted 2
  dump
  restore --pid-file "$WORK/pid"
  same "$(cat "$WORK/pid")" "$(pid_of)"
  same "$(runtime exec "$ID" cat /tmp/count </dev/null | wc -l)" 1
  runtime pause "$ID"
  has_status paused
  runtime resume "$ID"
  same "$(runtime list -q)" "$ID"
  runtime events --stats "$ID" | jq -e .data.pids.current >/dev/null
  runtime kill "$ID" KILL
  eventually has_status stopped
  runtime delete "$ID"
}

@test "with leave-running both go on" {
  bundle && counting
  start_detached
  eventually counted 2
  dump --leave-running
  has_status running
  local at
  at=$(count)
  eventually counted $((at + 2))
  runtime delete --force "$ID"
  restore
  eventually counted $((at + 4))
}

@test "without CRIU, and with one that does not work" {
  bundle && start_detached
  mkdir "$WORK/bin"
  PATH=$WORK/bin run dump
  fails 1
  same "${lines[0]}" 'exec: "criu": executable file not found in $PATH'
  printf '#!/bin/sh\nexit 3\n' >"$WORK/bin/criu"
  chmod 755 "$WORK/bin/criu"
  PATH=$WORK/bin run dump
  fails 1
  contains "$output" 'cannot dump the container "'"$ID"'": criu has ended without a word'
  has_status running
}

@test "what cannot be dumped goes on, and the log of CRIU says why" {
  bundle
  echo x >"$WORK/outside"
  "$RUNTIME" --root "$ROOT" run --detach --bundle "$BUNDLE" --preserve-fds 1 "$ID" </dev/null >/dev/null 2>&1 3<"$WORK/outside"
  run dump
  fails 1
  contains "$output" "Error (criu/"
  contains "$output" "\"$IMAGE/dump.log\""
  has_status running
  mkdir "$WORK/work"
  run dump --work-path "$WORK/work"
  fails 1
  contains "$output" "\"$WORK/work/dump.log\""
  has_status running
  runtime exec "$ID" true </dev/null
}

@test "a restore that fails leaves nothing" {
  bundle && counting
  start_detached
  eventually counted 2
  dump
  rm "$IMAGE"/core-1.img
  run restore
  fails 1
  contains "$output" 'cannot restore the container'
  contains "$output" "\"$IMAGE/restore.log\""
  gone
}
