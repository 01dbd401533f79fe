#!/usr/bin/env bats
# run and create with --init: an init process of railcar's that reaps, passes signals on, and ends as the process does.

load helper

setup() {
  live_setup
  railcar_only '--init is an option of railcar'
  bundle
}

in_foreground() { run runtime run --init --bundle "$BUNDLE" "$@" "$ID" </dev/null; }

@test "the process is a child of pid 1, which is called init and has nothing open" {
  script 'echo $$ $PPID; tr "\0" " " </proc/1/cmdline; echo; cat /proc/1/comm; ls /proc/1/fd | wc -l; tr "\0" " " </proc/1/environ'
  in_foreground
  succeeds
  matches "$output" '^[0-9]+ 1
init [0-9]+ 
init
0$'
}

@test "its exit status, and 128 and the number of the signal that killed it" {
  script 'exit 42'
  in_foreground
  fails 42
  # shellcheck disable=SC2016
  script 'kill -KILL $$'
  in_foreground
  fails 137
  edit_config '.linux.namespaces |= map(select(.type != "pid"))'
  in_foreground
  fails 137
}

@test "orphans are reaped" {
  # Their parent has ended; without an init, sleep itself would have to wait for them.
  script '(sh -c "exit 3" & sh -c "exit 4" & sh -c "sleep 0.1" &) ; exec sleep 600'
  run_detached --init
  eventually '[ "$(runtime ps -f json "$ID" | jq length)" = 2 ]'
  [ "$(runtime exec "$ID" sh -c 'grep -l "^State:.Z" /proc/[0-9]*/status | wc -l')" = 0 ]

  # And so are they without a pid namespace.
  runtime delete --force "$ID"
  edit_config '.linux.namespaces |= map(select(.type != "pid"))'
  run_detached --init
  eventually '[ "$(runtime ps -f json "$ID" | jq length)" = 2 ]'
}

@test "signals reach the process; state and kill name the init" {
  script 'trap "echo got TERM; exit 5" TERM; trap "echo got USR1" USR1; echo ready; while :; do sleep 0.02; done'
  run_detached --init
  eventually 'grep -q ready "$WORK/output"'
  same "$(cat "/proc/$(pid_of)/comm")" init
  runtime kill "$ID" USR1
  eventually 'grep -q "got USR1" "$WORK/output"'
  runtime kill "$ID"
  eventually has_status stopped
  contains "$(cat "$WORK/output")" 'got TERM'
}

@test "a process that ends at once is no failure; one that cannot be executed is one, and leaves nothing" {
  edit_config '.process.args = ["true"]'
  create --init
  runtime start "$ID" </dev/null
  eventually has_status stopped
  runtime delete "$ID"
  edit_config '.process.args = ["/etc"]'
  in_foreground
  fails 1
  contains "$output" '/etc'
  # Found out only by execve.
  printf '#!/nowhere\n' >"$BUNDLE/rootfs/bin/script" && chmod 755 "$BUNDLE/rootfs/bin/script"
  edit_config '.process.args = ["/bin/script"]'
  in_foreground
  fails 1
  contains "$output" /nowhere
  same "$(containers)" ''
}

@test "user, capabilities, limits, filter and no_new_privs are those of the process, and another user may be it" {
  edit_config '.process.user = {uid: 1000, gid: 1000} | .process.noNewPrivileges = true
    | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 77, hard: 77}]
    | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["getcpu"], action: "SCMP_ACT_ERRNO"}]}'
  script 'for p in 1 self; do grep -E "^(Uid|Gid|Cap|NoNewPrivs|Seccomp:|Groups)" /proc/$p/status; grep open /proc/$p/limits; done'
  in_foreground
  succeeds
  half=$((${#lines[@]} / 2))
  [ "$half" -ge 9 ]
  same "$(printf '%s\n' "${lines[@]:0:half}")" "$(printf '%s\n' "${lines[@]:half}")"
}

@test "a filter that knows nothing of an init: the program runs, and ends as it does" {
  edit_config '.process.noNewPrivileges = true | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{names: ["rt_sigtimedwait", "prctl", "close_range"], action: "SCMP_ACT_ERRNO"}]}'
  script 'exit 6'
  in_foreground
  fails 6
}

@test "in a user namespace" {
  edit_config '.linux.namespaces += [{type: "user"}] | .process.user = {uid: 7, gid: 7}
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] | .linux.gidMappings = .linux.uidMappings'
  chown -hR 100000:100000 "$BUNDLE/rootfs"
  script 'echo $PPID; exit 3'
  in_foreground
  fails 3
  same "$output" 1
}

@test "a terminal: what is typed interrupts the process, once" {
  edit_config '.process.terminal = true'
  script 'trap "echo interrupted" INT; echo ready; for i in $(seq 50); do sleep 0.02; done; echo end'
  run on_pty expect=ready 'type=\x03' -- "$RUNTIME" --root "$ROOT" run --init --bundle "$BUNDLE" "$ID"
  succeeds
  same "$(grep -c interrupted <<<"$output")" 1
}

@test "LISTEN_PID is the process's own" {
  script 'echo $LISTEN_PID $$'
  # shellcheck disable=SC2016
  run bash -c 'LISTEN_FDS=1 exec env LISTEN_PID=$$ "$@" 3</dev/null' - "$RUNTIME" --root "$ROOT" run --init --bundle "$BUNDLE" "$ID" </dev/null
  succeeds
  same "${output% *}" "${output#* }"
}

@test "the annotation asks for it as well, and --no-init does not" {
  edit_config '.annotations = {"org.railcar.init": "true"}'
  # shellcheck disable=SC2016
  script 'echo $PPID'
  same "$(runtime run --bundle "$BUNDLE" "$ID" </dev/null)" 1
  same "$(runtime run -n -b "$BUNDLE" "$ID" </dev/null)" 0
}

@test "an exec beside it, and its end" {
  run_detached --init
  same "$(runtime exec "$ID" cat /proc/1/comm)" init
  runtime kill "$ID" KILL
  eventually has_status stopped
}

@test "CVE-2019-5736: nobody writes to the program of the init that stays, and it is not the host's" {
  hash=$(sha256sum "$RUNTIME")
  # shellcheck disable=SC2016
  script 'ls -l /proc/1/exe | sed "s/.*-> //"
    for i in 1 2 3; do echo x 2>/dev/null >/proc/1/exe && echo WRITTEN; done
    chmod 777 /proc/1/exe 2>/dev/null
    truncate -s 0 /proc/1/exe 2>/dev/null && echo TRUNCATED
    ls -d /proc/1/root/* /proc/1/cwd | wc -l
    /proc/1/exe; echo $?
    grep -c "$HIDDEN" /proc/1/maps /proc/1/environ 2>/dev/null'
  edit_config --arg hidden "$BUNDLE" '.process.env += ["HIDDEN=" + $hidden]'
  in_foreground
  lacks "$output" WRITTEN
  lacks "$output" TRUNCATED
  lacks "${lines[0]}" "$(realpath "$RUNTIME")"
  same "$(sha256sum "$RUNTIME")" "$hash"
}

@test "nothing of the plan is left in its memory" {
  railcar_only 'the memory of its init'
  run_detached --init
  pid=$(pid_of)
  # What the container could read with CAP_SYS_PTRACE: paths of the host.
  python3 - "$pid" "$BUNDLE" "$ROOT" <<'PY'
import sys
pid, *secrets = sys.argv[1:]
found = 0
with open(f'/proc/{pid}/mem', 'rb', 0) as memory:
    for line in open(f'/proc/{pid}/maps'):
        span, mode = line.split()[:2]
        if 'r' not in mode or '[v' in line:
            continue
        start, end = (int(x, 16) for x in span.split('-'))
        memory.seek(start)
        content = memory.read(end - start)
        found += any(secret.encode() in content for secret in secrets)
sys.exit(found)
PY
}
