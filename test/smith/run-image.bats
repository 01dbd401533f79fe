#!/usr/bin/env bats
# railcar run --image, and smith unpack for it: as root and as an ordinary user.

load smith

setup_file() {
  debian_source
  cd "$BATS_FILE_TMPDIR"
  cat >smith.yaml <<END
package: $SOURCE
type: dir
paths: [/bin/sh, /usr/bin/cat, /usr/bin/id, /usr/bin/sleep, /usr/bin/mkdir, /usr/bin/chmod, /etc/passwd]
cmd: [/bin/sh, -c, 'echo the command; cat /proc/self/uid_map; id -u']
env: [COLOUR=green]
END
  smith -i "$BATS_FILE_TMPDIR/image.tar.gz"
  # Debian's own files belong to several users.
  tar -C "$SOURCE" -c bin lib lib64 usr/bin/dash usr/bin/sh usr/lib/x86_64-linux-gnu/libc.so.6 usr/lib64 usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 \
    --mode=755 --transform 's,^,,' >layer.tar
  mkdir -p several/var/mail && echo letter >several/var/mail/him && chown -R 8:8 several/var/mail && chmod 550 several/var/mail
  tar -C several -rf layer.tar var
  umoci init --layout several.oci && umoci new --image several.oci:latest
  umoci raw add-layer --image several.oci:latest layer.tar
  # In a place that everybody may look into.
  USERS_PLACE=$(mktemp -d /tmp/run-image-XXXXXX)
  export USERS_PLACE USERS_NAME=rcti$$
  chmod 755 "$USERS_PLACE"
  cp -r image.tar.gz several.oci "$USERS_PLACE/"
  chmod -R a+rX "$USERS_PLACE"
  useradd --system --user-group --no-create-home --home-dir "$USERS_PLACE/home" --shell /bin/sh "$USERS_NAME"
  install --directory --owner "$USERS_NAME" --mode 700 "$USERS_PLACE/home" "$USERS_PLACE/run"
}

teardown_file() {
  userdel --force "$USERS_NAME"
  rm -rf "$USERS_PLACE"
}

setup() {
  REGISTRIES=()
  cd "$BATS_TEST_TMPDIR"
  ID=image-$$-$BATS_TEST_NUMBER
  BUNDLES=/var/lib/railcar/bundles
  IMAGE=$BATS_FILE_TMPDIR/image.tar.gz
}

teardown() {
  stop_registries
  railcar delete --force "$ID" 2>/dev/null || true
}

railcar() { "$RAILCAR" --root "$BATS_TEST_TMPDIR/state" "$@" 3>&-; }

as_user() {
  setpriv --reuid "$USERS_NAME" --regid "$USERS_NAME" --init-groups --inh-caps=-all \
    env -i PATH="$PATH" HOME="$USERS_PLACE/home" USER="$USERS_NAME" XDG_RUNTIME_DIR="$USERS_PLACE/run" RAILCAR_STANDBY=off "$@" 3>&-
}

nothing_left() {
  ! compgen -G "${1:-$BUNDLES}/$ID.*" || fail 'a bundle is left'
  [ ! -e "$BATS_TEST_TMPDIR/state/$ID" ] || fail 'a state is left'
}

@test "an image runs, with its own command or another, and nothing is left" {
  run -0 railcar run --image "$IMAGE" "$ID"
  same "${lines[0]}" 'the command'
  same "${lines[2]}" 10
  nothing_left
  run -7 railcar run --image "$IMAGE" "$ID" -- /bin/sh -c 'echo "$COLOUR [$1] $(cat)"; exit 7' sh '' <<<'typed'
  same "$output" 'green [] typed'
  nothing_left
  # Of a layout, and through a name of the one image in it.
  run -0 railcar run --image "$USERS_PLACE/several.oci:latest" "$ID" /bin/sh -c 'echo hello'
  same "$output" hello
}

@test "of a registry" {
  registry plain
  smith upload -r "http://$REGISTRY/image" -i "$IMAGE"
  run -0 --separate-stderr railcar run --image "http://$REGISTRY/image" "$ID"
  same "${lines[0]}" 'the command'
  run -1 railcar run --image "http://$REGISTRY/other" "$ID"
  contains "$output" 'cannot pull "other:latest"'
  nothing_left
}

@test "the bundle goes with the container: by delete if it is detached" {
  railcar run --detach --image "$IMAGE" "$ID" /usr/bin/sleep 600 <&- >&- 2>&-
  bundle=$(compgen -G "$BUNDLES/$ID.*")
  same "$(railcar state "$ID" | jq -r .bundle)" "$bundle"
  # Only root may look into it.
  same "$(stat -c %a "$bundle")" 700
  run -1 railcar run --image "$IMAGE" "$ID"
  same "$output" "\"$ID\": container with given ID already exists"
  [ -d "$bundle/rootfs" ]
  railcar kill "$ID" KILL
  railcar delete --force "$ID"
  nothing_left
  railcar run --keep --image "$IMAGE" "$ID" >/dev/null
  compgen -G "$BUNDLES/$ID.*"
  railcar delete "$ID"
  nothing_left
}

@test "what fails leaves nothing" {
  run -1 railcar run --image "$IMAGE" "$ID" /no/such/program
  contains "$output" '/no/such/program'
  nothing_left
  run -1 railcar run --image no.tar "$ID"
  same "$output" "smith: cannot read image \"$BATS_TEST_TMPDIR/no.tar\": no such file"
  run -1 railcar run --image "$IMAGE" --bundle . "$ID"
  same "$output" '--image: cannot be given with --bundle'
  run -1 railcar run --image "$IMAGE" --pid-file /no/such/folder/pid "$ID"
  nothing_left
}

@test "a launcher that is killed half way: delete --force, or the next one, cleans up" {
  mkfifo fifo.tar
  railcar run --image "$PWD/fifo.tar" "$ID" >/dev/null 2>&1 &
  launcher=$!
  mkdir -p "$BUNDLES"
  start=$(awk '{print $22}' "/proc/$launcher/stat")
  kill -KILL $launcher
  wait $launcher || true
  # As far as it may have come.
  mkdir -p "$BUNDLES/$ID.$launcher.$start/rootfs" "$BUNDLES/$ID.$launcher.$start.0123abcd.partial"
  railcar delete --force "$ID"
  nothing_left
  mkdir -p "$BUNDLES/other-$ID.$launcher.$start/rootfs"
  railcar run --image "$IMAGE" "$ID" >/dev/null
  [ ! -e "$BUNDLES/other-$ID.$launcher.$start" ]
  # With the container there, and its monitor gone.
  railcar run --image "$IMAGE" "$ID" /usr/bin/sleep 600 &
  for ((tries = 0; tries < 500; tries++)); do
    [ "$(railcar state "$ID" 2>/dev/null | jq -r .status)" != running ] || break
    sleep 0.05
  done
  kill -KILL $!
  railcar delete --force "$ID"
  nothing_left
}

@test "an ordinary user runs an image, and gets rid of what it leaves" {
  own=$USERS_PLACE/home/.local/share/railcar/bundles
  uid=$(id -u "$USERS_NAME")
  run -0 --separate-stderr as_user "$RAILCAR" run --image "$USERS_PLACE/image.tar.gz" "$ID"
  same "${lines[0]}" 'the command'
  [[ ${lines[1]} =~ ^\ +10\ +$uid\ +1$ ]] || fail "$output"
  same "${lines[2]}" 10
  nothing_left "$own"
  run -0 --separate-stderr as_user "$RAILCAR" run --image "$USERS_PLACE/image.tar.gz" "$ID" /bin/sh -c \
    'mkdir -p /write/a/b; chmod 500 /write/a/b; chmod 0 /write/a; id -u'
  same "$output" 10
  nothing_left "$own"
  # Who else comes into it is nobody's root either.
  as_user "$RAILCAR" run --detach --image "$USERS_PLACE/image.tar.gz" "$ID" /usr/bin/sleep 600 <&- >&- 2>&-
  run -0 as_user "$RAILCAR" exec "$ID" /usr/bin/id -u
  same "$output" 10
  as_user "$RAILCAR" delete --force "$ID"
  nothing_left "$own"
}

@test "an ordinary user is told that files of several users become his" {
  run -0 as_user "$RAILCAR" smith unpack "$USERS_PLACE/several.oci:latest" "$USERS_PLACE/home/bundle"
  same "$output" 'smith: warning: 2 of the image belong to others than the user, whose they are now: only root can give files away, as "/var/mail"'
  same "$(stat -c %U "$USERS_PLACE/home/bundle/rootfs/var/mail/him")" "$USERS_NAME"
  as_user rm -r "$USERS_PLACE/home/bundle"
  run -0 as_user "$RAILCAR" run --image "$USERS_PLACE/several.oci:latest" "$ID" -- /bin/sh -c 'read x </var/mail/him; echo $x'
  contains "$output" letter
  nothing_left "$USERS_PLACE/home/.local/share/railcar/bundles"
}
