#!/usr/bin/env bats
# railcar smith trace: programs of a small Debian, run under railcar while the kernel says what they open.

load smith

bats_require_minimum_version 1.5.0

setup_file() {
  debian_source
  cd "$BATS_FILE_TMPDIR"
  cat >smith.yaml <<END
package: $SOURCE
type: dir
paths: [/bin/sh, /usr/bin/cat, /usr/bin/sleep, /usr/bin/touch, /usr/bin/perl, /usr/lib/x86_64-linux-gnu/perl-base, /etc/passwd, /etc/debian_version]
root: true
END
  smith -i "$BATS_FILE_TMPDIR/source.tar.gz"
}

setup() {
  cd "$BATS_TEST_TMPDIR"
  export TMPDIR=$BATS_TEST_TMPDIR/tmp
  mkdir tmp
}

traced_recipe() {
  printf 'package: %s # a small one\n%s\n' "$BATS_FILE_TMPDIR/source.tar.gz" "$*" >smith.yaml
}

# wait_for_file GLOB
wait_for_file() {
  local tries
  for ((tries = 0; tries < 1000; tries++)); do
    if compgen -G "$1" >/dev/null; then return; fi
    sleep 0.03
  done
  fail "there is no $1"
}

nothing_left() {
  [ -z "$(ls -A tmp)" ] || fail "left: $(ls -A tmp)"
  ! grep -q railcar-trace /proc/self/mountinfo
  ! pgrep -f "railcar-trace-|smith-record" || fail 'a process is left'
}

@test "what a program opens, executes and loads, and nothing that comes by itself" {
  # What it prints goes to standard error, and its status is passed on.
  run -3 --separate-stderr smith trace "$BATS_FILE_TMPDIR/source.tar.gz" -- \
    /bin/sh -c 'cat /etc/debian_version; echo x >/tmp.new; perl -e "use Fcntl"; exit 3'
  same "$output" "paths:
- /bin/sh
- /etc/debian_version
- /usr/bin/cat
- /usr/bin/perl
- /usr/lib/x86_64-linux-gnu/perl-base/Exporter.pm
- /usr/lib/x86_64-linux-gnu/perl-base/Fcntl.pm
- /usr/lib/x86_64-linux-gnu/perl-base/XSLoader.pm
- /usr/lib/x86_64-linux-gnu/perl-base/auto/Fcntl/Fcntl.so
- /usr/lib/x86_64-linux-gnu/perl-base/strict.pm
# Written, and for that alone not in the image:
#   /tmp.new" || fail "$output"
  [[ $stderr =~ ^12\. ]] || fail "$stderr"
  nothing_left
}

@test "the image of what was traced runs with a read-only root, and the recipe keeps its comments" {
  traced_recipe 'paths: [/usr/bin/perl] # more will come
cmd: [/usr/bin/perl, -e, "use POSIX; print floor(3.7)"]'
  smith -i before.tar.gz
  smith unpack --readonly before.tar.gz before
  run ! "$RAILCAR" --root "$BATS_TEST_TMPDIR/state" run --bundle before "trace-$$-$BATS_TEST_NUMBER"
  contains "$output" "Can't locate POSIX.pm"
  smith trace --write -o paths
  run -0 head -2 smith.yaml
  [[ ${lines[0]} == *' # a small one' ]]
  [[ ${lines[1]} == 'paths: [/usr/bin/perl, '*'/perl-base/POSIX.pm, '*'] # more will come' ]] || fail "${lines[1]}"
  smith -i after.tar.gz
  smith unpack --readonly after.tar.gz after
  run -0 "$RAILCAR" --root "$BATS_TEST_TMPDIR/state" run --bundle after "trace-$$-$BATS_TEST_NUMBER"
  same "$output" 3
  # The same once more: all is there.
  run -0 --separate-stderr smith trace
  same "$output" 'paths: []'
}

@test "a program that fails leaves the recipe alone" {
  traced_recipe 'paths: [/usr/bin/cat]'
  cp smith.yaml before
  run -7 smith trace --write -- /bin/sh -c 'exit 7'
  contains "$output" '"smith.yaml" stays as it is: the program has failed (7)'
  cmp before smith.yaml
  run ! smith trace --write -- /no/such/program
  contains "$output" 'cannot trace the program: it could not be started'
  cmp before smith.yaml
  nothing_left
}

@test "a server is ended after some seconds, and by a signal, and what it opened until then is known" {
  run -0 --separate-stderr smith trace --seconds 1 "$BATS_FILE_TMPDIR/source.tar.gz" -- /usr/bin/sleep 1000
  same "$output" $'paths:\n- /usr/bin/sleep'
  nothing_left
  # One that does not want to.
  run -0 --separate-stderr smith trace --seconds 1 "$BATS_FILE_TMPDIR/source.tar.gz" -- /bin/sh -c 'trap "" TERM; while :; do sleep 1; done'
  same "$output" $'paths:\n- /bin/sh\n- /usr/bin/sleep'
  nothing_left
  for signal in INT TERM; do
    "$RAILCAR" smith trace -o paths "$BATS_FILE_TMPDIR/source.tar.gz" -- /bin/sh -c 'trap "exit 9" INT TERM; touch /up; while :; do sleep 0.1; done' 3>&- &
    smith=$!
    wait_for_file 'tmp/railcar-trace-*/rootfs/up'
    # bash makes a background job ignore SIGINT: it counts all the same.
    kill -"$signal" $smith
    status=0
    wait $smith || status=$?
    same "$status" 9
    grep -qx -- '- /usr/bin/touch' paths
    nothing_left
  done
}

@test "a signal while files are written" {
  printf 'package: %s\ntype: dir\n' "$SOURCE" >smith.yaml
  "$RAILCAR" smith trace -- /bin/true 3>&- 2>message &
  smith=$!
  wait_for_file 'tmp/railcar-trace-*/rootfs/*'
  kill -TERM $smith
  status=0
  wait $smith || status=$?
  same "$status" 143
  same "$(cat message)" 'smith: interrupted by SIGTERM'
  nothing_left
}

@test "an overlay is there, the environment too, and the user that is asked for" {
  traced_recipe 'paths: [/usr/bin/cat]
env: [COLOUR=green]'
  mkdir -p rootfs/read
  echo data >rootfs/read/data
  run -0 --separate-stderr smith trace -e SHAPE=round -u 7:8 -- /bin/sh -c 'cat /read/data; echo $COLOUR $SHAPE; cat /proc/self/status; [ -w /write ]'
  same "$output" $'paths:\n- /bin/sh'
  [[ $stderr == $'data\ngreen round\n'*$'\nUid:\t7\t7\t7\t7\nGid:\t8\t8\t8\t8\n'* ]] || fail "$stderr"
}

@test "who is not root is told so" {
  chmod 755 . "$BATS_FILE_TMPDIR"
  run -1 setpriv --reuid 65534 --regid 65534 --clear-groups "$RAILCAR" smith trace "$BATS_FILE_TMPDIR/source.tar.gz" -- /bin/true
  same "${lines[0]}" 'smith: cannot trace: only root may watch files (fanotify)'
  run -1 smith trace --write "$BATS_FILE_TMPDIR/source.tar.gz" -- /bin/true
  contains "$output" '--write adds to a recipe'
}

@test "Python with the parts of its library that a program imports, and no others" {
  archive=$("$BATS_TEST_DIRNAME/debian-programs")
  mkdir root
  tar -C root -xf "$archive" --exclude './dev/*' --exclude './usr/share/*' --exclude ./usr/lib/git-core --exclude './usr/lib/x86_64-linux-gnu/perl*' \
    --exclude ./usr/lib32 --exclude './var/*'
  cat >smith.yaml <<'END'
package: ./root
type: dir
paths: [/usr/bin/python3]
cmd: [/usr/bin/python3, -c, "import json, ssl, sqlite3; print(json.dumps(sqlite3.connect(':memory:').execute('select 6*7').fetchone()), ssl.create_default_context().verify_mode)"]
END
  smith trace --write -o paths
  smith
  smith unpack --readonly image.tar.gz bundle
  run -0 "$RAILCAR" --root "$BATS_TEST_TMPDIR/state" run --bundle bundle "trace-$$-$BATS_TEST_NUMBER"
  # Nothing but that: no complaint about its library.
  same "$output" '[42] 2'
  [ -e bundle/rootfs/usr/lib/python3.11/sqlite3/__init__.py ]
  [ ! -e bundle/rootfs/usr/lib/python3.11/asyncio ]
  ! grep -q pyc paths
}
