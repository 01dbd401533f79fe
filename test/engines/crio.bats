#!/usr/bin/env bats
# CRI-O without CRI-O, which no registry has as a program: conmon, unchanged and started as CRI-O starts it, between this
# test and the runtime; what CRI-O asks of the runtime itself, with its words; and namespaces that were pinned for a pod.
bats_require_minimum_version 1.5.0
load engine

setup_file() {
  make_folder crio
  mkdir -p "$DIR"/{exits,sockets,persistent,bundle}
  make_root "$DIR/bundle/rootfs"
}
teardown_file() {
  remove_cgroups
  rm -rf --one-file-system "$DIR"
}

setup() { id=crio-$BATS_TEST_NUMBER-$$; }
teardown() {
  runtime delete --force "$id" || true
  for name in net uts ipc; do umount "$DIR/pinned-$name" 2>/dev/null || true; done
}

program() { if [ "$RUNTIME" = railcar ]; then echo "$RAILCAR"; else type -P "$RUNTIME"; fi; }
runtime() { "$(program)" --root "$DIR/runtime" "$@"; }

# configure CHANGE WORD...: the bundle of the next container.
configure() {
  local change=$1
  shift
  rm -f "$DIR/bundle/config.json"
  "$RAILCAR" spec --bundle "$DIR/bundle"
  jq --arg cgroup "$CGROUP/$id" '.process.args = $ARGS.positional | .process.terminal = false | .linux.cgroupsPath = $cgroup | .root.readonly = false
    | .process.env = ["PATH=/bin"] | '"$change" "$DIR/bundle/config.json" --args -- "$@" >"$DIR/config.json"
  mv "$DIR/config.json" "$DIR/bundle/config.json"
}

# monitor OPTION...: what both ways to start conmon have in common. It tells of the process, or of what went wrong, through a
# descriptor that it is given.
monitor() {
  rm -f "$DIR/sync" "$DIR/bundle/oom"
  # conmon writes some of its files where it is.
  cd "$DIR/bundle"
  _OCI_SYNCPIPE=9 conmon -c "$id" -n "k8s_box_$id" -r "$(program)" --runtime-arg --root="$DIR/runtime" -p "$DIR/$id.pid" -l "$DIR/$id.log" \
    --log-level debug --socket-dir-path "$DIR/sockets" --exit-dir "$DIR/exits" "$@" 9>"$DIR/sync" </dev/null >/dev/null 2>&1 3>&-
  wait_for 10 test -s "$DIR/sync"
}

create() {
  monitor -b "$DIR/bundle" -P "$DIR/$id.conmon" --persist-dir "$DIR/persistent" -u "$id" "$@"
}

# What a process says arrives as lines of the interface's logs.
logged() { awk '{ $1 = $2 = $3 = ""; sub(/^ +/, ""); print }' "$DIR/$id.log"; }
told() { jq -r "$1" "$DIR/sync"; }
has_status() { [ "$(runtime state "$id" | jq -r .status)" = "$1" ]; }

@test "the file that install.sh writes names the runtime as CRI-O reads it" {
  sed "s|@BINARY@|$RAILCAR|" "$BATS_TEST_DIRNAME/../../.install/crio.conf" >"$DIR/crio.conf"
  # 3.11 has a reader of TOML; Debian 12's is that.
  run -0 /usr/bin/python3 -c 'import sys, tomllib, json; print(json.dumps(tomllib.load(open(sys.argv[1], "rb"))))' "$DIR/crio.conf"
  [ "$(jq -c . <<<"$output")" = '{"crio":{"runtime":{"runtimes":{"railcar":{"runtime_path":"'"$RAILCAR"'","runtime_type":"oci","runtime_root":"/run/railcar"}}}}}' ]
}

@test "a container is created, started, ends; its status and its output are told" {
  configure . sh -c 'echo out; echo problem >&2; exit 7'
  create
  [ "$(told .pid)" = "$(<"$DIR/$id.pid")" ]
  has_status created
  run -0 runtime start "$id"
  [ -z "$output" ]
  wait_for 10 test -s "$DIR/exits/$id"
  [ "$(<"$DIR/exits/$id")" = 7 ]
  run -0 logged
  [ "$(sort <<<"$output")" = $'out\nproblem' ]
  run -0 runtime delete --force "$id"
  [ -z "$output" ]
  [ ! -e "$DIR/runtime/$id" ]
}

@test "why a container cannot be created is told to CRI-O" {
  configure . no-such-program
  create
  [ "$(told .pid)" = -1 ]
  [[ $(told .message) == *no-such-program*'executable file not found in $PATH'* ]]
}

@test "exec, as probes have it: output, status, why it cannot be" {
  configure . sleep 60
  create
  runtime start "$id"
  exec_in() {
    jq '.process | .args = $ARGS.positional' "$DIR/bundle/config.json" --args -- "$@" >"$DIR/process.json"
    rm -f "$DIR/$id.log"
    monitor -e --exec-process-spec "$DIR/process.json" -T 5
  }
  exec_in sh -c 'echo inside; exit 3'
  wait_for 10 grep -q exit_code "$DIR/sync"
  [ "$(jq -rs '.[-1].exit_code' "$DIR/sync")" = 3 ]
  [ "$(logged)" = inside ]
  exec_in no-such-program
  [[ $(cat "$DIR/sync") == *'no-such-program'*'executable file not found in $PATH'* ]]
  has_status running
}

@test "a terminal" {
  configure '.process.terminal = true' sh -c 'tty; exit 4'
  create -t
  runtime start "$id"
  wait_for 10 test -s "$DIR/exits/$id"
  [ "$(<"$DIR/exits/$id")" = 4 ]
  [[ $(logged) == /dev/pts/0* ]]
}

@test "stop: the signal, then KILL; both are no error of what has ended but say so" {
  configure . sh -c 'trap "" TERM; while :; do sleep 0.1; done'
  create
  runtime start "$id"
  run -0 runtime kill "$id" TERM
  has_status running
  run -0 runtime kill "$id" KILL
  wait_for 10 test -s "$DIR/exits/$id"
  [ "$(<"$DIR/exits/$id")" = 137 ]
  run -1 runtime kill "$id" KILL
  [[ $output =~ 'no such process'|'container not running' ]]
}

@test "pause and resume, and a change of limits on standard input" {
  configure . sleep 60
  create
  runtime start "$id"
  runtime pause "$id"
  has_status paused
  runtime resume "$id"
  has_status running
  run -0 runtime update --resources - "$id" <<<'{ "memory": { "limit": 67108864 }, "cpu": { "shares": 256 } }'
  [ "$(<"/sys/fs/cgroup/memory$CGROUP/$id/memory.limit_in_bytes")" = 67108864 ]
  [ "$(<"/sys/fs/cgroup/cpu$CGROUP/$id/cpu.shares")" = 256 ]
}

@test "out of memory is seen where CRI-O looks for it" {
  configure '.linux.resources.memory.limit = 16777216' sh -c 'sleep 0.3; x=a; while :; do x=$x$x; done'
  create
  runtime start "$id"
  wait_for 20 test -s "$DIR/exits/$id"
  [ -e "$DIR/bundle/oom" ]
}

@test "a pod's namespaces, pinned in files" {
  touch "$DIR"/pinned-{net,uts,ipc}
  unshare --net="$DIR/pinned-net" --uts="$DIR/pinned-uts" --ipc="$DIR/pinned-ipc" sh -c 'hostname pinned; ip link set lo up'
  configure "del(.hostname) | .linux.namespaces = [{ type: \"pid\" }, { type: \"mount\" },
    { type: \"network\", path: \"$DIR/pinned-net\" }, { type: \"uts\", path: \"$DIR/pinned-uts\" }, { type: \"ipc\", path: \"$DIR/pinned-ipc\" }]" \
    sh -c 'hostname; stat -L -c %i /proc/self/ns/net /proc/self/ns/uts /proc/self/ns/ipc'
  create
  runtime start "$id"
  wait_for 10 test -s "$DIR/exits/$id"
  [ "$(logged)" = "$(echo pinned; stat -L -c %i "$DIR"/pinned-net "$DIR"/pinned-uts "$DIR"/pinned-ipc)" ]
}
