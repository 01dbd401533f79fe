#!/usr/bin/env bats
# NOTIFY_SOCKET (sd_notify(3)): a container's process tells the caller's service manager that it is ready.

load helper
load programs

setup() {
  live_setup
  railcar_only 'runc waits for ever where the container ends without a word'
  bundle
  # Said by a program that holds no descriptor of ours afterwards.
  cp "$(program "$LIVE/tools/notify.c")" "$BUNDLE/rootfs/bin/notify"
  HEARD=$WORK/heard
}

listen_at() {
  background python3 "$LIVE/tools/notify-listener.py" "$1" "$HEARD" </dev/null >/dev/null 2>&1
  eventually test -e "$HEARD"
  export NOTIFY_SOCKET=$1
}
heard() { [ "$(cat "$HEARD")" = "$1" ]; }

@test "start returns when the container is ready, and tells the main process" {
  listen_at "$WORK/manager"
  script 'echo "$NOTIFY_SOCKET"; notify "STATUS=half way"; cat /tmp/fifo; notify READY=1 "STATUS=too late"; exec sleep 600'
  mkfifo "$BUNDLE/rootfs/tmp/fifo"
  create
  beside start "$ID" &
  starter=$!
  eventually heard "'STATUS=half way'"
  [ -d "/proc/$starter" ]
  echo go >"$BUNDLE/rootfs/tmp/fifo"
  wait "$starter"

  heard "'STATUS=half way'
'READY=1\\nMAINPID=$(pid_of)'"
  contains "$(cat "$WORK/output")" /run/notify/notify.sock
}

@test "run --detach returns when the container is ready; a user namespace changes nothing" {
  listen_at "$WORK/manager"
  script 'notify READY=1; exec sleep 600'
  edit_config '.linux.namespaces += [{type: "user"}]
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] | .linux.gidMappings = .linux.uidMappings | .process.user = {uid: 7, gid: 7}'
  chown -hR 100000:100000 "$BUNDLE/rootfs"
  run_detached

  eventually heard "'READY=1\\nMAINPID=$(pid_of)'"
}

@test "a container that ends without a word keeps nobody waiting" {
  listen_at "$WORK/manager"
  script 'sleep 0.2; notify "STATUS=last words"'
  run_detached

  eventually has_status stopped
  heard "'STATUS=last words'"
}

@test "in the foreground all that it says of itself is passed on, while it lives" {
  listen_at "@rct-$$-$ID"
  script 'notify READY=1 "STATUS=at work" BARRIER=1 WATCHDOG=1 && echo past the barrier && notify STOPPING=1; sleep 0.3'
  run runtime run --bundle "$BUNDLE" "$ID"
  succeeds
  same "$output" 'past the barrier'

  heard "'READY=1'
'STATUS=at work'
'WATCHDOG=1'
'STOPPING=1'"
  # The relay is a copy of the launcher, with its command line.
  eventually no_process_left
}

@test "a container speaks for nobody else" {
  listen_at "$WORK/manager"
  script 'notify MAINPID=1 FDSTORE=1 NOTIFYACCESS=all "MAINPID=1\nREADY=1\nMAINPID=2\nX=1" ; exec sleep 600'
  run_detached

  heard "'READY=1\\nMAINPID=$(pid_of)'"
}

@test "a container cannot have the relay write elsewhere, nor keep its socket from being made" {
  listen_at "$WORK/manager"
  # A hook in the container's namespaces, with every right there is; it makes the directory writable to itself.
  echo precious >"$WORK/precious"
  hook=$WORK/hook
  cat >"$hook" <<SH
#!/bin/sh
mount -o remount,bind,rw $BUNDLE/rootfs/run/notify && ln -s $WORK/precious $BUNDLE/rootfs/run/notify/notify.sock
SH
  chmod 755 "$hook"
  edit_config --arg hook "$hook" '.hooks.createContainer = [{path: $hook}]'
  script 'notify READY=1; exec sleep 600'
  create
  [ -L "$ROOT/$ID/notify/notify.sock" ]
  runtime start "$ID" </dev/null >"$WORK/output" 2>&1

  heard "'READY=1\\nMAINPID=$(pid_of)'"
  same "$(cat "$WORK/precious") $(stat -c '%F %a' "$WORK/precious")" 'precious regular file 644'
  [ -S "$ROOT/$ID/notify/notify.sock" ]
}

@test "a link of the image on the way to /run/notify is not followed out of it" {
  listen_at "$WORK/manager"
  mkdir "$WORK/outside"
  ln -s "$WORK/outside" "$BUNDLE/rootfs/run"
  script 'notify READY=1; exec sleep 600'
  run_detached

  heard "'READY=1\\nMAINPID=$(pid_of)'"
  same "$(ls "$WORK/outside")" ''
}

@test "a listener that is gone is a warning, and the container runs" {
  export NOTIFY_SOCKET=$WORK/nobody
  run_detached
  contains "$(cat "$WORK/output")" "warning: cannot tell \"$WORK/nobody\" that the container is ready"
  same "$(state_of)" running
}

@test "config.json's own NOTIFY_SOCKET is left alone" {
  listen_at "$WORK/manager"
  edit_config '.process.env += ["NOTIFY_SOCKET=/its/own"]'
  script 'echo $NOTIFY_SOCKET; ls /run/notify'
  run runtime run --bundle "$BUNDLE" "$ID"
  contains "$output" /its/own
  contains "$output" 'No such file'
}

@test "no NOTIFY_SOCKET, an empty one, or one that is no path: nothing is added" {
  script 'echo [$NOTIFY_SOCKET]'
  for value in '' vsock:2:1 relative; do
    NOTIFY_SOCKET=$value run runtime run --bundle "$BUNDLE" "$ID"
    same "$output" '[]'
  done
}

@test "an exec has no part in it" {
  listen_at "$WORK/manager"
  script 'notify READY=1; exec sleep 600'
  run_detached
  run runtime exec "$ID" sh -c 'echo [$NOTIFY_SOCKET]'
  same "$output" '[]'
}
