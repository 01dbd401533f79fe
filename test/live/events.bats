#!/usr/bin/env bats
# events: what callers decode of a container's use of the host, at intervals and once.

load helper

# Of every member that runc's document has, its path.
shape() { jq -c '[paths(scalars or (type == "array" and length == 0)) | map(if type == "number" then 0 else . end) | join("/")] | unique | map(select(startswith("data/memory/raw") | not))'; }

@test "events --stats: the envelope, and the numbers of the container's cgroups" {
  bundle '.linux.resources.pids = {limit: 33} | .linux.resources.memory = {limit: 33554432}'
  script 'sleep 600 & sleep 601 & wait'
  run_detached
  eventually '[ "$(runtime ps --format json "$ID" | jq length)" = 3 ]'
  run --separate-stderr runtime events --stats "$ID"
  succeeds
  same "$stderr" ''
  same "${#lines[@]}" 1
  same "$(jq -c '[.type, .id, .data.pids.current, .data.pids.limit, .data.memory.usage.limit, .data.network_interfaces]' <<<"$output")" \
    "[\"stats\",\"$ID\",3,33,33554432,null]"
  [ "$(jq .data.cpu.usage.total <<<"$output")" -gt 0 ]
  [ "$(jq .data.memory.usage.usage <<<"$output")" -gt 0 ]
  # cgroup v2 tells nothing of it.
  same "$(jq -c '.data.cpuset.mems' <<<"$output")" "$(if is_unified; then echo null; else echo '[0]'; fi)"
  same "$(jq -r '.data | keys_unsorted | join(" ")' <<<"$output")" \
    'cpu cpuset memory pids blkio hugetlb intel_rdt network_interfaces'
}

@test "events --stats has the members that runc's has" {
  railcar_only 'a comparison'
  command -v runc >/dev/null || skip 'there is no runc'
  bundle
  script 'head -c 1000000 /dev/zero >/tmp/x; sleep 600'
  run_detached
  runtime events --stats "$ID" | shape >"$WORK/ours"
  runc --root "$WORK/runc" run --detach --bundle "$BUNDLE" "$ID-runc" </dev/null >/dev/null 2>&1 3>&-
  runc --root "$WORK/runc" events --stats "$ID-runc" 3>&- | shape >"$WORK/theirs"
  runc --root "$WORK/runc" delete --force "$ID-runc" 3>&-
  # What they have used decides which of these are zero, and left out.
  used='select(test("blkio|/max$|/usage$|percpu|cache$|total$") | not)'
  same "$(jq -c "map($used)" "$WORK/ours")" "$(jq -c "map($used)" "$WORK/theirs")"
}

@test "events prints statistics at each interval, until the container has stopped" {
  railcar_only 'runc goes on until the cgroup is removed'
  bundle
  script 'while [ ! -e /tmp/end ]; do sleep 0.02; done'
  run_detached
  background runtime events --interval 200ms "$ID" >"$WORK/events"
  eventually '[ "$(wc -l <"$WORK/events")" -ge 2 ]'
  touch "$BUNDLE/rootfs/tmp/end"
  wait "${BACKGROUND[-1]}"
  same "$(jq -r '.type + .id' "$WORK/events" | sort -u)" "stats$ID"
}

# The launcher, or a runtime below it, holds what tells it: an eventfd, with cgroup v2 the file, or what watches the file.
watches_memory() {
  local pid
  for pid in "${BACKGROUND[-1]}" $(pgrep -P "${BACKGROUND[-1]}"); do
    ! find "/proc/$pid/fd" -type l -printf '%l\n' | grep -qE 'eventfd|memory\.events|inotify' || return 0
  done
  return 1
}

@test "events says when memory runs out" {
  bundle '.linux.resources.memory = {limit: 8388608, swap: 8388608}'
  script 'while [ ! -e /tmp/go ]; do sleep 0.02; done; tail /dev/zero; while :; do sleep 1; done'
  run_detached
  background runtime events --interval 100s "$ID" >"$WORK/events"
  eventually watches_memory
  touch "$BUNDLE/rootfs/tmp/go"
  eventually 'grep -q oom "$WORK/events"'
  same "$(head -n 1 "$WORK/events")" "{\"type\":\"oom\",\"id\":\"$ID\"}"
}

@test "events ends when nobody reads any more, and when it is told to" {
  railcar_only 'its own way to wait'
  bundle
  run_detached
  runtime events --interval 100ms "$ID" | head -n 1 >"$WORK/first"
  same "$(jq -r .type "$WORK/first")" stats
  background runtime events --interval 100s "$ID" >"$WORK/events"
  sleep 0.5
  code=0
  pkill -TERM -P "${BACKGROUND[-1]}" -x railcar || kill -TERM "${BACKGROUND[-1]}"
  wait "${BACKGROUND[-1]}" || code=$?
  same "$code" 143
}

@test "events: wrong intervals, and a container that does not run" {
  bundle '.process.args = ["true"]'
  for interval in 0s -1s nonsense 5; do
    run runtime events --interval "$interval" "$ID"
    fails 1
  done
  run_detached
  eventually has_status stopped
  run runtime events --stats "$ID"
  fails 1
  contains "$output" 'not running'
}
