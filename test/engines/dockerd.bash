# shellcheck shell=bash
# Loaded by the tests of Docker: a daemon with everything of its own, so that nothing of the machine's is touched: mount
# and network namespace (bridge, iptables), /etc, /run, data, sockets, cgroups. Containers run with the runtime of
# $RUNTIME: railcar unless told otherwise; RUNTIME=runc proves the tests themselves. The Docker is Debian's on this
# machine, or that of the root file system DOCKER_ROOT (made by docker-root), client and all.
load "${BASH_SOURCE[0]%/*}/engine"

# Everything is about the daemon whose folder is $DIR.
docker() { "$DIR/docker" "$@"; }

# The network namespace is dockerd's, and so are its addresses.
in_network() { nsenter --net="/proc/$(<"$DIR/place.pid")/ns/net" "$@"; }

# start_docker [OPTION OF DOCKERD]...
start_docker() {
  make_docker_place
  start_daemon --bip 10.213.7.1/24 "$@"
  import_busybox
}

make_docker_place() {
  make_folder docker
  # Else dockerd would read the machine's.
  echo '{}' >"$DIR/daemon.json"
  # A program, for what wants to execute one. Debian's own client beside Debian's daemon; another may come first in PATH.
  cat >"$DIR/docker" <<PROGRAM
#!/bin/sh
exec nsenter --mount="/proc/\$(cat $DIR/place.pid)/ns/mnt" \\
  env DOCKER_CONFIG=$DIR/client DOCKER_HOST=unix://$DIR/docker.sock /usr/bin/docker "\$@"
PROGRAM
  chmod 755 "$DIR/docker"
  if [ -n "${DOCKER_ROOT:-}" ]; then
    make_rooted_place
  else
    make_place
    # dockerd leaves a key there.
    mkdir -p "$DIR/etc/upper" "$DIR/etc/work"
    in_place mount -t overlay -o "lowerdir=/etc,upperdir=$DIR/etc/upper,workdir=$DIR/etc/work" etc /etc
  fi
}

# As make_place, but with another root file system, which no test changes, in which there is the runtime of this one. The
# engine of railcar runs on any later libc.
make_rooted_place() {
  local lib
  lib=$(dirname "$RAILCAR")/lib
  [ -d "$lib" ] || lib=${RAILCAR%/*/*}/lib/railcar
  mkdir "$DIR/root"
  # shellcheck disable=SC2016
  unshare --net --mount --propagation private bash -euc '
    dir=$1 root=$2
    shift 2
    ip link set lo up
    mount -t tmpfs root "$dir/root"
    mkdir "$dir/root/upper" "$dir/root/work" "$dir/root/merged"
    mount -t overlay -o "lowerdir=$root,upperdir=$dir/root/upper,workdir=$dir/root/work" root "$dir/root/merged"
    cd "$dir/root/merged"
    mount -t proc proc proc
    mount --rbind /sys sys
    mount --rbind /dev dev
    mount -t tmpfs -o mode=755 run run
    for path; do
      if [ -d "$path" ]; then mkdir -p ".$path"; elif [ -e "$path" ]; then mkdir -p ".${path%/*}"; touch ".$path"; else continue; fi
      mount --bind "$path" ".$path"
    done
    mkdir -p .old
    pivot_root . .old
    cd /
    umount --lazy /.old
    mount --make-rshared /
    touch "$dir/ready"
    exec sleep infinity
  ' - "$DIR" "$DOCKER_ROOT" "$DIR" "$RAILCAR" "$lib" "$(realpath "$lib/engine")" /run/railcar-standby >"$DIR/place.log" 2>&1 3>&- &
  echo $! >"$DIR/place.pid"
  wait_for 10 test -e "$DIR/ready" || { cat "$DIR/place.log" >&2; return 1; }
}

# start_daemon [OPTION OF DOCKERD]...
start_daemon() {
  local runtimes=()
  if [ "$RUNTIME" = railcar ]; then runtimes=(--add-runtime "railcar=$RAILCAR"); fi
  # A function in the background would be another shell, which is not the daemon.
  nsenter --mount="/proc/$(<"$DIR/place.pid")/ns/mnt" --net="/proc/$(<"$DIR/place.pid")/ns/net" /usr/sbin/dockerd \
    --host "unix://$DIR/docker.sock" --pidfile "$DIR/docker.pid" \
    --data-root "$DIR/data" --exec-root "$DIR/exec" --config-file "$DIR/daemon.json" \
    --storage-driver overlay2 --cgroup-parent "$CGROUP" --exec-opt native.cgroupdriver=cgroupfs \
    "${runtimes[@]}" --default-runtime "$RUNTIME" "$@" >>"$DIR/dockerd.log" 2>&1 3>&- &
  echo $! >"$DIR/started.pid"
  wait_for 30 docker version || { tail -n 20 "$DIR/dockerd.log" >&2; return 1; }
}

# The daemon alone; its containers, if they are to live on, do.
stop_daemon() {
  local pid
  pid=$(<"$DIR/started.pid")
  kill "$pid" 2>/dev/null || true
  wait_for 20 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
}

stop_docker() {
  [ -n "${DIR:-}" ] || return 0
  local left
  left=$(docker ps --all --quiet 2>/dev/null) || true
  # shellcheck disable=SC2086 # a list
  [ -z "$left" ] || docker rm --force $left >/dev/null 2>&1 || true
  stop_daemon
  end_place
  if [ -d "${LOGS:-}" ]; then cp "$DIR/dockerd.log" "$LOGS/dockerd.log"; fi
  remove_cgroups
  rm -rf --one-file-system "$DIR"
}

# The image "box", from the machine's own static busybox.
import_busybox() {
  make_root "$DIR/box"
  tar -C "$DIR/box" -c . | docker import --change 'CMD ["sh"]' - box >/dev/null
  rm -rf "$DIR/box"
}

# open_terminal COMMAND...: runs it with a terminal in the background: type_text types on it, its screen is $DIR/screen,
# close_terminal waits for the command's end and has its exit status.
open_terminal() {
  local quoted
  printf -v quoted '%q ' "$@"
  rm -f "$DIR/keys"
  mkfifo "$DIR/keys"
  : >"$DIR/screen"
  # The whole session's input is one writer's: an end would be typed as such.
  exec {keys}<>"$DIR/keys"
  script --quiet --flush --return --command "$quoted" /dev/null <"$DIR/keys" >"$DIR/screen" 2>&1 3>&- &
  terminal=$!
}
type_text() { printf '%s' "$1" >&"$keys"; }
screen_shows() { wait_for 20 grep -qF -- "$1" "$DIR/screen"; }
close_terminal() {
  local status=0
  wait "$terminal" || status=$?
  exec {keys}>&-
  return "$status"
}
