#!/usr/bin/env bats
# linux.seccomp where it needs somebody else: SCMP_ACT_NOTIFY and its listener.

load helper

# EHOSTDOWN, "Host is down": nothing else says that of mkdir.
agent() {
  background python3 "$LIVE/tools/seccomp-agent.py" "$WORK/agent.sock" "$WORK/states" 112 </dev/null >"$WORK/agent.log" 2>&1
  eventually test -S "$WORK/agent.sock"
}

# asking [FILTER]: a bundle in which every mkdir is asked about.
asking() {
  bundle "${1:-.}"
  edit_config --arg path "$WORK/agent.sock" '.linux.seccomp = {
    defaultAction: "SCMP_ACT_ALLOW", listenerPath: $path, listenerMetadata: "of this test",
    syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_NOTIFY"}]}'
}

told() { sed -n "$1p" "$WORK/states" | jq -r "$2"; }

@test "SCMP_ACT_NOTIFY: a listener decides, and is told whose calls they are" {
  agent
  asking '.annotations = {"org.example": "x"}'
  script 'mkdir /tmp/new; echo $?'
  run runtime run --bundle "$BUNDLE" "$ID"
  succeeds
  contains "$output" 'Host is down'
  same "$(told 1 '.fds[0] + " " + .metadata + " " + .state.id + " " + .state.status + " " + .state.bundle + " " + .state.annotations["org.example"]')" \
    "seccompFd of this test $ID creating $BUNDLE x"
  same "$(told 1 '.pid == .state.pid and .ociVersion == .state.ociVersion and .closed')" true
}

@test "SCMP_ACT_NOTIFY: the pid is the one that the caller sees" {
  agent
  asking
  run_detached
  same "$(told 1 .pid)" "$(pid_of)"
}

@test "SCMP_ACT_NOTIFY with noNewPrivileges, where the filter is loaded by start" {
  agent
  asking '.process.noNewPrivileges = true'
  script 'mkdir /tmp/new 2>/tmp/said; sleep 600'
  create
  pid=$(pid_of)
  runtime start "$ID"
  eventually '[ -s "$WORK/states" ] && grep -q "Host is down" "$BUNDLE/rootfs/tmp/said"'
  same "$(told 1 .pid)" "$pid"
}

@test "SCMP_ACT_NOTIFY: exec has a listener of its own" {
  agent
  asking
  run_detached
  run runtime exec "$ID" mkdir /tmp/new </dev/null
  fails 1
  contains "$output" 'Host is down'
  same "$(told 2 '.state.id + " " + .state.status')" "$ID running"
  same "$(told 2 .state.pid)" "$(pid_of)"
  same "$(told 2 '.pid != .state.pid')" true
}

@test "SCMP_ACT_NOTIFY: a hook before it and flags beside it do no harm" {
  railcar_only 'runc 1.1 does not know the last flag'
  agent
  asking '.linux.seccomp.flags = [] | .hooks.createRuntime = [{path: "/bin/true"}]'
  edit_config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]'
  script 'mkdir /tmp/new'
  run runtime run --bundle "$BUNDLE" "$ID"
  fails 1
  if ! kernel_since 5.19; then
    contains "$output" 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs Linux 5.19'
    edit_config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_LOG"]'
    run runtime run --bundle "$BUNDLE" "$ID"
    fails 1
  fi
  contains "$output" 'Host is down'
}

@test "SCMP_ACT_NOTIFY without anyone who listens fails, names the path and leaves nothing" {
  asking
  run runtime run --bundle "$BUNDLE" "$ID"
  [ "$status" != 0 ]
  contains "$output" 'agent.sock'
  ! is_railcar || matches "$output" 'config.json:[0-9]+:[0-9]+: linux.seccomp.listenerPath: .*no such file or directory \(ENOENT\)'
  asking
  edit_config 'del(.linux.seccomp.listenerPath)'
  run runtime run --bundle "$BUNDLE" "$ID"
  [ "$status" != 0 ]
}
