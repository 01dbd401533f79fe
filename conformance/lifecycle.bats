#!/usr/bin/env bats
# runtime.md of the specification: the operations, the states between them, and what an error may leave behind.
load runtime

@test "create makes a container that is created, and does not run its process" {
  script 'echo ran'
  create
  [ "$(state)" = created ]
  [ ! -s "$DIR/output" ]
}

@test "state has what the specification requires" {
  config '.annotations = { "org.example.key": "value" }'
  create
  [ "$(state .id)" = "$ID" ]
  [[ $(state .ociVersion) == 1.* ]]
  [ "$(state .bundle)" = "$BUNDLE" ]
  [ "$(state '.annotations["org.example.key"]')" = value ]
  pid=$(state .pid)
  [ "$pid" -gt 0 ]
  [ -d "/proc/$pid" ]
}

@test "start runs the process that config.json names" {
  script 'echo ran'
  create_and_start
  wait_for stopped
  [ "$(cat "$DIR/output")" = ran ]
}

@test "created, running, stopped, gone" {
  create
  [ "$(state)" = created ]
  start
  [ "$(state)" = running ]
  runtime kill "$ID" KILL
  wait_for stopped
  runtime delete "$ID"
  does_not_exist
}

@test "the pid of state is that of the container's process" {
  create_and_start
  [ "$(tr '\0' ' ' <"/proc/$(state .pid)/cmdline")" = 'sleep 60 ' ]
}

@test "--pid-file holds the same pid" {
  create --pid-file "$DIR/pid"
  [ "$(cat "$DIR/pid")" = "$(state .pid)" ]
}

@test "an id in use is refused, and its owner is left alone" {
  create
  pid=$(state .pid)
  run ! create
  [ "$(state)" = created ]
  [ "$(state .pid)" = "$pid" ]
}

@test "an id that could be a path is refused" {
  NAME=../escape run ! create
  [ ! -e "$DIR/escape" ]
  NAME='' run ! create
}

@test "a bundle without config.json is refused, and nothing is created" {
  rm "$BUNDLE/config.json"
  run ! create
  does_not_exist
}

@test "a config.json that is not JSON is refused, and nothing is created" {
  echo '{' >"$BUNDLE/config.json"
  run ! create
  does_not_exist
}

@test "a root file system that is not there is refused, and nothing is created" {
  config '.root.path = "missing"'
  run ! create
  does_not_exist
  create_succeeds_with_the_same_id
}

@test "an executable that is not there is an error of create, and nothing is left" {
  config '.process.args = ["/no/such/program"]'
  run ! create_and_start
  runtime delete --force "$ID"
  does_not_exist
  create_succeeds_with_the_same_id
}

create_succeeds_with_the_same_id() {
  write_config
  create
  [ "$(state)" = created ]
}

@test "a change of config.json after create has no effect" {
  script 'echo first'
  create
  script 'echo second'
  start
  wait_for stopped
  [ "$(cat "$DIR/output")" = first ]
}

@test "starting twice is an error, and the first goes on" {
  create_and_start
  run ! start
  [ "$(state)" = running ]
}

@test "starting what has stopped is an error" {
  script true
  create_and_start
  wait_for stopped
  run ! start
}

@test "every operation on a container that does not exist is an error" {
  for operation in state start delete; do
    run ! runtime "$operation" "$ID"
  done
  run ! runtime kill "$ID" TERM
}

@test "kill sends the signal that is asked for, by name and by number" {
  script 'trap "echo hangup" HUP; trap "echo user; exit" USR1; echo ready; while :; do sleep 0.05; done'
  create_and_start
  wait_for_output ready
  runtime kill "$ID" HUP
  wait_for_output hangup
  runtime kill "$ID" 10
  wait_for stopped
  grep -q user "$DIR/output"
}

@test "kill of a created container ends it" {
  create
  runtime kill "$ID" KILL
  wait_for stopped
}

@test "kill of a stopped container is an error" {
  script true
  create_and_start
  wait_for stopped
  run ! runtime kill "$ID" TERM
}

@test "delete of a running container is an error and leaves it running" {
  create_and_start
  run ! runtime delete "$ID"
  [ "$(state)" = running ]
}

@test "delete frees the id" {
  script true
  create_and_start
  wait_for stopped
  runtime delete "$ID"
  does_not_exist
  create
}

@test "delete --force ends a running container" {
  create_and_start
  pid=$(state .pid)
  runtime delete --force "$ID"
  does_not_exist
  [ ! -d "/proc/$pid" ] || grep -q '^State:.Z' "/proc/$pid/status"
}

@test "list knows the containers under its root" {
  create
  NAME=$ID-2 create
  run -0 runtime list --format json
  [ "$(jq -r '[.[].id] | sort | join(" ")' <<<"$output")" = "$ID $ID-2" ]
}

@test "run is create, start and delete, and ends with the exit code" {
  script 'echo out; exit 3'
  run -3 runtime run --bundle "$BUNDLE" "$ID"
  [ "$output" = out ]
  does_not_exist
}

@test "run of a process that a signal ends is 128 and the signal" {
  # Pid 1 is safe from its own signals; a child is not, and the shell passes its status on.
  script 'sh -c "kill -KILL \$\$"; exit $?'
  run -137 runtime run --bundle "$BUNDLE" "$ID"
}

@test "exec runs another process in the container, with its exit code" {
  create_and_start
  run -5 runtime exec "$ID" sh -c 'hostname; exit 5'
  [ "$output" = conformance ]
}

@test "without a process a container can be created, and its start is an error" {
  config 'del(.process)'
  create
  run ! start
  [ "$(state)" = created ]
}

@test "a relative bundle is absolute in the state" {
  cd "$DIR"
  BUNDLE=bundle create
  [ "$(state .bundle)" = "$BUNDLE" ]
}

@test "without --bundle the bundle is the working directory" {
  cd "$BUNDLE"
  runtime create "$ID" >"$DIR/output" 2>&1 </dev/null 3>&-
  [ "$(state .bundle)" = "$BUNDLE" ]
}

@test "delete of a created container is an error, and it can still be started" {
  script 'echo ran'
  create
  run ! runtime delete "$ID"
  [ "$(state)" = created ]
  start
  wait_for stopped
  [ "$(cat "$DIR/output")" = ran ]
}

@test "delete removes the container's cgroups" {
  create
  cgroups=$(cut -d : -f 3 "/proc/$(state .pid)/cgroup" | grep -F "$ID" | sort -u)
  [ -n "$cgroups" ]
  runtime kill "$ID" KILL
  wait_for stopped
  runtime delete "$ID"
  for cgroup in $cgroups; do
    [ -z "$(find /sys/fs/cgroup -maxdepth 6 -path "*$cgroup")" ]
  done
}

@test "the same cgroupsPath is the same place each time" {
  config '.linux.cgroupsPath = $path' --arg path "/$ID"
  for _ in 1 2; do
    create
    grep -q "pids:/$ID\$\|^0::/$ID\$" "/proc/$(state .pid)/cgroup"
    runtime delete --force "$ID"
  done
}

@test "a failing poststart hook is an error of start and ends the process" {
  hook poststart 'exit 1'
  create
  pid=$(state .pid)
  run ! start
  [ ! -d "/proc/$pid" ] || grep -q '^State:.Z' "/proc/$pid/status"
}

@test "oom_score_adj is the caller's unless it is set" {
  script 'cat /proc/self/oom_score_adj'
  before=$(cat /proc/self/oom_score_adj)
  echo 77 >/proc/self/oom_score_adj
  create
  echo "$before" >/proc/self/oom_score_adj || true
  start
  wait_for stopped
  [ "$(cat "$DIR/output")" = 77 ]
}

@test "a namespace that is not listed is the caller's, the mount namespace too" {
  cp -r "$ROOTFS" "$BUNDLE/rootfs"
  config '.root = { path: "rootfs" } | .linux.namespaces = [{ type: "pid" }] | del(.hostname)'
  script 'readlink /proc/self/ns/mnt; readlink /proc/self/ns/net'
  # Not in this one, which would keep what a runtime leaves behind.
  export -f runtime
  export RUNTIME DIR BUNDLE ID
  run -0 unshare --mount --propagation private bash -c 'readlink /proc/self/ns/mnt /proc/self/ns/net; runtime run --bundle "$BUNDLE" "$ID"'
  [ "${lines[0]}" = "${lines[2]}" ]
  [ "${lines[1]}" = "${lines[3]}" ]
}
