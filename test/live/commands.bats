#!/usr/bin/env bats
# list, ps, pause, resume, update, spec, version, help, log files: what callers of the command line decode.

load helper

@test "list as JSON, as a table, as ids" {
  bundle
  same "$(runtime list --format json | jq -c .)" null
  create
  run --separate-stderr runtime list --format json
  succeeds
  same "$(jq -r '.[0] | [.id, .status, .bundle, .rootfs, .owner] | join(" ")' <<<"$output")" "$ID created $BUNDLE $BUNDLE/rootfs root"
  same "$(jq -r '.[0].pid' <<<"$output")" "$(pid_of)"
  same "$(runtime list -f json | jq -r '.[0].created' | cut -c 1-2)" 20
  same "$(runtime list -q)" "$ID"
  same "$(runtime list --quiet)" "$ID"
  run runtime list
  matches "${lines[0]}" '^ID +PID +STATUS +BUNDLE +CREATED +OWNER'
  matches "${lines[1]}" "^$ID +[0-9]+ +created +$BUNDLE +20[^ ]+ +root"
}

@test "list of an empty root prints only the header" {
  run runtime list
  succeeds
  matches "$output" '^ID +PID +STATUS +BUNDLE +CREATED +OWNER *$'
  same "$(runtime list -q)" ''
}

@test "list refuses an unknown format" {
  run runtime list --format yaml
  fails 1
}

@test "ps as JSON is the list of pids, on standard output alone" {
  bundle
  script 'sleep 603 & exec sleep 604'
  run_detached
  eventually '[ "$(runtime ps --format json "$ID" | jq length)" = 2 ]'
  run --separate-stderr runtime ps --format json "$ID"
  same "$stderr" ''
  contains "$output" "$(pid_of)"
  same "$(jq -c . <<<"$output")" "$output"
}

@test "ps as a table, with the arguments of ps" {
  bundle
  run_detached
  run runtime ps "$ID"
  succeeds
  matches "${lines[0]}" 'UID +PID +PPID'
  matches "${lines[1]}" "^root +$(pid_of) "
  same "${#lines[@]}" 2
  run runtime ps --format table "$ID" -eo pid,comm
  matches "${lines[1]}" "^ *$(pid_of) sleep"
  # Callers pass the arguments as one.
  run runtime ps --format table "$ID" -ef
  same "${#lines[@]}" 2
}

@test "ps of a container that has stopped" {
  bundle '.process.args = ["true"]'
  run_detached
  eventually has_status stopped
  run runtime ps --format json "$ID"
  if [ "$status" = 0 ]; then matches "$output" '^(null|\[\])$'; else contains "$output" 'not running'; fi
}

@test "pause and resume" {
  bundle
  script 'while :; do echo tick >>/tmp/ticks; sleep 0.02; done'
  run_detached
  eventually test -s "$BUNDLE/rootfs/tmp/ticks"
  runtime pause "$ID"
  same "$(state_of)" paused
  count=$(wc -l <"$BUNDLE/rootfs/tmp/ticks")
  sleep 0.2
  same "$(wc -l <"$BUNDLE/rootfs/tmp/ticks")" "$count"
  run runtime pause "$ID"
  fails 1
  runtime resume "$ID"
  same "$(state_of)" running
  eventually '[ "$(wc -l <"$BUNDLE/rootfs/tmp/ticks")" -gt "$count" ]'
  run runtime resume "$ID"
  fails 1
  contains "$output" 'not paused'
}

@test "a signal sent to a paused container arrives; KILL ends it" {
  bundle
  run_detached
  runtime pause "$ID"
  runtime kill "$ID" KILL
  if ! is_railcar; then runtime resume "$ID" || true; fi
  eventually has_status stopped
}

@test "update --resources from standard input and from a file" {
  bundle
  run_detached
  echo '{"memory":{"limit":67108864},"cpu":{"shares":256,"quota":20000,"period":40000},"pids":{"limit":44}}' | runtime update --resources=- "$ID"
  same "$(kept memory.limit)" 67108864
  same "$(kept cpu.shares)" "$(shares 256)"
  same "$(kept cpu.quota)" 20000
  same "$(kept cpu.period)" 40000
  same "$(kept pids.limit)" 44
  echo '{"pids":{"limit":55}}' >"$WORK/resources.json"
  runtime update --resources "$WORK/resources.json" "$ID"
  same "$(kept pids.limit)" 55
  # What was not named stays.
  same "$(kept cpu.shares)" "$(shares 256)"
}

@test "update by flags" {
  bundle
  run_detached
  runtime update --memory 33554432 --memory-reservation 16777216 --cpu-share 128 --cpu-period 50000 --cpu-quota 10000 --pids-limit 66 --cpuset-cpus 0 --cpuset-mems 0 "$ID"
  same "$(kept memory.limit)" 33554432
  same "$(kept memory.reservation)" 16777216
  same "$(kept cpu.shares)" "$(shares 128)"
  same "$(kept cpu.period)" 50000
  same "$(kept cpu.quota)" 10000
  same "$(kept pids.limit)" 66
  same "$(kept cpu.cpus)" 0
}

@test "update raises and lowers memory together with swap, whatever the order" {
  bundle '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
  run_detached
  runtime update --memory 67108864 --memory-swap 67108864 "$ID"
  same "$(kept memory.limit)" 67108864
  runtime update --memory 16777216 --memory-swap 33554432 "$ID"
  same "$(kept memory.limit)" 16777216
  same "$(kept memory.swap)" 33554432
}

@test "update that is not JSON changes nothing" {
  bundle
  run_detached
  run bash -c 'echo "{" | "$@"' - "$RUNTIME" --root "$ROOT" update --resources - "$ID" 3>&-
  fails 1
  run bash -c 'echo "{\"memory\":{\"limit\":\"much\"}}" | "$@"' - "$RUNTIME" --root "$ROOT" update --resources - "$ID" 3>&-
  fails 1
  same "$(state_of)" running
}

@test "spec writes a config.json that runs" {
  bundle
  rm "$BUNDLE/config.json"
  cd "$BUNDLE"
  runtime spec
  same "$(jq -r '.process.args[0]' config.json)" sh
  edit_config '.process.terminal = false | .process.args = ["sh", "-c", "hostname; id -u"]'
  run runtime run "$ID" </dev/null
  succeeds
  matches "${lines[0]}" '^(railcar|runc)$'
  same "${lines[1]}" 0
}

@test "spec does not overwrite a config.json, and writes to --bundle" {
  bundle
  cp "$BUNDLE/config.json" "$WORK/before"
  run runtime spec --bundle "$BUNDLE"
  fails 1
  cmp "$BUNDLE/config.json" "$WORK/before"
  mkdir "$WORK/bundle-new"
  runtime spec --bundle "$WORK/bundle-new"
  [ -s "$WORK/bundle-new/config.json" ]
}

@test "spec --rootless has a user namespace and no cgroup limits" {
  bundle
  rm "$BUNDLE/config.json"
  runtime spec --rootless --bundle "$BUNDLE"
  same "$(jq -c '[.linux.namespaces[].type] | contains(["user"])' "$BUNDLE/config.json")" true
  same "$(jq -c '.linux.uidMappings[0].containerID' "$BUNDLE/config.json")" 0
  same "$(jq -c '.linux.resources.memory' "$BUNDLE/config.json")" null
}

@test "--version: name, commit, spec" {
  for flag in --version -v; do
    run --separate-stderr "$RUNTIME" "$flag" 3>&-
    succeeds
    matches "${lines[0]}" '^(railcar|runc) version [0-9]+\.[0-9]+'
    matches "${lines[1]}" '^commit: '
    matches "${lines[2]}" '^spec: [0-9.]+'
  done
}

@test "installed as runc or crun it says so, and deletes what was only created as they do" {
  railcar_only 'its own name'
  for name in runc crun; do
    ln -s "$RUNTIME" "$WORK/$name"
    run "$WORK/$name" --version 3>&-
    matches "${lines[0]}" "^$name version "
    bundle
    create
    "$WORK/$name" --root "$ROOT" delete "$ID" 3>&-
    same "$(containers)" ''
  done
}

@test "--help names every command, and each command has help" {
  run "$RUNTIME" --help 3>&-
  succeeds
  all=$output
  for command in create start state kill delete run exec list ps pause resume update spec; do
    contains "$all" "$command"
    run "$RUNTIME" "$command" --help 3>&-
    succeeds
  done
}

@test "wrong usage fails" {
  for arguments in 'create' 'start' 'state' 'kill' 'delete' 'nonsense' 'state a b' 'create --nonsense x' '--nonsense list'; do
    # shellcheck disable=SC2086
    run runtime $arguments
    [ "$status" != 0 ] || fail "accepted: $arguments"
  done
}

@test "flags that callers pass: one dash, equals sign, order" {
  bundle '.process.args = ["true"]'
  run runtime -rootless=false run -no-subreaper --bundle="$BUNDLE" "$ID" </dev/null
  succeeds
}

@test "--log --log-format json: one object a line, appended; the error also on standard error" {
  bundle '.process.args = ["/does/not/exist"]'
  echo '{"level":"info","msg":"earlier","time":"2020-01-01T00:00:00Z"}' >"$WORK/log.json"
  run --separate-stderr runtime --log "$WORK/log.json" --log-format json run --bundle "$BUNDLE" "$ID" </dev/null
  fails 1
  contains "$stderr" /does/not/exist
  same "$(head -n 1 "$WORK/log.json" | jq -r .msg)" earlier
  jq -se 'map(has("level") and has("msg") and has("time")) | all' "$WORK/log.json"
  same "$(jq -sr 'map(select(.level == "error")) | last.msg | contains("/does/not/exist")' "$WORK/log.json")" true
  matches "$(jq -sr 'last.time' "$WORK/log.json")" '^20[0-9-]{8}T[0-9:]{8}'
}

@test "--log with text" {
  run runtime --log "$WORK/log" state missing
  fails 1
  contains "$(cat "$WORK/log")" 'level=error'
  contains "$(cat "$WORK/log")" 'container does not exist'
}

@test "--debug adds messages and changes no result" {
  bundle '.process.args = ["echo", "result"]'
  run --separate-stderr runtime --debug --log "$WORK/log" run --bundle "$BUNDLE" "$ID" </dev/null
  succeeds
  same "$output" result
}

@test "--config reads another file of the bundle" {
  railcar_only 'an option of crun'
  bundle '.process.args = ["echo", "other"]'
  mv "$BUNDLE/config.json" "$BUNDLE/other.json"
  same "$(runtime run --config other.json --bundle "$BUNDLE" "$ID" </dev/null)" other
  same "$(runtime run -f "$BUNDLE/other.json" -b "$BUNDLE" "$ID" </dev/null)" other
}
