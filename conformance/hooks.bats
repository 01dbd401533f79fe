#!/usr/bin/env bats
# config.md of the specification: POSIX-platform hooks.
load runtime

kinds() { awk 'NF { print $1 }' "$LOG" | tr '\n' ' '; }

@test "hooks run in the order of the lifecycle" {
  # Those that run in the container's namespaces write where both sides see it.
  mkdir "$DIR/shared"
  LOG=$DIR/shared/log
  config '.mounts += [{ destination: "/tmp", type: "none", source: $shared, options: ["bind"] }] | .mounts |= map(select(.type != "tmpfs" or .destination != "/tmp"))' \
    --arg shared "$DIR/shared"
  for kind in prestart createRuntime createContainer poststart poststop; do hook "$kind"; done
  hook startContainer 'printf "startContainer " >>/tmp/log; cat >>/tmp/log; echo >>/tmp/log'
  # A file of its own: the poststart hook may write its line at the same moment.
  script 'cp /tmp/log /tmp/seen'
  create
  [ "$(kinds)" = 'prestart createRuntime createContainer ' ]
  start
  wait_for stopped
  runtime delete "$ID"
  [ "$(kinds)" = 'prestart createRuntime createContainer startContainer poststart poststop ' ]
  [[ $(LOG=$DIR/shared/seen kinds) == 'prestart createRuntime createContainer startContainer '* ]]
}

@test "hooks are given the state on standard input" {
  hook createRuntime
  config '.annotations = { "org.example.key": "value" }'
  create
  json=$(cut -d ' ' -f 2- "$LOG")
  [ "$(jq -r .id <<<"$json")" = "$ID" ]
  [ "$(jq -r .bundle <<<"$json")" = "$BUNDLE" ]
  [ "$(jq -r .pid <<<"$json")" = "$(state .pid)" ]
  [ "$(jq -r '.annotations["org.example.key"]' <<<"$json")" = value ]
  [[ $(jq -r .status <<<"$json") == creat* ]]
}

@test "several hooks of one kind run in their order" {
  for i in 1 2 3; do hook createRuntime "echo $i >>$LOG"; done
  create
  [ "$(cat "$LOG")" = $'1\n2\n3' ]
}

@test "a hook gets its own arguments and environment, not the caller's" {
  config '.hooks.createRuntime = [{ path: "/bin/sh", args: ["a name", "-c", $command], env: ["ONLY=this"] }]' \
    --arg command "echo \"\$0\" >$LOG; env >>$LOG"
  SECRET=leaked create
  grep -q '^ONLY=this$' "$LOG"
  run ! grep SECRET "$LOG"
}

@test "a failing createRuntime hook fails create, and nothing is left" {
  hook createRuntime 'exit 1'
  run ! create
  does_not_exist
}

@test "a failing createContainer hook fails create, and nothing is left" {
  hook createContainer 'exit 1'
  run ! create
  does_not_exist
}

@test "a failing startContainer hook keeps the process from running" {
  hook startContainer 'exit 1'
  script 'echo ran'
  create
  run ! start
  run cat "$DIR/output"
  [[ $output != *ran* ]]
}

@test "a failing poststop hook does not keep the container from being deleted" {
  hook poststop 'exit 1'
  hook poststop "echo second >>$LOG"
  script true
  create_and_start
  wait_for stopped
  run runtime delete "$ID"
  does_not_exist
  [ "$(cat "$LOG")" = second ]
}

@test "a hook that takes longer than its timeout fails" {
  config '.hooks.createRuntime = [{ path: "/bin/sleep", args: ["sleep", "20"], timeout: 1 }]'
  before=$SECONDS
  run ! create
  [ $((SECONDS - before)) -lt 10 ]
  does_not_exist
}

@test "each hook runs in the namespaces that are its own, and is found where it says" {
  cp -r "$ROOTFS" "$BUNDLE/rootfs"
  mkdir "$DIR/shared"
  config '.root = { path: "rootfs" } | .mounts |= map(if .destination == "/tmp" then { destination: "/tmp", type: "none", source: $shared, options: ["bind"] } else . end)' \
    --arg shared "$DIR/shared"
  # The same path leads to another program in the container.
  cat >"$DIR/which" <<SCRIPT
#!/bin/sh
echo "\$1 host \$(readlink /proc/self/ns/mnt) \$(readlink /proc/self/ns/uts)" >>$DIR/shared/log
SCRIPT
  inner=$DIR/shared/${DIR#/tmp/}/which
  mkdir -p "${inner%/*}"
  sed "s/ host / container /; s|$DIR/shared/log|/tmp/log|" "$DIR/which" >"$inner"
  chmod 755 "$DIR/which" "$inner"
  for kind in prestart createRuntime createContainer startContainer poststart poststop; do
    config '.hooks[$kind] = [{ path: $path, args: ["which", $kind], env: ["PATH=/bin:/usr/bin"] }]' --arg kind $kind --arg path "$DIR/which"
  done
  create
  inside="$(readlink "/proc/$(state .pid)/ns/mnt") $(readlink "/proc/$(state .pid)/ns/uts")"
  host="$(readlink /proc/self/ns/mnt) $(readlink /proc/self/ns/uts)"
  start
  runtime kill "$ID" KILL
  wait_for stopped
  runtime delete "$ID"
  for kind in prestart createRuntime poststart poststop; do grep -qxF "$kind host $host" "$DIR/shared/log"; done
  grep -qxF "createContainer host $inside" "$DIR/shared/log"
  grep -qxF "startContainer container $inside" "$DIR/shared/log"
}

@test "a failing prestart hook fails create, and the poststop hooks run" {
  hook prestart 'exit 1'
  hook poststop "echo poststop >>$LOG"
  run ! create
  does_not_exist
  [ "$(cat "$LOG")" = poststop ]
}

@test "poststop hooks run when the container is gone, and before delete returns" {
  # Whoever has to reap it may not have done so.
  hook poststop "grep -sv '^[0-9]* (.*) Z' /proc/\$(cat $DIR/pid)/stat >>$LOG; sleep 0.2; echo done >>$LOG"
  create_and_start --pid-file "$DIR/pid"
  runtime kill "$ID" KILL
  wait_for stopped
  runtime delete "$ID"
  [ "$(cat "$LOG")" = done ]
}
