#!/usr/bin/env bats
# Commands that meet: at the same time, or on a container that another command is busy with.

load helper

# together N ARGUMENTS...: the same command N times at once; prints how many of them succeeded.
together() {
  local count=$1 i pids=() won=0
  shift
  for ((i = 0; i < count; i++)); do
    runtime "$@" </dev/null >"$WORK/together.$i" 2>&1 &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i" && won=$((won + 1)); done
  echo "$won"
}

@test "several starts: one wins, the others hear that it runs" {
  bundle
  create
  same "$(together 5 start "$ID")" 1
  same "$(grep -c 'cannot start an already running container' "$WORK"/together.* | grep -c ':1$')" 4
  same "$(state_of)" running
}

@test "several deletes: one wins, the others hear that there is no container" {
  railcar_only 'runc 1.1 has no lock: several win'
  bundle
  create
  runtime kill "$ID" KILL
  eventually has_status stopped
  same "$(together 5 delete "$ID")" 1
  same "$(cat "$WORK"/together.* | sort -u)" "\"$ID\": container does not exist"
}

@test "several delete --force: all are content" {
  bundle
  run_detached
  same "$(together 5 delete --force "$ID")" 5
}

@test "delete --force of a container whose run stays in the foreground" {
  bundle
  runtime run --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 & foreground=$!
  eventually has_status running
  run runtime delete --force "$ID"
  succeeds
  local code=0
  wait "$foreground" || code=$?
  same "$code" 137
}

@test "pause, update and resume while run stays in the foreground" {
  bundle
  runtime run --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 & foreground=$!
  eventually has_status running
  runtime pause "$ID"
  runtime update --pids-limit 77 "$ID"
  runtime resume "$ID"
  same "$(kept pids.limit)" 77
  runtime kill "$ID" KILL
  wait "$foreground" || true
  run runtime state "$ID"
  fails
}

@test "kill and delete do not wait for a slow poststart hook" {
  bundle '.hooks.poststart = [{path: "/bin/sleep", args: ["sleep", "20"]}]'
  create
  background runtime start "$ID" </dev/null >/dev/null 2>&1
  eventually has_status running
  SECONDS=0
  runtime kill "$ID" KILL
  eventually has_status stopped
  runtime delete "$ID"
  [ "$SECONDS" -lt 8 ]
}

@test "delete --force of a container whose create hangs in a hook" {
  railcar_only 'runc 1.1 does not know the container yet'
  bundle '.hooks.createRuntime = [{path: "/bin/sleep", args: ["sleep", "20"]}]'
  background runtime create --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1
  eventually has_status creating
  run runtime start "$ID"
  contains "$output" 'cannot start a container in the creating state'
  run runtime delete "$ID"
  contains "$output" 'that is not stopped: creating'
  SECONDS=0
  runtime delete --force "$ID"
  [ "$SECONDS" -lt 8 ]
}

@test "a cgroup that another container uses is refused and stays as it is" {
  railcar_only 'runc 1.1 only warns'
  bundle ".linux.cgroupsPath = \"/$ID-shared\""
  run_detached
  members=$(cgroup_file pids cgroup.procs)
  run runtime create --bundle "$BUNDLE" "$ID-other"
  fails 1
  contains "$output" 'linux.cgroupsPath'
  [ ! -e "$ROOT/$ID-other" ]
  same "$(cgroup_file pids cgroup.procs)" "$members"
  same "$(state_of)" running
}

@test "a frozen cgroup is refused" {
  local frozen file=freezer.state word=FROZEN
  ! is_unified || file=cgroup.freeze word=1
  frozen=$(hierarchy freezer)/$ID-frozen
  bundle ".linux.cgroupsPath = \"/$ID-frozen\""
  mkdir "$frozen"
  echo "$word" >"$frozen/$file"
  run runtime create --bundle "$BUNDLE" "$ID"
  rmdir "$frozen"
  fails 1
  contains "$output" frozen
}

@test "a parent that railcar makes hands its processors down to the next container" {
  ! is_unified || skip 'with cgroup v2 the kernel itself hands them down'
  railcar_only 'others write them for each container'
  local parent=/sys/fs/cgroup/cpuset/$ID-parent name
  for name in first second; do
    bundle ".linux.cgroupsPath = \"/$ID-parent/$name\""
    runtime run --detach --bundle "$BUNDLE" "$ID-$name" </dev/null >/dev/null
    same "$name: $(cat "$parent/$name/cpuset.cpus") $(cat "$parent/$name/cpuset.mems")" \
      "$name: $(cat /sys/fs/cgroup/cpuset/cpuset.cpus) $(cat /sys/fs/cgroup/cpuset/cpuset.mems)"
  done
  same "$(cat "$parent/cgroup.clone_children")" 1
  runtime delete --force "$ID-first"
  runtime delete --force "$ID-second"
  find /sys/fs/cgroup -mindepth 2 -maxdepth 2 -type d -name "$ID-parent" -exec rmdir {} +
}

@test "an update that is refused half-way leaves the limits as they were" {
  railcar_only 'runc 1.1 tries to, and says so in other words'
  bundle
  run_detached
  runtime update --memory 64m --memory-swap 128m "$ID"
  before=$(kept memory.limit)
  run runtime update --resources - "$ID" <<<'{"memory": {"limit": 33554432}, "pids": {"limit": 99999999999}}'
  fails 1
  contains "$output" 'pids.limit'
  same "$(kept memory.limit)" "$before"
  same "$(jq .config.linux.resources.memory.limit "$ROOT/$ID/state.json")" 67108864
}
