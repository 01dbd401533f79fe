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
