#!/usr/bin/env bats
# What listens where a standby would, and is none, or not the user's, or of another build: a command never fails because
# of it, and is never fooled.

load standby

# As the binary and its Node layer both have it.
build_id() {
  strings -n 16 "$RUNTIME" | grep -oE '[0-9a-f]{16}' |
    while read -r id; do grep -q "\"$id\"" "${LAYER%/*}/layer.js" && echo "$id" && break; done
}

@test "one that lies or says nothing is given up for a cold start" {
  local mode
  bundle '.process.args = ["echo", "done"]'
  for mode in {,later-,result-}{close,silent,garbage,huge,part,cut,trickle,plan,unknown} stdin endless later-endless result-endless; do
    # After a plan that was executed what it says is the end, be it said quickly or slowly.
    [ "$mode" != result-trickle ] || continue
    inside rm -f "$PLACE/socket"
    fake "$mode"
    same "$mode $(runtime run --bundle "$BUNDLE" "$ID" </dev/null 2>&1)" "$mode done"
  done
}

@test "what a lost standby has read of standard input is not lost" {
  bundle '.process.args = ["sleep", "60"]'
  run_detached
  fake stdin
  echo '{"pids": {"limit": 77}}' | runtime update --resources - "$ID"
  same "$(kept pids.limit)" 77
}

@test "one in a directory that others could write to is not used" {
  fake finish
  run runtime list
  fails 42
  inside chmod 755 "$PLACE"
  same "$(way)" "debug: served cold: the standby's directory is not the user's alone"
  inside chmod 700 "$PLACE"
  inside chown 1000 "$PLACE"
  same "$(way)" "debug: served cold: the standby's directory is not the user's alone"
  run --separate-stderr inside "$RUNTIME" standby --detach
  fails 1
  same "$stderr" "railcar: cannot use \"$PLACE\": it is not a directory of mode 0700 that belongs to user 0"
  inside chown 0 "$PLACE"
  inside umount --lazy "$PLACE"
  inside mount -t tmpfs -o mode=755 run /run
  inside mkdir -m 700 /run/elsewhere
  inside ln -s elsewhere "$PLACE"
  fake finish /run/elsewhere/socket
  same "$(way)" "debug: served cold: the standby's directory is not the user's alone"
}

@test "one of another build is not used" {
  local lib build
  lib=${LAYER%/*}
  build=$(build_id)
  sed "s/$build/0123456789abcdef/g" "$RUNTIME" >"$WORK/other"
  # The first line as well: it tells whether V8's cache is of this text.
  sed "s/$build/0123456789abcdef/g; 1s/^...../\/\/000/" "$lib/layer.js" >"$WORK/layer.js"
  chmod 755 "$WORK/other"
  inside mount --bind "$WORK/layer.js" "$lib/layer.js"
  inside "$WORK/other" standby --detach </dev/null
  inside umount "$lib/layer.js"
  same "$(way)" 'debug: served cold: the standby hung up: it was ended, or is of another build'
}

@test "require: what is wrong with it is said, and nothing is done" {
  bundle '.process.args = ["true"]'
  refused() {
    run --separate-stderr runtime --standby=require run --bundle "$BUNDLE" "$ID" </dev/null
    fails 1
    same "$stderr" "railcar: cannot reach the standby \"$PLACE/socket\": $1"
    [ ! -e "$ROOT/$ID" ]
  }
  local mode
  for mode in {,later-,result-}{close,cut}; do
    inside rm -f "$PLACE/socket"
    fake "$mode"
    refused 'it hung up: it was ended, or is of another build'
  done
  for mode in garbage later-huge result-unknown plan endless; do
    inside rm -f "$PLACE/socket"
    fake "$mode"
    refused 'it spoke another protocol'
  done
  inside chmod 755 "$PLACE"
  refused "its directory is not the user's alone"
}

@test "one that has more callers than it takes is left alone" {
  fake busy
  same "$(way)" 'debug: served cold: the standby is busy'
  run --separate-stderr runtime --standby=require list
  fails 1
  same "$stderr" "railcar: cannot reach the standby \"$PLACE/socket\": it is busy"
}

@test "a user whose directory has a socket of another's is served cold" {
  mkdir -m 700 "$WORK/xdg" "$WORK/xdg/railcar-standby"
  fake finish "$WORK/xdg/railcar-standby/socket"
  chmod 600 "$WORK/xdg/railcar-standby/socket"
  chown 1000:1000 "$WORK/xdg" "$WORK/xdg/railcar-standby"
  as_user() { inside setpriv --reuid 1000 --regid 1000 --clear-groups env XDG_RUNTIME_DIR="$WORK/xdg" "$@"; }
  same "$(as_user "$RUNTIME" --debug list 2>&1 >/dev/null)" "debug: served cold: the standby's directory is not the user's alone"
  run --separate-stderr as_user "$RUNTIME" --standby=require list
  fails 1
  same "$stderr" "railcar: cannot reach the standby \"$WORK/xdg/railcar-standby/socket\": its directory is not the user's alone"
}

@test "one that was upgraded: the old one is passed over, the new one is used" {
  start_standby
  serves
  # As after an installation: the same path, another build.
  cp "$RUNTIME" "$WORK/upgraded"
  local build
  build=$(build_id)
  sed -i "s/$build/0123456789abcdef/g" "$WORK/upgraded"
  sed "s/$build/0123456789abcdef/g; 1s/^...../\/\/000/" "${LAYER%/*}/layer.js" >"$WORK/layer.js"
  inside mount --bind "$WORK/layer.js" "${LAYER%/*}/layer.js"
  RUNTIME=$WORK/upgraded
  same "$(way)" 'debug: served cold: the standby hung up: it was ended, or is of another build'
  # Its next Node layer is of what is installed by then.
  kill -KILL "$(node_pids)"
  eventually serves
}
