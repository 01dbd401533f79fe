#!/usr/bin/env bats
# As an ordinary user: without and with ranges of ids, without and with cgroups of his own, and as the root of a user
# namespace, which is how Podman calls a runtime.

load helper
load rootless

setup_file() { make_users; }
teardown_file() { remove_users; }

setup() {
  live_setup
  be "$SINGLE"
}

notice="the caller may make no cgroup here: the container stays in the caller's own"

# --- ids

@test "the caller's own id is all there is, and setgroups is given up" {
  users_bundle
  script 'id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; exit 7'
  run --separate-stderr runtime run --bundle "$BUNDLE" "$ID"
  fails 7
  same "$(tr -s ' ' <<<"$output")" "$(printf '%s\n' 0 0 " 0 $(id -u "$WHO") 1" " 0 $(id -g "$WHO") 1" deny)"
}

@test "ranges of ids are mapped by newuidmap and newgidmap" {
  be "$RANGED"
  users_bundle '.process.user = {uid: 5, gid: 7}'
  with_ranges
  chmod 777 "$BUNDLE/rootfs/tmp"
  script 'id -u; id -g; touch /tmp/made; tail -n 1 /proc/self/uid_map; cat /proc/self/setgroups'
  run --separate-stderr runtime run --bundle "$BUNDLE" "$ID"
  succeeds
  same "$(tr -s ' ' <<<"$output")" "$(printf '%s\n' 5 7 " 1 $FIRST_SUBID 1000" allow)"
  same "$(stat -c '%u %g' "$BUNDLE/rootfs/tmp/made")" "$((FIRST_SUBID + 4)) $((FIRST_SUBID + 6))"
}

@test "ids that are nobody's to give are refused, with the file that would give them" {
  railcar_only 'hints'
  be "$RANGED"
  users_bundle
  with_ranges 1500000
  run runtime run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" 'cannot make a user namespace with the id mappings: newuidmap: uid range [1-1001) -> [1500000-1501000) not allowed'
  contains "$output" 'a line USER:FIRST:COUNT of /etc/subuid'
  edit_config '.linux.uidMappings = .linux.uidMappings[0:1] | .linux.gidMappings[1].hostID = 1500000'
  run runtime run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" '/etc/subgid'
  be "$SINGLE"
  users_bundle
  with_ranges
  run runtime run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" '/etc/subuid'
}

@test "without newuidmap, or where it has no right, the error says what is needed" {
  railcar_only 'hints'
  be "$RANGED"
  users_bundle
  with_ranges
  hold_namespaces --mount --propagation slave -- mount --bind /dev/null /usr/bin/newuidmap
  run nsenter --mount="/proc/$HOLDER/ns/mnt" --wd=/ "${AS[@]}" RAILCAR_STANDBY=off \
    "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" 'cannot make a user namespace with the id mappings: "/usr/bin/newuidmap"'
  run as setpriv --no-new-privs "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" 'newuidmap: '
  contains "$output" 'no_new_privs not set'
}

@test "without a user namespace nothing is made" {
  users_bundle 'del(.linux.uidMappings, .linux.gidMappings) | del(.linux.namespaces[] | select(.type == "user"))'
  run runtime run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" 'rootless container requires user namespaces'
}

@test "a user that has no mapping, and groups where there can be none" {
  railcar_only 'hints'
  users_bundle '.process.user = {uid: 5, gid: 0}'
  run runtime run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" 'linux.uidMappings'
  edit_config '.process.user = {uid: 0, gid: 0, additionalGids: [0]}'
  run runtime run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" 'additionalGids'
}

# --- a container's life

whole_life() {
  create
  same "$(state_of)" created
  runtime start "$ID"
  same "$(state_of)" running
  same "$(runtime list --quiet)" "$ID"
  contains "$(runtime list)" "$WHO"
  run runtime exec "$ID" sh -c 'id -u; cat /proc/1/comm; exit 3'
  fails 3
  same "$output" $'0\nsleep'
  runtime exec --detach "$ID" sleep 601
  # Others know processes by their cgroup alone.
  if is_railcar; then
    same "$(runtime ps --format json "$ID" | jq length)" 2
    contains "$(runtime ps "$ID")" 'sleep 601'
  fi
  run runtime delete "$ID"
  fails
  runtime kill "$ID" KILL
  eventually has_status stopped
  runtime delete "$ID"
  same "$(containers)" ''
}

@test "create, start, state, list, exec, ps, kill, delete with one id" {
  users_bundle
  whole_life
}

@test "create, start, state, list, exec, ps, kill, delete with ranges" {
  be "$RANGED"
  users_bundle
  with_ranges
  whole_life
}

@test "exec as another user of the mapping" {
  be "$RANGED"
  users_bundle
  with_ranges
  run_detached
  same "$(runtime exec --user 5:7 "$ID" id -u)" 5
}

@test "with ranges there are supplementary groups" {
  railcar_only 'runc refuses them'
  be "$RANGED"
  users_bundle '.process.user = {uid: 5, gid: 7, additionalGids: [8, 9]}'
  with_ranges
  run_detached
  same "$(grep Groups: "/proc/$(pid_of)/status" | tr -s '\t ' ' ')" "Groups: $((FIRST_SUBID + 7)) $((FIRST_SUBID + 8)) "
  same "$(runtime exec --user 5:7 "$ID" id -G)" '7 8 9'
}

@test "signals and their exit status in the foreground" {
  users_bundle
  script 'trap "exit 9" USR1; echo ready; while :; do sleep 0.02; done'
  "${AS[@]}" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" >"$WORK/output" 2>&1 </dev/null 3>&- &
  local pid=$! status=0
  eventually grep -q ready "$WORK/output"
  kill -USR1 "$pid"
  wait "$pid" || status=$?
  same "$status" 9
  script 'sh -c "kill -TERM \$\$"; exit $?'
  run runtime run --bundle "$BUNDLE" "$ID"
  fails 143
}

@test "state is kept below XDG_RUNTIME_DIR, where nobody clears it away" {
  users_bundle
  as "$RUNTIME" run --detach --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1
  same "$(as "$RUNTIME" list --quiet)" "$ID"
  is_railcar || ROOT=$XDG/${RUNTIME##*/}
  same "$(stat -c '%U' "$ROOT/$ID")" "$WHO"
  [ -k "$ROOT" ] || ! is_railcar
  as "$RUNTIME" delete --force "$ID"
}

@test "without XDG_RUNTIME_DIR the place is root's, and closed" {
  railcar_only '/run/railcar'
  users_bundle
  run as env -u XDG_RUNTIME_DIR "$RUNTIME" run --bundle "$BUNDLE" "$ID"
  fails
  matches "$output" '"/run/railcar.*: permission denied \(EACCES\)'
}

@test "hooks are the user's processes" {
  users_bundle
  local name
  for name in prestart createRuntime poststart poststop; do
    edit_config --arg name "$name" --arg out "$XDG/hooks" \
      '.hooks[$name] = [{path: "/bin/sh", args: ["sh", "-c", ("echo " + $name + " $(id -u) $(jq -r .status) >>" + $out)]}]'
  done
  edit_config --argjson path '["PATH=/usr/bin:/bin"]' '.hooks |= map_values(map(.env = $path))'
  script true
  runtime run --bundle "$BUNDLE" "$ID"
  same "$(cut -d ' ' -f 1,2 "$XDG/hooks")" "$(printf "%s $(id -u "$WHO")\n" prestart createRuntime poststart poststop)"
}

@test "a terminal in the foreground and over a console socket" {
  users_bundle '.process.terminal = true'
  script 'tty; echo said; read line; echo "heard $line"'
  output=$(as python3 "$LIVE/tools/person.py" expect=said 'type=words\n' -- "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID")
  contains "$output" 'heard words'
  script 'tty; echo said'
  console_receiver
  chmod 777 "$WORK/console.sock"
  runtime run --detach --console-socket "$WORK/console.sock" --bundle "$BUNDLE" "$ID" </dev/null
  wait "$RECEIVER"
  contains "$(cat "$WORK/terminal")" said
}

# --- what is in it

@test "bind mounts, tmpfs, devices, masked and read-only paths" {
  users_bundle
  mkdir "$XDG/data"
  echo mine >"$XDG/data/file"
  chown -R "$WHO:" "$XDG/data"
  edit_config --arg data "$XDG/data" '.mounts += [
      {destination: "/data", type: "bind", source: $data, options: ["rbind", "ro"]},
      {destination: "/scratch", type: "tmpfs", source: "tmpfs", options: ["size=64k"]}]
    | .linux.devices = [{path: "/dev/zero", type: "c", major: 1, minor: 5}]
    | .linux.maskedPaths += ["/etc/group"] | .linux.readonlyPaths += ["/home"]'
  script 'cat /data/file; touch /data/x 2>/dev/null || echo ro; echo 1 >/scratch/x && cat /scratch/x
    head -c 4 /dev/zero | wc -c; echo gone >/dev/null; mounted /dev/zero | cut -d " " -f 2
    wc -c </etc/group; touch /home/x 2>/dev/null || echo ro
    mknod /tmp/node c 1 3 2>/dev/null || echo no node; cat /proc/kcore 2>/dev/null | wc -c'
  run --separate-stderr runtime run --bundle "$BUNDLE" "$ID"
  succeeds
  same "$output" "$(printf '%s\n' mine ro 1 4 devtmpfs 0 ro 'no node' 0)"
}

@test "seccomp, no_new_privs and resource limits" {
  users_bundle '.process.noNewPrivileges = true | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 77, hard: 88}]
    | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["sethostname"], action: "SCMP_ACT_ERRNO", errnoRet: 38}]}'
  script 'ulimit -n; grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status | tr -d "\t"; hostname x 2>&1'
  run --separate-stderr runtime run --bundle "$BUNDLE" "$ID"
  contains "$output" $'77\nNoNewPrivs:1\nSeccomp:2\n'
  contains "$output" 'Function not implemented'
  edit_config '.process.noNewPrivileges = false'
  run --separate-stderr runtime run --bundle "$BUNDLE" "$ID"
  contains "$output" $'NoNewPrivs:0\nSeccomp:2\n'
}

@test "a network of its own, and namespaces of another container" {
  users_bundle '.linux.namespaces += [{type: "network"}]'
  run_detached
  local pid
  pid=$(pid_of)
  edit_config --arg ns "/proc/$pid/ns" '.linux.namespaces |= map(
      if .type == "user" then .path = $ns + "/user" elif .type == "network" then .path = $ns + "/net"
      elif .type == "ipc" then .path = $ns + "/ipc" else . end) | del(.linux.uidMappings, .linux.gidMappings)'
  script 'cd /proc/self/ns; for each in net ipc user; do readlink $each; done; tail -n +3 /proc/net/dev | wc -l; id -u'
  run --separate-stderr runtime run --bundle "$BUNDLE" "$ID-2"
  succeeds
  contains "$output" "$(readlink "/proc/$pid/ns/net" "/proc/$pid/ns/ipc" "/proc/$pid/ns/user")"
  same "${lines[-2]} ${lines[-1]}" "$(tail -n +3 "/proc/$pid/net/dev" | wc -l) 0"
}

@test "oom_score_adj can be raised and not lowered" {
  users_bundle '.process.oomScoreAdj = 500'
  script 'cat /proc/self/oom_score_adj'
  run --separate-stderr runtime run --bundle "$BUNDLE" "$ID"
  same "$output" 500
  edit_config '.process.oomScoreAdj = -500'
  run runtime run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" oom_score_adj
}

# --- cgroups

@test "without a cgroup: a notice, and refusals of what needs one" {
  railcar_only 'notices'
  users_bundle
  run_detached
  contains "$(cat "$WORK/output")" "warning: $notice"
  same "$(jq -c .cgroup_paths "$ROOT/$ID/state.json")" '{}'
  same "$(cat "/proc/$(pid_of)/cgroup")" "$(cat /proc/self/cgroup)"
  local command
  for command in pause 'update --pids-limit 9' 'events --stats'; do
    # shellcheck disable=SC2086
    run runtime $command "$ID"
    fails
    contains "$output" 'has no cgroup'
  done
  runtime delete --force "$ID"
  edit_config '.linux.resources = {pids: {limit: 10}}'
  run runtime run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" 'linux.resources.pids.limit: cannot set a limit: the caller may make no cgroup of the controller "pids"'
  # A caller may insist that he is not rootless.
  edit_config 'del(.linux.resources)'
  run runtime --rootless=false run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" 'cannot make the cgroup'
  edit_config --arg path "/$ID" '.linux.cgroupsPath = $path'
  run runtime run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" 'leave linux.cgroupsPath out'
}

# delegate HIERARCHY...: a cgroup in each that belongs to the user; commands of `in_cgroups` are in it. With cgroup v2 it is
# one, whose commands are a level below, since one that holds processes can set no limits for others.
delegate() {
  local hierarchy dir
  DELEGATED=()
  if is_unified; then set -- ''; fi
  for hierarchy; do
    dir=/sys/fs/cgroup/$hierarchy/$ID-user
    mkdir "$dir"
    if is_unified; then mkdir "$dir/commands"; fi
    DELEGATED+=("$(cd "$dir"/commands 2>/dev/null || cd "$dir"; pwd)")
    chown "$WHO:" "$dir" "$dir"/cgroup.procs
    [ ! -e "$dir/tasks" ] || chown "$WHO:" "$dir/tasks"
    [ ! -e "$dir/cgroup.subtree_control" ] || chown "$WHO:" "$dir/cgroup.subtree_control"
  done
}

in_cgroups() {
  # shellcheck disable=SC2016
  sh -c 'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs"; shift; done; shift; exec "$@"' - "${DELEGATED[@]}" -- \
    "${AS[@]}" RAILCAR_STANDBY="${RAILCAR_STANDBY:-off}" "$RUNTIME" --root "$ROOT" "$@" 3>&-
}

undelegate() {
  local dir
  for dir in "${DELEGATED[@]}"; do
    eventually rmdir "$dir"
    [ "${dir##*/}" != commands ] || eventually rmdir "${dir%/*}"
  done
}

@test "cgroups that are delegated to the user are used" {
  delegate pids freezer memory unified
  users_bundle '.linux.resources = {pids: {limit: 33}, devices: [{allow: false, access: "rwm"}]}'
  in_cgroups run --detach --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1
  lacks "$(cat "$WORK/output")" "$notice"
  same "$(cat "$(hierarchy pids)/$ID-user/$ID/pids.max")" 33
  if is_railcar; then
    same "$(jq -r '.cgroup_paths | keys | join(" ")' "$ROOT/$ID/state.json")" "$(is_unified || echo ' freezer memory pids')"
    contains "$(cat "/proc/$(pid_of)/cgroup")" "0::/$ID-user/$ID"
  fi
  in_cgroups update --pids-limit 44 "$ID"
  same "$(cat "$(hierarchy pids)/$ID-user/$ID/pids.max")" 44
  in_cgroups pause "$ID"
  same "$(state_of)" paused
  in_cgroups resume "$ID"
  same "$(state_of)" running
  same "$(in_cgroups exec "$ID" cat /proc/self/cgroup | grep -c ":/$ID-user/$ID$")" "$(if is_unified; then echo 1; else echo 4; fi)"
  same "$(in_cgroups events --stats "$ID" | jq .data.pids.limit)" 44
  ! is_railcar || same "$(in_cgroups ps --format json "$ID")" "[$(pid_of)]"
  in_cgroups delete --force "$ID"
  # What has not been delegated is still out of reach.
  if is_unified; then
    edit_config --arg path "/$ID-elsewhere" '.linux.cgroupsPath = $path'
  else
    edit_config '.linux.resources = {cpu: {shares: 100}}'
  fi
  run in_cgroups run --bundle "$BUNDLE" "$ID"
  fails
  undelegate
}

@test "of cgroups that the caller is not in itself none is used" {
  railcar_only 'notices'
  is_unified || [ -d /sys/fs/cgroup/unified ] || skip 'a host without a hierarchy of version 2'
  users_bundle
  # In the root of v2 he may move nothing, wherever to; for v1 the place is the caller's own cgroup, which is not his.
  delegate unified
  run_detached
  contains "$(cat "$WORK/output")" "$notice"
  undelegate
}

# --- as the root of a user namespace

nested() {
  as unshare --user --map-root-user --mount "$RUNTIME" --root "$ROOT" "$@"
}

@test "as root of a user namespace, with a config.json for root" {
  users_bundle
  rm "$BUNDLE/config.json"
  (cd "$BUNDLE" && as "$RUNTIME" spec)
  edit_config '.process.terminal = false | .root.readonly = false | .mounts |= map(.options = (.options // []) - ["gid=5"])'
  script 'id -u; cat /proc/self/setgroups; ls -d /sys/class/net/*; exit 4'
  run --separate-stderr nested run --bundle "$BUNDLE" "$ID"
  fails 4
  same "$output" "$(printf '%s\n' 0 deny /sys/class/net/lo)"
  # The network of the host has a sysfs that only the host's root may mount.
  edit_config 'del(.linux.namespaces[] | select(.type == "network"))'
  run nested run --bundle "$BUNDLE" "$ID"
  fails
  contains "$output" sysfs
  edit_config '.mounts |= map(if .destination == "/sys" then {destination: "/sys", type: "none", source: "/sys", options: ["rbind", "ro"]} else . end)
    | .process.capabilities.bounding += ["CAP_SYS_ADMIN"]'
  script 'id -u; exit 5'
  run --separate-stderr nested run --bundle "$BUNDLE" "$ID"
  fails 5
}

@test "a life inside of one user namespace, and a user namespace in it" {
  users_bundle '.linux.uidMappings[0].hostID = 0 | .linux.gidMappings[0].hostID = 0'
  # shellcheck disable=SC2016
  run as unshare --user --map-root-user --mount sh -e -c '
    runtime() { "$RUNTIME" --root "$ROOT" "$@"; }
    RUNTIME=$1 ROOT=$2 BUNDLE=$3 ID=$4
    runtime create --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1
    runtime start "$ID"
    runtime exec "$ID" sh -c "id -u; cat /proc/self/uid_map"
    runtime kill "$ID" KILL
    while [ "$(runtime state "$ID" | jq -r .status)" != stopped ]; do sleep 0.02; done
    runtime delete "$ID"' - "$RUNTIME" "$ROOT" "$BUNDLE" "$ID"
  succeeds
  same "$(tr -s ' ' <<<"$output")" $'0\n 0 0 1'
  if is_railcar; then
    edit_config '.linux.uidMappings[0].hostID = 1000'
    run nested run --bundle "$BUNDLE" "$ID"
    fails
    contains "$output" '/proc/self/uid_map'
  fi
}

# --- standby

@test "a standby of the user's own serves him" {
  railcar_only 'standby'
  users_bundle
  script 'id -u'
  RAILCAR_STANDBY=auto as "$RUNTIME" standby --detach </dev/null
  local RAILCAR_STANDBY=require
  run --separate-stderr runtime --debug run --bundle "$BUNDLE" "$ID"
  succeeds
  same "$output" 0
  contains "$stderr" 'served by the standby'
  script 'sleep 600'
  run_detached
  same "$(runtime exec "$ID" id -u)" 0
  runtime delete --force "$ID"
  # Podman calls as the root of a user namespace, and does not say who the user is.
  run --separate-stderr as env -u USER unshare --user --map-root-user "$RUNTIME" --debug --root "$ROOT" list
  contains "$stderr" 'served by the standby'
  pkill -TERM -U "$WHO" -x railcar:standby
  eventually '! pgrep -U "$WHO"'
}
