#!/usr/bin/env bats
# docs/states.md, cell by cell: each command for a container in each state, and for none.

load helper

setup() {
  live_setup
  railcar_only 'the table is its own'
}

# in_state STATE: a container that is in it (none for missing); `creating` is held there by a hook.
in_state() {
  bundle
  case $1 in
    creating)
      edit_config --arg long "$DEADLINE" '.hooks.createRuntime = [{path: "/bin/sleep", args: ["sleep", $long]}]'
      runtime create --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 &
      BACKGROUND+=($!)
      CREATING=$!
      ;;
    created) create ;;
    running) run_detached ;;
    paused) run_detached && runtime pause "$ID" ;;
    stopped) edit_config '.process.args = ["true"]' && run_detached ;;
    missing) ;;
  esac
  eventually '[ "$(situation)" = '"$1"' ]'
}

# The command of the table with what it needs to do something.
perform() {
  case $1 in
    create) create ;;
    run) run_detached ;;
    start | state | ps | pause | resume) runtime "$1" "$ID" ;;
    kill | 'kill --all') runtime $1 "$ID" CONT ;;
    delete | 'delete --force') runtime $1 "$ID" ;;
    exec) runtime exec "$ID" true </dev/null ;;
    'exec --ignore-paused') exec_or_wait ;;
    mounts) echo '[]' >"$WORK/mounts.json" && runtime mounts add "$ID" "$WORK/mounts.json" ;;
    update) runtime update --pids-limit 50 "$ID" ;;
    # Once the state is right they say that there is no CRIU, or no image, or that the kernel is not enough.
    checkpoint | restore)
      run runtime "$1" --image-path "$WORK/image" "$ID" </dev/null
      echo "$output"
      [[ $output == *criu* || $output == *'cannot read "'"$WORK/image/"* ]]
      ;;
    events) runtime events --stats "$ID" ;;
    *) fail "no way to perform $1" ;;
  esac
}

# In a paused container the program waits to be resumed, and so does whoever started it.
exec_or_wait() {
  beside exec --ignore-paused --detach "$ID" true &
  if [ "$(situation)" = paused ]; then
    sleep 0.2
    [ -d "/proc/$!" ] || fail 'the program did not wait'
    runtime resume "$ID"
  fi
  wait $!
}

situation() { state_of "$ID" .status 2>/dev/null | grep . || echo missing; }

# What is refused changes nothing, so one container is enough for all of it; what goes on gets a new one if the last has
# changed its state.
whole_column() {
  local command state outcome
  "$(type -P node)" "$REPO/test/state/states-table.ts" >"$WORK/table"
  in_state "$1"
  while IFS=$'\t' read -r command state outcome; do
    if [ "$state" != "$1" ] || [ "$outcome" = yes ]; then continue; fi
    run perform "$command"
    [[ $command == exec* ]] && fails 255 || fails 1
    contains "$output" "${outcome/container ID that/container $ID that}"
    same "$(situation)" "$1"
  done <"$WORK/table"
  while IFS=$'\t' read -r command state outcome; do
    if [ "$state" != "$1" ] || [ "$outcome" != yes ]; then continue; fi
    run perform "$command"
    [ "$status" = 0 ] || fail "$command in state $1: $output"
    [ "$(situation)" = "$1" ] || {
      runtime delete --force "$ID"
      in_state "$1"
    }
  done <"$WORK/table"
}

@test "creating" {
  whole_column creating
}

@test "created" {
  whole_column created
}

@test "running" {
  whole_column running
}

@test "paused" {
  whole_column paused
}

@test "stopped" {
  whole_column stopped
}

@test "missing" {
  whole_column missing
}
