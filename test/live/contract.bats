#!/usr/bin/env bats
# docs/contract.md, row by row: what callers of an OCI runtime rely on, with the argument vectors that go-runc, the
# containerd shim, conmon, CRI-O and Podman give. A row is a function row_ID; the last test counts.

load helper
load programs

setup() {
  live_setup
  railcar_only 'rows are about railcar'
  BASE=("$RUNTIME" --root "$ROOT")
}

# No row writes to the root file system, so all have the same one.
contract_row() {
  BUNDLE=$WORK/bundle
  mkdir "$BUNDLE"
  jq --arg rootfs "$(shared_rootfs)" '.root.path = $rootfs' "$LIVE/base.json" >"$BUNDLE/config.json"
  "row_$1"
  echo "$1" >>"$BATS_RUN_TMPDIR/contract-held"
}

rows() { awk -F ' *[|] *' '/^[|] `/ { gsub("`", "", $2); print $2 }' "$REPO/docs/contract.md"; }

# call ARGUMENTS...: as a caller does that makes no difference between standard output and error.
call() { "${BASE[@]}" "$@" </dev/null 2>&1 3>&-; }
# quiet ARGUMENTS...: a command whose success is silent. Not through a pipe, which the container would hold open.
quiet() {
  local code=0
  "${BASE[@]}" "$@" </dev/null >"$WORK/said" 2>&1 3>&- || code=$?
  same "$code $(cat "$WORK/said")" '0 '
}
refused_with() { # STATUS WORDS ARGUMENTS...
  local code=0 said
  said=$(call "${@:3}") || code=$?
  contains "$said" "$2"
  same "$code" "$1"
}
running() { run_detached; }
stopped() {
  edit_config '.process.args = ["true"]'
  run_detached
  eventually has_status stopped
}

# --- options of the runtime itself

row_root() {
  refused_with 1 'must not be /' --root / list
  running
  [ -s "$ROOT/$ID/state.json" ]
}
row_log_append() {
  echo earlier >"$WORK/log"
  call --log "$WORK/log" state nobody || true
  same "$(head -n 1 "$WORK/log")" earlier
  contains "$(tail -n 1 "$WORK/log")" 'container does not exist'
}
row_log_json() {
  call --log "$WORK/log.json" --log-format json state nobody || true
  same "$(jq -r '[.level, has("msg"), (.time | test("^20[0-9-]+T[0-9:]+"))] | join(" ")' "$WORK/log.json")" 'error true true'
}
row_log_targets() {
  call "--log=file:$WORK/log" state nobody || true
  contains "$(cat "$WORK/log")" 'container does not exist'
  # Sent to a daemon that may not be there: never written to files of these names.
  (cd "$WORK" || return; call --log=journald:x state nobody || true; call --log=syslog:x state nobody || true; [ ! -e "$WORK/journald:x" ]) >/dev/null
  [ ! -f /dev/log ]
}
row_debug() { call --debug --log "$WORK/log" list >/dev/null && contains "$(cat "$WORK/log")" level=debug; }
row_log_level() {
  call --log-level=debug --log "$WORK/log" list >/dev/null && contains "$(cat "$WORK/log")" level=debug
  edit_config '.process.capabilities.bounding += ["CAP_OF_TOMORROW"] | .process.args = ["true"]'
  same "$(call --log-level error run --bundle "$BUNDLE" "$ID")" ''
}
row_systemd_cgroup() { call --systemd-cgroup list >/dev/null; }
row_cgroup_manager() {
  call --cgroup-manager=cgroupfs list >/dev/null
  call --cgroup-manager systemd list >/dev/null
  call --cgroup-manager=disabled list >/dev/null
  refused_with 1 '"nobody" for flag -cgroup-manager' --cgroup-manager=nobody list
}
row_rootless() {
  for value in --rootless=true --rootless=false --rootless=auto '--rootless auto' --rootless; do
    # shellcheck disable=SC2086
    call $value list >/dev/null || fail "$value"
  done
}
row_removed_criu() { refused_with 1 '-criu' --criu /usr/sbin/criu list; }
row_version() {
  ln -s "$RUNTIME" "$WORK/runc"
  run "$WORK/runc" --version 3>&-
  matches "${lines[0]}" '^runc version '
  matches "${lines[1]}" '^commit: '
  matches "${lines[2]}" '^spec: 1\.'
}
row_single_dash() { call -root "$ROOT" -log-format=json list -format=json -q >/dev/null; }

# --- commands and their options

row_beyond() {
  for command in doctor lint plan standby completion; do call "$command" --help >/dev/null || fail "$command --help"; done
  for shell in bash zsh fish; do contains "$(call completion "$shell")" railcar; done
}
row_commands() {
  for command in create start state kill delete run exec list ps pause resume update events spec features checkpoint restore; do
    call "$command" --help >/dev/null || fail "$command --help"
  done
}
row_create_options() {
  quiet create --bundle "$BUNDLE" --pid-file "$WORK/pid" --no-pivot --no-new-keyring --preserve-fds 0 "$ID"
  same "$(cat "$WORK/pid")" "$(pid_of)"
}
row_bundle_option() {
  edit_config '.process.args = ["true"]'
  call run -b "$BUNDLE" "$ID"
  (cd "$BUNDLE" && call run "$ID")
  refused_with 1 config.json run --bundle "$WORK/nowhere" "$ID"
}
row_config_option() {
  mv "$BUNDLE/config.json" "$BUNDLE/other.json"
  jq '.process.args = ["echo", "other"]' "$BUNDLE/other.json" >"$BUNDLE/third.json"
  same "$(call run --config third.json --bundle "$BUNDLE" "$ID")" other
  same "$(call run -f third.json -b "$BUNDLE" "$ID")" other
}
row_no_pivot() {
  edit_config '.process.args = ["ls", "/"]'
  contains "$(call run --no-pivot --bundle "$BUNDLE" "$ID")" bin
}
row_no_new_keyring() {
  edit_config '.process.args = ["sh", "-c", "grep -c _ses.$NAME: /proc/keys"]'
  edit_config --arg id "$ID" '.process.env += ["NAME=" + $id]'
  same "$(call run --bundle "$BUNDLE" "$ID")" 1
  # Of another name: the kernel may not have buried the first one yet.
  edit_config --arg id "$ID-without" '.process.env += ["NAME=" + $id]'
  same "$(call run --no-new-keyring --bundle "$BUNDLE" "$ID-without")" 0
}
row_preserve_fds() {
  edit_config '.process.args = ["sh", "-c", "cat <&3; cat <&4"]'
  echo one >"$WORK/one"; echo two >"$WORK/two"
  same "$("${BASE[@]}" run --preserve-fds 2 --bundle "$BUNDLE" "$ID" </dev/null 3<"$WORK/one" 4<"$WORK/two" | xargs)" 'one two'
}
row_run_detach() {
  quiet run -d --pid-file "$WORK/pid" --bundle "$BUNDLE" "$ID"
  same "$(state_of)" running
  same "$(cat "/proc/$(cat "$WORK/pid")/comm")" sleep
}
row_console_socket() {
  edit_config '.process.terminal = true | .process.args = ["sh", "-c", "test -t 0 && echo terminal"]'
  same "$(run_on_terminal --bundle "$BUNDLE" "$ID")" terminal
}
row_pidfd_socket() {
  background python3 "$LIVE/tools/recvpidfd.py" "$WORK/pidfd.sock" "$WORK/received" </dev/null >/dev/null 2>&1
  eventually test -S "$WORK/pidfd.sock"
  quiet run --detach --bundle "$BUNDLE" --pidfd-socket "$WORK/pidfd.sock" "$ID"
  eventually test -s "$WORK/received"
  same "$(tail -n 1 "$WORK/received")" "pid $(pid_of)"
}
row_init() {
  edit_config '.process.args = ["sh", "-c", "echo $PPID >/tmp/parent; exec sleep 600"]'
  edit_config '.mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs"}]'
  "$RUNTIME" -r "$ROOT" -d run -n -b "$BUNDLE" -p "$WORK/pid" "$ID" </dev/null >/dev/null 3>&-
  same "$(cat "$WORK/pid")" "$(pid_of)"
  same "$(call exec "$ID" cat /tmp/parent)" 0
  quiet delete --force "$ID"
  quiet run --init --detach --bundle "$BUNDLE" "$ID"
  eventually '[ "$(call exec "$ID" cat /tmp/parent)" = 1 ]'
}
row_run_keep() {
  edit_config '.process.args = ["true"]'
  call run --keep --bundle "$BUNDLE" "$ID"
  same "$(state_of)" stopped
}
row_run_no_subreaper() {
  edit_config '.process.args = ["true"]'
  call run --no-subreaper --bundle "$BUNDLE" "$ID"
}
row_exec_options() {
  running
  same "$(call exec --env A=b --cwd /tmp --user 1000:1000 --cap CAP_KILL --preserve-fds 0 --no-new-privs "$ID" \
    sh -c 'echo $A $(pwd) $(id -u):$(id -g) $(grep NoNewPrivs /proc/self/status)')" 'b /tmp 1000:1000 NoNewPrivs: 1'
  quiet exec --detach --pid-file "$WORK/pid" "$ID" sleep 600
  [ -d "/proc/$(cat "$WORK/pid")" ]
}
row_exec_process() {
  running
  jq '.process | .args = ["sh", "-c", "echo $X"] | .env += ["X=from the file"]' "$BUNDLE/config.json" >"$WORK/process.json"
  same "$(call exec --process "$WORK/process.json" "$ID")" 'from the file'
  same "$(call exec -p "$WORK/process.json" "$ID")" 'from the file'
}
row_exec_tty() {
  running
  contains "$(on_pty -- "${BASE[@]}" exec --tty "$ID" tty)" /dev/pts/
}
row_exec_console_socket() {
  running
  console_receiver
  quiet exec --tty --detach --console-socket "$WORK/console.sock" "$ID" sh -c 'test -t 0 && echo terminal'
  wait "$RECEIVER"
  contains "$(cat "$WORK/terminal")" terminal
}
row_exec_pidfd_socket() {
  running
  background python3 "$LIVE/tools/recvpidfd.py" "$WORK/pidfd.sock" "$WORK/received" </dev/null >/dev/null 2>&1
  eventually test -S "$WORK/pidfd.sock"
  quiet exec --detach --pid-file "$WORK/pid" --pidfd-socket "$WORK/pidfd.sock" "$ID" sleep 600
  eventually test -s "$WORK/received"
  same "$(tail -n 1 "$WORK/received")" "pid $(cat "$WORK/pid")"
}
row_exec_gids() {
  running
  same "$(call exec --user 1000 --additional-gids 100 --additional-gids 65534 "$ID" id -G)" '0 100 65534'
}
row_exec_labels() {
  running
  # Where the kernel has neither module, both are refused in the words that Podman looks for.
  if ! grep -q apparmor /sys/kernel/security/lsm 2>/dev/null; then
    call exec --apparmor nothing "$ID" true && fail 'a profile without AppArmor'
  fi
  if ! grep -q selinux /sys/kernel/security/lsm 2>/dev/null; then
    call exec --process-label a:b:c:d "$ID" true && fail 'a label without SELinux'
  fi
  true
}
row_exec_cgroup() {
  running
  local controller=pids:
  ! is_unified || controller=
  mkdir "$(cgroup_dir pids)/sub"
  contains "$(call exec --cgroup "${controller}sub" "$ID" cat /proc/self/cgroup)" "${controller:-:}$(place_of "$(pid_of)" pids)/sub"
  rmdir "$(cgroup_dir pids)/sub"
}
row_exec_ignore_paused() {
  running
  quiet pause "$ID"
  refused_with 255 'cannot exec in a paused container' exec "$ID" true
  "${BASE[@]}" exec --ignore-paused "$ID" true </dev/null >/dev/null 2>&1 3>&- &
  sleep 0.3
  quiet resume "$ID"
  wait $!
}
row_kill_default() {
  script 'trap "exit 7" TERM; while :; do sleep 0.02; done'
  running
  eventually 'grep -q "SigCgt:.*4[0-9a-f]\{3\}$" "/proc/$(pid_of)/status"'
  quiet kill "$ID"
  eventually has_status stopped
}
row_kill_signals() {
  running
  for signal in 0 CONT SIGCONT sigcont cont 18; do quiet kill "$ID" "$signal"; done
  refused_with 1 'unknown signal "NOPE"' kill "$ID" NOPE
}
row_kill_all() {
  running
  quiet kill --all "$ID" KILL
  eventually has_status stopped
  quiet kill -a "$ID" 9
}
row_delete_force() {
  quiet delete --force nobody
  mkdir -p "$ROOT/stray"
  quiet delete --force stray
  [ ! -e "$ROOT/stray" ]
}
row_regex() {
  running
  quiet kill --regex "^$ID\$" KILL
  eventually has_status stopped
  quiet delete --regex "^$ID\$"
  same "$(containers)" ''
}
row_list_options() {
  running
  same "$(call list -q)" "$ID"
  same "$(call list -f json | jq -r '.[].id')" "$ID"
  contains "$(call list --format table)" "$ID"
}
row_ps_options() {
  running
  same "$(call ps --format json "$ID")" "[$(pid_of)]"
  contains "$(call ps --format table "$ID" -ef)" "$(pid_of)"
  contains "$(call ps "$ID" -eo pid,comm)" sleep
}
row_pause_resume() {
  running
  quiet pause "$ID"
  refused_with 1 'not running' pause "$ID"
  quiet resume "$ID"
  refused_with 1 'not paused' resume "$ID"
}
row_events_options() {
  running
  same "$(call events --stats "$ID" | jq -r .type)" stats
  same "$(call events --interval=100ms "$ID" | head -n 1 | jq -r .type)" stats
}
row_update_resources() {
  running
  echo '{"pids":{"limit":40}}' >"$WORK/r.json"
  quiet update --resources "$WORK/r.json" "$ID"
  same "$(kept pids.limit)" 40
}
row_update_options() {
  running
  quiet update --pids-limit 41 --cpu-share 99 --cpu-period 50000 --cpu-quota 10000 --cpu-burst 5000 --cpu-idle 0 \
    --cpuset-cpus 0 --cpuset-mems 0 --memory 64m --memory-reservation 32m --memory-swap 64m "$ID"
  same "$(kept pids.limit) $(kept cpu.burst)" '41 5000'
}
row_update_pids() {
  running
  quiet update --pids-limit 33 "$ID"
  same "$(kept pids.limit)" 33
  quiet update --pids-limit -1 "$ID"
  same "$(kept pids.limit)" max
}
row_update_rdt() {
  running
  [ -e /sys/fs/resctrl/schemata ] || refused_with 1 'not enabled' update --l3-cache-schema L3:0=f --mem-bw-schema MB:0=10 "$ID"
}
row_mounts() {
  running
  jq -n --arg source "$WORK" '[{destination: "/tmp", source: $source, options: ["bind", "ro"]}]' >"$WORK/mounts.json"
  quiet mounts add "$ID" "$WORK/mounts.json"
  contains "$(call exec "$ID" ls /tmp)" mounts.json
  quiet mounts remove "$ID" "$WORK/mounts.json"
  same "$(call exec "$ID" ls /tmp)" ''
}
row_spec_options() {
  quiet spec --bundle "$WORK" --rootless
  same "$(jq -r '.linux.uidMappings | length' "$WORK/config.json")" 1
}
row_spec_file() {
  mkdir "$WORK/spec"
  quiet spec --bundle "$WORK/spec" --file other.json
  (cd "$WORK/spec" && quiet spec -f third.json)
  same "$(cd "$WORK/spec" && echo *)" 'other.json third.json'
  cmp "$WORK/spec/other.json" "$WORK/spec/third.json"
}
row_checkpoint_options() {
  refused_with 1 'container does not exist' checkpoint --image-path "$WORK/i" --work-path "$WORK/w" --parent-path ../p --leave-running \
    --tcp-established --tcp-skip-in-flight --link-remap --ext-unix-sk --shell-job --lazy-pages --status-fd 1 --page-server 127.0.0.1:1 --file-locks \
    --pre-dump --manage-cgroups-mode soft --empty-ns network --auto-dedup nobody
}
row_restore_options() {
  running
  refused_with 1 'already exists' restore --bundle "$BUNDLE" --image-path "$WORK/i" --work-path "$WORK/w" --tcp-established --ext-unix-sk \
    --shell-job --file-locks --manage-cgroups-mode ignore --detach --pid-file "$WORK/p" --no-subreaper --no-pivot --empty-ns network \
    --auto-dedup --lazy-pages --lsm-profile apparmor:x --lsm-mount-context x "$ID"
}

# --- go-runc, and the containerd shim that uses it

go_runc() { quiet --debug --log "$WORK/log.json" --log-format json --rootless=false "$@"; }
row_gorunc_life() {
  go_runc create --bundle "$BUNDLE" --pid-file "$WORK/init.pid" --no-new-keyring "$ID"
  go_runc start "$ID"
  go_runc exec --process <(jq .process "$BUNDLE/config.json") --detach --pid-file "$WORK/exec.pid" "$ID"
  go_runc pause "$ID"
  go_runc resume "$ID"
  go_runc kill "$ID" 9
  eventually has_status stopped
  go_runc delete "$ID"
}
row_gorunc_create() {
  edit_config '.process.terminal = true'
  console_receiver
  background python3 "$LIVE/tools/recvpidfd.py" "$WORK/pidfd.sock" "$WORK/received" </dev/null >/dev/null 2>&1
  eventually test -S "$WORK/pidfd.sock"
  go_runc create --bundle "$BUNDLE" --pid-file "$WORK/init.pid" --console-socket "$WORK/console.sock" \
    --pidfd-socket "$WORK/pidfd.sock" --no-pivot --no-new-keyring --detach --preserve-fds 0 "$ID"
  same "$(cat "$WORK/init.pid")" "$(pid_of)"
  eventually test -s "$WORK/received"
}
row_gorunc_exec() {
  running
  jq '.process | .terminal = true' "$BUNDLE/config.json" >"$WORK/process.json"
  console_receiver
  go_runc exec --process "$WORK/process.json" --console-socket "$WORK/console.sock" --detach --pid-file "$WORK/exec.pid" "$ID"
  [ -d "/proc/$(cat "$WORK/exec.pid")" ]
}
row_gorunc_kill_all() {
  running
  go_runc kill --all "$ID" 9
}
row_gorunc_combined() {
  running
  call --log "$WORK/log" state "$ID" | jq -e . >/dev/null
  call --log "$WORK/log" ps --format json "$ID" | jq -e . >/dev/null
}
row_gorunc_keys() {
  running
  same "$(call state "$ID" | jq -c '[has("id", "pid", "status", "bundle", "rootfs", "created")] | all')" true
  same "$(call list --format=json | jq -c '.[0] | [has("id", "pid", "status", "bundle", "rootfs", "created")] | all')" true
}
row_gorunc_ps() {
  running
  said=$(call ps --format table "$ID" -ef)
  contains "$said" PID
  contains "$said" "$(pid_of)"
}
row_gorunc_events() {
  running
  same "$(call events --stats "$ID" | jq -r '[.type, .id, (.data.pids.current | tostring)] | join(" ")')" "stats $ID 1"
}
row_gorunc_update() {
  running
  echo '{"memory":{"limit":67108864},"pids":{"limit":44}}' | "${BASE[@]}" update --resources=- "$ID" 3>&-
  same "$(kept memory.limit)" 67108864
}
row_gorunc_restore() {
  running
  refused_with 1 'already exists' restore --image-path "$WORK/i" --work-path "$WORK/w" --detach --pid-file "$WORK/p" -no-subreaper --bundle "$BUNDLE" "$ID"
}
row_gorunc_environment() {
  running
  NOTIFY_SOCKET='' call state "$ID" >/dev/null
}
row_shim_log() {
  edit_config '.process.args = ["/missing"]'
  call --log "$WORK/log.json" --log-format json run --bundle "$BUNDLE" "$ID" || true
  call --log "$WORK/log.json" --log-format json state nobody || true
  same "$(jq -s 'map(select(.level == "error")) | length' "$WORK/log.json")" 2
  contains "$(jq -sr 'last.msg' "$WORK/log.json")" 'does not exist'
}
row_shim_kill() {
  stopped
  refused_with 1 'container not running' kill "$ID" 9
  refused_with 1 'does not exist' kill nobody 9
}
row_shim_last_error() {
  for id in one two; do call --log "$WORK/log.json" --log-format json state "$id" || true; done
  same "$(jq -sr 'map(select(.level == "error")) | last.msg' "$WORK/log.json")" '"two": container does not exist'
}

# --- CRI-O

row_crio_life() {
  running
  quiet pause "$ID"
  quiet resume "$ID"
  quiet kill "$ID" KILL
  eventually has_status stopped
  run --separate-stderr runtime state "$ID"
  same "$(jq -r .status <<<"$output")$stderr" stopped
  refused_with 1 'container not running' kill "$ID" KILL
  quiet delete --force "$ID"
}
row_crio_kill() {
  running
  quiet kill -a "$ID" 9
  eventually has_status stopped
  refused_with 1 'container not running' kill "$ID" 15
}
row_crio_checkpoint() {
  refused_with 1 'container does not exist' checkpoint --file-locks --image-path "$WORK/i" --work-path "$WORK/w" --leave-running nobody
}

# --- conmon

row_conmon_create() {
  quiet create --bundle "$BUNDLE" --pid-file "$WORK/pidfile" --no-pivot --no-new-keyring "$ID"
  same "$(cat "$WORK/pidfile")" "$(pid_of)"
}
row_conmon_terminal() {
  edit_config '.process.terminal = true'
  console_receiver
  quiet create --bundle "$BUNDLE" --pid-file "$WORK/pidfile" --console-socket "$WORK/console.sock" "$ID"
  quiet start "$ID"
  quiet kill "$ID" KILL
  wait "$RECEIVER"
}
row_conmon_exec() {
  running
  jq .process "$BUNDLE/config.json" >"$WORK/process.json"
  quiet exec --pid-file "$WORK/pidfile" --process "$WORK/process.json" --detach "$ID"
  [ -d "/proc/$(cat "$WORK/pidfile")" ]
}
row_conmon_restore() {
  running
  refused_with 1 'already exists' restore --bundle "$BUNDLE" --pid-file "$WORK/p" --detach --image-path "$WORK/i" --work-path "$WORK/w" "$ID"
}

# --- Podman and Docker

row_podman_checkpoint() { call checkpoint --help >/dev/null; }
row_podman_lsm() { refused_with 1 'flag needs an argument' restore --lsm-mount-context; }
row_podman_no_cgroups() {
  edit_config 'del(.linux.resources)'
  call --cgroup-manager disabled create --bundle "$BUNDLE" --pid-file "$WORK/pid" "$ID" >/dev/null
  same "$(cat "/proc/$(<"$WORK/pid")/cgroup")" "$(cat /proc/self/cgroup)"
}
row_podman_log() {
  edit_config '.process.args = ["nowhere"]'
  call --log "$WORK/log.json" --log-format json create --bundle "$BUNDLE" "$ID" || true
  same "$(jq -sr 'last | [.level, (.time | fromdateiso8601 > 0), (.msg | length > 0)] | join(" ")' "$WORK/log.json")" 'error true true'
}
row_program_missing() {
  edit_config '.process.args = ["nowhere"]'
  refused_with 1 'exec: "nowhere": executable file not found in $PATH' run --bundle "$BUNDLE" "$ID"
  edit_config '.process.args = ["/nowhere"]'
  refused_with 1 'no such file or directory' run --bundle "$BUNDLE" "$ID"
}
row_program_refused() {
  edit_config '.process.args = ["/etc/passwd"]'
  refused_with 1 'permission denied' run --bundle "$BUNDLE" "$ID"
}
row_program_no_directory() {
  edit_config '.process.args = ["/etc/passwd/program"]'
  refused_with 1 'not a directory' run --bundle "$BUNDLE" "$ID"
}

row_mount_unlike() {
  local mount said
  for mount in /etc/passwd:/tmp /etc:/etc/passwd; do
    edit_config '.mounts = [.mounts[] | select(.type != "bind")] + [{destination: "'"${mount#*:}"'", source: "'"${mount%:*}"'", type: "bind"}]'
    said=$(! call run --bundle "$BUNDLE" "$ID")
    contains "$said" 'not a directory'
    [[ $said != *'is a directory'* ]]
  done
}

# --- exit statuses, messages, shapes

row_error_twice() {
  run --separate-stderr "${BASE[@]}" --log "$WORK/log.json" --log-format json state nobody 3>&-
  same "$(jq -r .msg "$WORK/log.json")" "$(head -n 1 <<<"$stderr")"
}
row_status_create() {
  edit_config '.process.args = ["/nowhere"]'
  refused_with 1 /nowhere create --bundle "$BUNDLE" "$ID"
}
row_status_exec() {
  running
  refused_with 255 nowhere exec "$ID" nowhere
}
row_status_container() {
  edit_config '.process.args = ["sh", "-c", "exit 42"]'
  refused_with 42 '' run --bundle "$BUNDLE" "$ID"
}
row_status_signal() {
  edit_config '.process.args = ["sh", "-c", "kill -9 $$"] | .linux.namespaces |= map(select(.type != "pid"))'
  refused_with 137 '' run --bundle "$BUNDLE" "$ID"
}
row_usage_count() {
  run --separate-stderr "${BASE[@]}" state 3>&-
  fails 1
  contains "$output" 'Incorrect Usage.'
  contains "$stderr" 'requires exactly 1 argument'
}
row_usage_flag() {
  run --separate-stderr "${BASE[@]}" state --nonsense x 3>&-
  fails 1
  contains "$stderr" 'Incorrect Usage: flag provided but not defined: -nonsense'
}
row_state_shape() {
  edit_config '.annotations = {"k": "v"}'
  running
  same "$(call state "$ID" | jq -r 'keys_unsorted | join(" ")')" 'ociVersion id pid status bundle rootfs created annotations owner'
  same "$(call state "$ID" | jq -r .owner)" ''
  matches "$(call state "$ID" | sed -n 2p)" '^  "ociVersion": '
}
row_state_version() {
  running
  same "$(call state "$ID" | jq -r .ociVersion)" "$(jq -r .ociVersion "$BUNDLE/config.json")"
}
row_state_paths() {
  running
  same "$(call state "$ID" | jq -r .bundle)" "$BUNDLE"
  same "$(call state "$ID" | jq -r .rootfs)" "$(shared_rootfs)"
  call state "$ID" | jq -e '.created | sub("\\.[0-9]+Z$"; "Z") | fromdateiso8601 > 1700000000' >/dev/null
}
row_state_stopped() {
  stopped
  same "$(call state "$ID" | jq -c '[.status, .pid]')" '["stopped",0]'
}
row_state_statuses() {
  create
  same "$(state_of)" created
  quiet start "$ID"
  same "$(state_of)" running
  quiet pause "$ID"
  same "$(state_of)" paused
}
row_list_shape() {
  same "$(call list --format json)" null
  running
  same "$(call list --format json | jq -r '.[0] | keys_unsorted | join(" ")')" 'ociVersion id pid status bundle rootfs created owner'
  same "$(call list --format json | jq -r '.[0].owner')" root
}
row_events_shape() {
  running
  same "$(call events --stats "$ID" | jq -r '.data | keys_unsorted | join(" ")')" \
    'cpu cpuset memory pids blkio hugetlb intel_rdt network_interfaces'
  same "$(call events --stats "$ID" | wc -l)" 1
}
row_features_shape() {
  call features >"$WORK/features"
  same "$(jq -c '[.ociVersionMin, has("ociVersionMax", "hooks", "mountOptions"), (.linux | has("namespaces", "capabilities", "cgroup", "seccomp", "apparmor", "selinux", "intelRdt", "mountExtensions"))] | all' "$WORK/features")" true
}
row_features_versions() {
  same "$(call features | jq -r .ociVersionMin)" 1.0.0
  same "$(call features | jq -r .ociVersionMax)" "$("$RUNTIME" --version | sed -n 's/^spec: //p')"
}
row_features_lists() {
  same "$(call features | jq -c '.hooks')" '["prestart","createRuntime","createContainer","startContainer","poststart","poststop"]'
  call features | jq -e '.mountOptions | index("rro") and index("idmap") and index("tmpcopyup") and index("lazytime")' >/dev/null
}
row_features_namespaces() {
  same "$(call features | jq -r '.linux.namespaces | join(" ")')" 'cgroup ipc mount network pid time user uts'
}
row_features_cgroup() { same "$(call features | jq -c '.linux.cgroup | [.v1, .v2] | all')" true; }
row_features_seccomp() {
  same "$(call features | jq -c '.linux.seccomp | [.enabled, (.actions, .operators, .archs, .knownFlags, .supportedFlags | length > 0)] | all')" true
}
row_features_modules() {
  same "$(call features | jq -c '.linux | [.apparmor.enabled, .selinux.enabled, .intelRdt.enabled, .intelRdt.schemata, .netDevices.enabled, .mountExtensions.idmap.enabled, (.memoryPolicy.modes | length > 0)] | all')" true
}
row_features_annotations() {
  same "$(call features | jq -c '.annotations | ."org.opencontainers.runc.checkpoint.enabled"')" '"true"'
  matches "$(call features | jq -r '.annotations."io.github.seccomp.libseccomp.version"')" '^2\.[0-9]+\.[0-9]+$'
}
row_features_unsafe() {
  call features | jq -e '.potentiallyUnsafeConfigAnnotations | index("org.railcar.init")' >/dev/null
}

# --- other behaviour

row_fifo() {
  create
  [ -p "$ROOT/$ID/exec.fifo" ]
  quiet start "$ID"
  [ ! -e "$ROOT/$ID/exec.fifo" ]
}
row_delete_created() {
  create
  ln -s "$RUNTIME" "$WORK/runc"
  "$WORK/runc" --root "$ROOT" delete "$ID" 3>&-
  same "$(containers)" ''
}
row_console_terminal() {
  refused_with 1 'console socket' run --detach --bundle "$BUNDLE" --console-socket "$WORK/s" "$ID"
  edit_config '.process.terminal = true'
  refused_with 1 'cannot allocate tty' run --detach --bundle "$BUNDLE" "$ID"
}
row_exec_own_process() {
  edit_config '.process.env += ["MARK=1"] | .process.cwd = "/tmp"'
  running
  same "$(call exec "$ID" sh -c 'echo $MARK $(pwd)')" '1 /tmp'
}
row_words() {
  refused_with 1 'container does not exist' state nobody
  refused_with 1 'invalid container ID format' state 'a/b'
  create
  refused_with 1 'container with given ID already exists' create --bundle "$BUNDLE" "$ID"
  quiet start "$ID"
  refused_with 1 'cannot start an already running container' start "$ID"
  refused_with 1 "cannot delete container $ID that is not stopped: running" delete "$ID"
  quiet kill "$ID" KILL
  eventually has_status stopped
  refused_with 255 'cannot exec in a stopped container' exec "$ID" true
  refused_with 1 'container not running' kill "$ID"
}
row_id_characters() {
  ID="$ID-aZ09_+.x"
  running
  for id in 'a b' 'a/b' '.' '..' 'a:b' 'ä'; do refused_with 1 'invalid container ID format' state "$id"; done
}
row_delete_waits() {
  running
  pid=$(pid_of)
  quiet delete --force "$ID"
  [ ! -d "/proc/$pid" ] || matches "$(cat "/proc/$pid/stat")" '\) Z '
}
row_listen_fds() {
  edit_config '.process.args = ["sh", "-c", "echo $LISTEN_FDS $LISTEN_PID; ls /proc/self/fd"]'
  # shellcheck disable=SC2016
  run bash -c 'exec 4</dev/null; LISTEN_FDS=2 exec env LISTEN_PID=$$ "$@" 3<&4' - "${BASE[@]}" run --bundle "$BUNDLE" "$ID" </dev/null
  same "${lines[0]}" '2 1'
  contains "$output" 4
}
row_notify_socket() {
  # It gets a mount point.
  bundle
  background python3 "$LIVE/tools/notify-listener.py" "$WORK/manager" "$WORK/heard" </dev/null >/dev/null 2>&1
  eventually test -e "$WORK/heard"
  edit_config --arg tool "$(program "$LIVE/tools/notify.c")" '.process.args = ["sh", "-c", "/tmp/notify READY=1; exec sleep 600"]
    | .mounts += [{destination: "/tmp/notify", source: $tool, options: ["bind"]}]'
  export NOTIFY_SOCKET=$WORK/manager
  quiet create --bundle "$BUNDLE" "$ID"
  quiet start "$ID"
  same "$(cat "$WORK/heard")" "'READY=1\nMAINPID=$(pid_of)'"
}
row_unknown_capability() {
  edit_config '.process.capabilities.bounding += ["CAP_OF_TOMORROW"] | .process.args = ["true"]'
  contains "$(call run --bundle "$BUNDLE" "$ID")" CAP_OF_TOMORROW
}
row_unknown_syscall() {
  edit_config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["syscall_of_tomorrow"], action: "SCMP_ACT_ERRNO"}]} | .process.args = ["true"]'
  call run --bundle "$BUNDLE" "$ID"
}
row_cgroup_in_use() {
  edit_config --arg path "/$ID-used" '.linux.cgroupsPath = $path'
  running
  refused_with 1 '' create --bundle "$BUNDLE" "$ID-second"
  quiet delete --force "$ID"
}
row_cgroup_frozen() {
  local cgroup file=freezer.state word=FROZEN
  ! is_unified || file=cgroup.freeze word=1
  cgroup=$(hierarchy freezer)/$ID-frozen
  mkdir "$cgroup"
  echo "$word" >"$cgroup/$file"
  edit_config --arg path "/$ID-frozen" '.linux.cgroupsPath = $path'
  refused_with 1 frozen create --bundle "$BUNDLE" "$ID"
  rmdir "$cgroup"
}
row_pid_file_whole() {
  ln -s /nowhere/at/all "$WORK/pid"
  quiet create --bundle "$BUNDLE" --pid-file "$WORK/pid" "$ID"
  [ ! -L "$WORK/pid" ]
  same "$(cat "$WORK/pid")" "$(pid_of)"
}
row_failure_undone() {
  edit_config '.process.args = ["/nowhere"]'
  host_snapshot >"$WORK/before"
  call create --bundle "$BUNDLE" "$ID" || true
  host_snapshot >"$WORK/after"
  same "$(diff "$WORK/before" "$WORK/after")$(containers)" ''
}

# bats reads this file anew for each of its tests, whose name it says then.
case ${BATS_TEST_NAME:-} in
  'contract_row '*) all=${BATS_TEST_NAME#contract_row } ;;
  *) all=$(rows) ;;
esac
for row in $all; do
  bats_test_function --description "contract: $row" --tags contract -- contract_row "$row"
done

@test "contract: every row of the list was tested and held" {
  tested=$(rows | wc -l)
  held=$(sort -u "$BATS_RUN_TMPDIR/contract-held" 2>/dev/null | wc -l)
  echo "# contract: $tested rows, $held held" >&3

  same "$held" "$tested"
}
