#!/usr/bin/env bats
# update: every option, what it does not change, and two of them at a time.

load helper

@test "each option of update, one by one" {
  bundle '.linux.resources.cpu = {period: 50000, quota: 10000}'
  run_detached
  check() { # OPTION VALUE NAME KEPT
    runtime update "$1" "$2" "$ID"
    same "$1 $(kept "$3")" "$1 $4"
  }
  check --memory 64m memory.limit 67108864
  check --memory-reservation 16777216 memory.reservation 16777216
  check --memory-swap 128M memory.swap 134217728
  check --cpu-share 512 cpu.shares "$(shares 512)"
  check --cpu-quota 20000 cpu.quota 20000
  check --cpu-period 40000 cpu.period 40000
  check --cpuset-cpus 0 cpu.cpus 0
  check --cpuset-mems 0 cpu.mems 0
  check --pids-limit 44 pids.limit 44
  check --pids-limit -1 pids.limit max
  # What was set by the others is still there.
  same "$(kept cpu.quota)" 20000
  same "$(kept memory.reservation)" 16777216
}

@test "update --cpu-burst and --cpu-idle" {
  railcar_only 'runc 1.1 has neither'
  bundle '.linux.resources.cpu = {period: 50000, quota: 10000}'
  run_detached
  younger() { # VERSION OPTION VALUE NAME: 0 changes nothing where it is not known.
    if kernel_since "$1"; then
      runtime update "$2" "$3" "$ID"
      same "$(kept "$4")" "$3"
    else
      run runtime update "$2" "$3" "$ID"
      fails 1
      contains "$output" "since Linux $1"
    fi
    runtime update "$2" 0 "$ID"
    ! kernel_since "$1" || same "$(kept "$4")" 0
  }
  younger 5.14 --cpu-burst 5000 cpu.burst
  younger 5.15 --cpu-idle 1 cpu.idle
}

@test "limits on kernel memory are accepted, and said to be ignored" {
  bundle
  run_detached
  for option in --kernel-memory --kernel-memory-tcp; do
    run runtime update "$option" 16m --pids-limit 40 "$ID"
    succeeds
    ! is_railcar || contains "$output" "Setting $option is ignored"
  done
  same "$(kept pids.limit)" 40
}

@test "shares of the processor's cache are refused where the host has none to give" {
  [ ! -e /sys/fs/resctrl/schemata ] || skip 'this host has resctrl'
  bundle
  run_detached
  run runtime update --l3-cache-schema 'L3:0=f' "$ID"
  fails 1
  contains "$output" 'Intel RDT/CAT: l3 cache schema is not enabled'
  run runtime update --mem-bw-schema 'MB:0=20' "$ID"
  fails 1
  contains "$output" 'Intel RDT/MBA: memory bandwidth schema is not enabled'
}

@test "two updates at a time: the record has what both have set" {
  railcar_only 'its own record'
  bundle
  run_detached
  # Both have begun before either may change anything.
  exec {lock}<>"$ROOT/$ID/lock"
  flock "$lock"
  runtime update --pids-limit 41 "$ID" {lock}>&- & first=$!
  runtime update --cpu-share 77 "$ID" {lock}>&- & second=$!
  sleep 0.5
  exec {lock}>&-
  wait "$first"
  wait "$second"
  same "$(jq -c '.config.linux.resources | [.pids.limit, .cpu.shares]' "$ROOT/$ID/state.json")" '[41,77]'
  same "$(kept pids.limit) $(kept cpu.shares)" "41 $(shares 77)"
}

@test "update of a container that is deleted meanwhile" {
  railcar_only 'its own lock'
  bundle
  run_detached
  exec {lock}<>"$ROOT/$ID/lock"
  flock "$lock"
  runtime update --pids-limit 41 "$ID" >"$WORK/update" 2>&1 {lock}>&- & first=$!
  sleep 0.5
  kill -KILL "$(pid_of)"
  mv "$ROOT/$ID" "$WORK/gone" && rm "$WORK/gone/lock"
  exec {lock}>&-
  code=0
  wait "$first" || code=$?
  same "$code" 1
  contains "$(cat "$WORK/update")" 'container does not exist'
  mv "$WORK/gone" "$ROOT/$ID"
}
