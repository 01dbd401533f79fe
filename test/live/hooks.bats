#!/usr/bin/env bats
# Hooks beyond the golden cases: what a failing or slow one does, and where each kind runs.

load helper

hook() { jq -nc --arg kind "$1" --arg script "$2" '{($kind): [{path: "/bin/sh", args: ["sh", "-c", $script]}]}'; }

@test "a failing hook before the process: create fails, everything is undone" {
  for kind in prestart createRuntime createContainer; do
    bundle ".hooks = $(hook "$kind" 'echo the reason >&2; exit 3')"
    run create
    fails 1
    contains "$output" 'hook'
    same "$(containers)" ''
    if is_railcar; then contains "$output" "hooks.$kind[0]"; fi
  done
}

@test "a failing startContainer hook: start fails, the process never runs" {
  railcar_only 'runc 1.1 reports success'
  bundle ".hooks = $(hook startContainer 'exit 3')"
  script 'echo ran >/tmp/ran; exec sleep 600'
  create
  run runtime start "$ID"
  fails 1
  if is_railcar; then contains "$output" 'hooks.startContainer[0]'; fi
  [ ! -e "$BUNDLE/rootfs/tmp/ran" ]
}

@test "a failing poststart hook: start fails and the container is stopped" {
  railcar_only 'runc 1.1 runs poststart hooks in create'
  bundle ".hooks = $(hook poststart 'exit 3')"
  create
  pid=$(pid_of)
  run runtime start "$ID"
  fails 1
  contains "$output" 'hooks.poststart[0]'
  eventually ended "$pid"
}

ended() { ! grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null; }

@test "a hook of start that fails is the end: the container is gone, and its poststop hooks have run" {
  railcar_only 'runc leaves a container that has stopped'
  for kind in startContainer poststart; do
    rm -f "$WORK/stopped"
    bundle ".hooks = $(hook "$kind" 'exit 3') + {poststop: [{path: \"/bin/touch\", args: [\"touch\", \"$WORK/stopped\"]}]}"
    create
    cgroup=$(cgroup_dir pids)
    run runtime start "$ID"
    fails 1
    contains "$output" "hooks.$kind[0]"
    same "$(containers)" ''
    [ -e "$WORK/stopped" ]
    [ ! -d "$cgroup" ]
  done
}

@test "a program that cannot be executed leaves a container that has stopped" {
  bundle ".hooks.poststop = [{path: \"/bin/touch\", args: [\"touch\", \"$WORK/stopped\"]}]"
  script 'true'
  create
  rm "$BUNDLE/rootfs/bin/sh" "$BUNDLE/rootfs/bin/busybox"
  run runtime start "$ID"
  [ "$status" != 0 ]
  same "$(containers)" "$ID"
  [ ! -e "$WORK/stopped" ]
}

@test "a failing poststop hook is only reported, and the others still run" {
  railcar_only 'runc 1.1 skips the others'
  bundle ".hooks.poststop = [{path: \"/bin/false\"}, {path: \"/bin/touch\", args: [\"touch\", \"$WORK/second\"]}]"
  create
  run runtime delete --force "$ID"
  succeeds
  [ -e "$WORK/second" ]
}

@test "poststop hooks run after a foreground run" {
  bundle ".process.args = [\"true\"] | .hooks.poststop = [{path: \"/bin/touch\", args: [\"touch\", \"$WORK/stopped\"]}]"
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  succeeds
  [ -e "$WORK/stopped" ]
}

@test "poststop hooks run once when a foreground container is deleted by force" {
  railcar_only 'runc calls them twice'
  local log=$WORK/stopped
  bundle ".process.args = [\"sleep\", \"60\"]
    | .hooks.poststop = [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \"echo stopped >>$log; sleep 0.5\"]}]"
  background "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1
  eventually has_status running
  runtime delete --force "$ID"
  wait "${BACKGROUND[-1]}" || true
  same "$(cat "$log")" stopped
  same "$(cat "$WORK/output")" ''
  [ ! -e "$ROOT/$ID" ]
}

@test "poststop hooks run when a hook of create fails" {
  railcar_only 'runc 1.1 does not run them'
  for kind in prestart createRuntime createContainer; do
    rm -f "$WORK/stopped"
    bundle ".hooks = {$kind: [{path: \"/bin/false\"}], poststop: [{path: \"/bin/touch\", args: [\"touch\", \"$WORK/stopped\"]}]}"
    run create
    fails 1
    [ -e "$WORK/stopped" ]
  done
}

@test "a hook that takes too long is killed and counts as failed" {
  railcar_only 'runc 1.1 waits for the children of the hook'
  for kind in prestart createRuntime createContainer; do
    bundle ".hooks = $(hook "$kind" 'sleep 30') | .hooks.$kind[0].timeout = 1"
    before=$SECONDS
    run create
    fails 1
    [ $((SECONDS - before)) -lt 8 ]
    same "$(containers)" ''
  done
}

@test "a hook that is missing is named" {
  bundle '.hooks.createRuntime = [{path: "/no/such/hook"}]'
  run create
  fails 1
  contains "$output" '/no/such/hook'
  same "$(containers)" ''
}

@test "a hook without env gets an empty environment" {
  railcar_only 'runc 1.1 passes its own'
  bundle ".process.env += [\"LD_PRELOAD=/hostile.so\"] | .hooks.createRuntime = [{path: \"/usr/bin/env\"}]"
  edit_config --arg file "$WORK/env" '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "tr \"\\0\" \"\\n\" </proc/$$/environ >" + $file]}]'
  create
  same "$(cat "$WORK/env")" ''
}

@test "the state on standard input: id, pid in the host's numbers, bundle, annotations, version" {
  bundle ".annotations = {key: \"value\"} | .hooks = $(hook createRuntime "cat >$WORK/state")"
  create
  same "$(jq -r '[.id, .status, .bundle, .annotations.key] | join(" ")' "$WORK/state")" "$ID creating $BUNDLE value"
  same "$(jq .pid "$WORK/state")" "$(pid_of)"
  matches "$(jq -r .ociVersion "$WORK/state")" '^1\.'
}

@test "a hook that reads nothing does not break anything" {
  bundle '.hooks.createRuntime = [{path: "/bin/true"}] | .annotations = {big: ("x" * 200000)}'
  create
  same "$(state_of)" created
}

@test "prestart and createRuntime hooks run in the caller's namespaces, with the container's made" {
  bundle ".hooks.createRuntime = [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \"\"]}]"
  edit_config --arg file "$WORK/ns" '.hooks.createRuntime[0].args[2] =
    "pid=$(sed -n \"s/.*\\\"pid\\\": *\\([0-9]*\\).*/\\1/p\"); for n in mnt net uts; do readlink /proc/self/ns/$n /proc/$pid/ns/$n; done >" + $file'
  create
  pid=$(pid_of)
  wanted=$(for n in mnt net uts; do readlink /proc/self/ns/$n "/proc/$pid/ns/$n"; done)
  same "$(cat "$WORK/ns")" "$wanted"
}

@test "createContainer hooks run in the container's namespaces before the root is changed" {
  bundle
  edit_config ".hooks.createContainer = [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \"readlink /proc/self/ns/uts >$WORK/ns; ls -d $BUNDLE/rootfs/bin >>$WORK/ns\"]}]"
  create
  same "$(cat "$WORK/ns")" "$(printf '%s\n%s' "$(readlink "/proc/$(pid_of)/ns/uts")" "$BUNDLE/rootfs/bin")"
}

@test "a hook may add to the container: a mount made by createContainer is there" {
  bundle
  edit_config ".process.args = [\"cat\", \"/mnt/file\"] | .hooks.createContainer = [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \"mount -t tmpfs tmpfs $BUNDLE/rootfs/mnt && echo from the hook >$BUNDLE/rootfs/mnt/file\"]}]"
  mkdir "$BUNDLE/rootfs/mnt"
  # mount(8) needs a PATH, and a hook gets none.
  edit_config '.hooks.createContainer[0].env = ["PATH=/usr/bin:/bin:/usr/sbin:/sbin"]'
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  same "$output" 'from the hook'
}
