#!/usr/bin/env bats
# Debian's Podman as an ordinary user, who makes a user namespace and calls the runtime as its root. Each user has his own
# home, storage and runtime directory; nothing of the machine's is touched but /etc/passwd and /etc/subuid, for as long.
load engine
load ../live/rootless

assert() { [[ $2 == *"$3"* ]] || { printf '%s: expected to find: %s\n in: %s\n' "$1" "$3" "$2" >&2; return 1; }; }
same() { [ "$1" = "$2" ] || { printf 'expected: %s\n     got: %s\n' "$2" "$1" >&2; return 1; }; }

setup_file() {
  # Podman wants the path of its run root to have 50 characters at most.
  make_folder user
  make_users
  make_world
  local user
  for user in "$RANGED" "$SINGLE"; do
    configure "$user"
    podman_of "$user" load --quiet <"$DIR/box.tar" >/dev/null
  done
}

teardown_file() {
  local user place namespace
  for user in "$RANGED" "$SINGLE"; do
    podman_of "$user" rm --all --force --time 0 >/dev/null 2>&1 || true
    podman_of "$user" pod rm --all --force --time 0 >/dev/null 2>&1 || true
  done
  # Podman leaves a process that holds the user's namespaces, and there may be a standby.
  for user in "$RANGED" "$SINGLE"; do kill_all_of "$user"; done
  place=$(readlink "/proc/$(cat "$DIR/holder.pid")/ns/mnt")
  for namespace in /proc/[0-9]*/ns/mnt; do
    [ "$(readlink "$namespace")" = "$place" ] || continue
    namespace=${namespace#/proc/}
    kill -KILL "${namespace%%/*}" 2>/dev/null || true
  done
  remove_users
  rm -rf --one-file-system "$DIR"
}

# Only who lives under this test's own users, ranges included.
kill_all_of() {
  local uid pid
  uid=$(id -u "$1")
  for pid in /proc/[0-9]*; do
    owner=$(stat -c %u "$pid" 2>/dev/null) || continue
    if [ "$owner" = "$uid" ] || { [ "$owner" -ge "$FIRST_SUBID" ] && [ "$owner" -lt $((FIRST_SUBID + SUBIDS)) ]; }; then
      kill -KILL "${pid#/proc/}" 2>/dev/null || true
    fi
  done
}

# A process that holds a mount namespace in which users may use the devices that Podman needs.
make_world() {
  make_root "$DIR/box"
  make_image localhost/box:latest "$DIR/box" sh >"$DIR/box.tar"
  # shellcheck disable=SC2016
  unshare --mount --propagation private sh -euc '
    mount --make-rshared /
    mount -t tmpfs none /dev/shm
    for device in "net/tun 10 200" "fuse 10 229"; do
      set -- $device
      mkdir -p "$DIR/dev"
      node=$DIR/dev/${1##*/}
      mknod "$node" c "$2" "$3"
      chmod 666 "$node"
      [ -e "/dev/$1" ] || continue
      mount --bind "$node" "/dev/$1"
    done
    echo $$ >"$DIR/holder.pid"
    exec sleep infinity' >"$DIR/world.log" 2>&1 3>&- &
  wait_for 10 test -s "$DIR/holder.pid" || { cat "$DIR/world.log" >&2; return 1; }
}

configure() {
  local user=$1 place path=$RAILCAR driver
  place=$DIR/${user: -1}
  # A user with one id has no overlay of his own making: Podman would have to give files to others.
  [ "$user" = "$RANGED" ] && driver=overlay || driver=vfs
  [ "$RUNTIME" = railcar ] || path=$(type -P "$RUNTIME")
  install --directory --owner "$user" --group "$user" --mode 700 "$place" "$place"/{home,run,store}
  cat >"$place/containers.conf" <<CONF
[containers]
netns = "none"
default_ulimits = []
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "$RUNTIME"
runtime_supports_json = ["crun", "runc", "railcar"]
[engine.runtimes]
$RUNTIME = ["$path"]
CONF
  cat >"$place/storage.conf" <<CONF
[storage]
driver = "$driver"
graphroot = "$place/store/root"
runroot = "$place/run/storage"
CONF
  [ "$user" = "$RANGED" ] || printf '[storage.options.vfs]\nignore_chown_errors = "true"\n' >>"$place/storage.conf"
  echo 'unqualified-search-registries = []' >"$place/registries.conf"
  {
    echo '#!/bin/sh'
    echo "exec nsenter --target $(<"$DIR/holder.pid") --mount setpriv --reuid $user --regid $user --init-groups --inh-caps=-all \\"
    echo "  env -i -C '$place' HOME='$place/home' XDG_RUNTIME_DIR='$place/run' TMPDIR='$place/home' USER=$user PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \\"
    echo "  CONTAINERS_CONF='$place/containers.conf' CONTAINERS_STORAGE_CONF='$place/storage.conf' CONTAINERS_REGISTRIES_CONF='$place/registries.conf' \"\$@\""
  } >"$DIR/as-$user"
  chmod 755 "$DIR/as-$user"
}

podman_of() { local user=$1; shift; "$DIR/as-$user" podman "$@" 3>&-; }
podman() { podman_of "$RANGED" "$@"; }

# Without what Podman warns of at each call: there is no systemd here.
quiet() { "$@" 2>/dev/null; }

@test "the runtime of containers.conf is what runs" {
  same "$(quiet podman info --format '{{.Host.OCIRuntime.Name}} {{.Host.Security.Rootless}}')" "$RUNTIME true"
}

@test "run has the ranges of ids, passes streams and exit codes" {
  same "$(quiet podman run --rm localhost/box sh -c 'id -u; cat /proc/self/uid_map' | tr -s ' ')" \
    "$(printf '%s\n' 0 " 0 $(id -u "$RANGED") 1" " 1 $FIRST_SUBID $SUBIDS")"
  same "$(echo in | quiet podman run --rm --interactive localhost/box cat)" in
  local status=0
  podman run --rm localhost/box sh -c 'exit 42' || status=$?
  same "$status" 42
  status=0
  output=$(podman run --rm localhost/box nothing 2>&1) || status=$?
  same "$status" 127
  assert missing "$output" nothing
  status=0
  podman run --rm localhost/box /bin/plain 2>/dev/null || status=$?
  same "$status" 126
}

@test "other users, supplementary groups, and the caller's own id kept" {
  same "$(quiet podman run --rm --user 5:6 --group-add 7 localhost/box sh -c 'id -u; id -G')" $'5\n6 7'
  same "$(quiet podman run --rm --userns keep-id localhost/box id -u)" "$(id -u "$RANGED")"
}

@test "a terminal" {
  output=$(run_on_terminal $'tty; echo heard-$((40 + 2))\nexit 3\n' "$DIR/as-$RANGED" podman run --rm -it localhost/box sh) || true
  assert terminal "$output" /dev/pts/0
  assert answer "$output" heard-42
}

@test "-d, logs, exec, top, stop, rm" {
  quiet podman run --detach --name life localhost/box sh -c 'trap "exit 9" TERM; echo written; while :; do sleep 0.05; done' >/dev/null
  wait_for 10 sh -c "'$DIR/as-$RANGED' podman logs life 2>&1 | grep -q written"
  same "$(quiet podman exec life sh -c 'id -u; echo in')" $'0\nin'
  local status=0
  quiet podman exec life sh -c 'exit 6' || status=$?
  same "$status" 6
  assert top "$(quiet podman top life)" 'while :'
  same "$(quiet podman exec --user 5 life id -u)" 5
  quiet podman stop --time 10 life >/dev/null
  same "$(quiet podman inspect life --format '{{.State.Status}} {{.State.ExitCode}}')" 'exited 9'
  quiet podman start life >/dev/null
  quiet podman rm --force --time 0 life >/dev/null
  same "$(quiet podman ps --all --quiet)" ''
}

@test "volumes, tmpfs, read-only, init, no-new-privileges, privileged" {
  echo mine >"$DIR/r/home/file"
  chown "$RANGED:" "$DIR/r/home/file"
  same "$(quiet podman run --rm --read-only --tmpfs /scratch -v "$DIR/r/home:/data:ro" localhost/box \
    sh -c 'cat /data/file; touch /data/x 2>/dev/null || echo ro; touch /x 2>/dev/null || echo ro; touch /scratch/x && echo rw')" $'mine\nro\nro\nrw'
  same "$(quiet podman run --rm --security-opt no-new-privileges localhost/box grep NoNewPrivs /proc/self/status | tr -d '\t')" NoNewPrivs:1
  same "$(quiet podman run --rm --privileged localhost/box id -u)" 0
  same "$(quiet podman run --rm --network host localhost/box sh -c '[ -d /sys/class/net/lo ] && id -u')" 0
}

@test "a limit that Podman leaves out for want of a cgroup" {
  [ -d /sys/fs/cgroup/memory ] || skip 'a host with hierarchies of version 1'
  same "$(quiet podman run --rm --memory 50m localhost/box id -u)" 0
}

@test "a pod shares its namespaces" {
  quiet podman pod create --name pod >/dev/null
  quiet podman run --detach --pod pod --name first localhost/box sleep 600 >/dev/null
  same "$(quiet podman run --rm --pod pod localhost/box readlink /proc/self/ns/net /proc/self/ns/ipc)" \
    "$(quiet podman exec first readlink /proc/self/ns/net /proc/self/ns/ipc)"
  quiet podman pod rm --force --time 0 pod >/dev/null
  same "$(quiet podman ps --all --quiet)" ''
}

@test "a network by slirp4netns" {
  [ -e /dev/net/tun ] || skip 'this kernel has no /dev/net/tun'
  assert address "$(quiet podman run --rm --network slirp4netns localhost/box ip -o addr show tap0)" 10.0.2.100
}

@test "fuse-overlayfs" {
  [ -e /dev/fuse ] || skip 'this kernel has no /dev/fuse'
  set -- --root "$DIR/r/store/fuse" --storage-driver overlay --storage-opt overlay.mount_program=/usr/bin/fuse-overlayfs
  quiet podman "$@" load --quiet <"$DIR/box.tar" >/dev/null
  assert mount "$(quiet podman "$@" run --rm localhost/box sh -c 'touch /x; grep " / " /proc/mounts')" fuse-overlayfs
}

@test "without ranges of ids" {
  same "$(quiet podman_of "$SINGLE" run --rm localhost/box sh -c 'id -u; cat /proc/self/uid_map' | tr -s ' ')" \
    "$(printf '%s\n' 0 " 0 $(id -u "$SINGLE") 1")"
  quiet podman_of "$SINGLE" run --detach --name single localhost/box sleep 600 >/dev/null
  same "$(quiet podman_of "$SINGLE" exec single id -u)" 0
  quiet podman_of "$SINGLE" rm --force --time 0 single >/dev/null
}

@test "the runtime's state is in the user's runtime directory, and nothing of it stays" {
  [ "$RUNTIME" = railcar ] || skip 'railcar only'
  quiet podman run --detach --name kept localhost/box sleep 600 >/dev/null
  same "$(find "$DIR/r/run/railcar" -mindepth 1 -maxdepth 1 | wc -l)" 1
  quiet podman rm --force --time 0 kept >/dev/null
  same "$(find "$DIR/r/run/railcar" -mindepth 1)" ''
}
