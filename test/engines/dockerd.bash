# shellcheck shell=bash
# Loaded by the tests of Docker: a daemon with everything of its own, so that nothing of the machine's is touched: mount
# and network namespace (bridge, iptables), /etc, data, sockets, cgroups. Containers run with the runtime of $RUNTIME:
# railcar unless told otherwise; RUNTIME=runc proves the tests themselves. The Docker is Debian's on this machine, or that
# of the root file system DOCKER_ROOT (made by docker-root), client and all.

: "${RUNTIME:=railcar}"
: "${RAILCAR:=$BATS_TEST_DIRNAME/../../build/railcar}"

# Everything is about the daemon whose folder is $DIR.
docker() { "$DIR/docker" "$@"; }

# The network namespace is dockerd's, and so are its addresses.
in_network() { nsenter --net="/proc/$(<"$DIR/place.pid")/ns/net" "$@"; }

# By its full path: the namespaces have a root of their own.
in_place() { nsenter --mount="/proc/$(<"$DIR/place.pid")/ns/mnt" --net="/proc/$(<"$DIR/place.pid")/ns/net" "$@"; }

# start_docker [OPTION OF DOCKERD]...
start_docker() {
  make_folder
  make_place
  start_daemon --bip 10.213.7.1/24 "$@"
  import_busybox
}

# make_folder [FOLDER]
make_folder() {
  # Short: a socket's path may have 107 characters.
  if [ $# -gt 0 ]; then DIR=$1; else DIR=$(mktemp -d /tmp/railcar-docker.XXXXXX); fi
  export DIR RUNTIME RAILCAR
  export CGROUP=/railcar-test-$$
  # A user of a remapped daemon has to get through.
  chmod 711 "$DIR"
  # Else dockerd would read the machine's.
  echo '{}' >"$DIR/daemon.json"
  # A program, for what wants to execute one. Debian's own client beside Debian's daemon; another may come first in PATH.
  cat >"$DIR/docker" <<PROGRAM
#!/bin/sh
exec nsenter --mount="/proc/\$(cat $DIR/place.pid)/ns/mnt" \\
  env DOCKER_CONFIG=$DIR/client DOCKER_HOST=unix://$DIR/docker.sock /usr/bin/docker "\$@"
PROGRAM
  chmod 755 "$DIR/docker"
}

# A process that holds the namespaces, so that daemons can come and go in them.
make_place() {
  RAILCAR=$(realpath "$RAILCAR")
  mkdir -p "$DIR/etc" "$DIR/root"
  local lib
  lib=$(dirname "$RAILCAR")/lib
  [ -d "$lib" ] || lib=${RAILCAR%/*/*}/lib/railcar
  # shellcheck disable=SC2016
  unshare --net --mount --propagation slave bash -euc '
    dir=$1 root=$2
    shift 2
    ip link set lo up
    if [ -n "$root" ]; then
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
    else
      mkdir "$dir/etc/upper" "$dir/etc/work"
      mount -t overlay -o "lowerdir=/etc,upperdir=$dir/etc/upper,workdir=$dir/etc/work" etc /etc
    fi
    # As systemd makes it on most machines: mounts can be passed on.
    mount --bind "$dir" "$dir"
    mount --make-shared "$dir"
    touch "$dir/ready"
    exec sleep infinity
  ' - "$DIR" "${DOCKER_ROOT:-}" "$DIR" "$RAILCAR" "$lib" "$(realpath "$lib/engine")" /run/railcar-standby >"$DIR/place.log" 2>&1 3>&- &
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
  rm -rf --one-file-system "$DIR"
  find /sys/fs/cgroup -depth -type d -path "*$CGROUP*" -exec rmdir {} + 2>/dev/null || true
}

# Whatever a test that failed has left in the namespaces. The mounts go with them.
end_place() {
  local place namespace
  place=$(readlink "/proc/$(<"$DIR/place.pid")/ns/mnt") || return 0
  for namespace in /proc/[0-9]*/ns/mnt; do
    if [ "$(readlink "$namespace")" = "$place" ]; then
      namespace=${namespace#/proc/}
      kill -KILL "${namespace%%/*}" 2>/dev/null || true
    fi
  done
}

gone() { [ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }

# wait_for SECONDS COMMAND...
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $deadline ]; then
      echo "not within its time: $*" >&2
      return 1
    fi
    sleep 0.1
  done
}

# The image "box", from the machine's own static busybox.
import_busybox() {
  local root=$DIR/box
  mkdir -p "$root"/{bin,dev,etc,proc,root,sys,tmp,var}
  cp "$(type -P busybox)" "$root/bin/busybox"
  chroot "$root" /bin/busybox --install -s /bin
  printf 'root:x:0:0:root:/root:/bin/sh\nalice:x:1234:1234::/tmp:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\nalice:x:1234:\nextra:x:4321:alice\n' >"$root/etc/group"
  chmod 1777 "$root/tmp"
  printf 'not a program' >"$root/bin/plain"
  chmod 644 "$root/bin/plain"
  tar -C "$root" -c . | docker import --change 'CMD ["sh"]' - box >/dev/null
  rm -rf "$root"
}

# run_on_terminal TEXT COMMAND...: runs it with a terminal, types TEXT, prints what the terminal showed.
run_on_terminal() {
  local text=$1 quoted
  shift
  printf -v quoted '%q ' "$@"
  { sleep 1; printf '%s' "$text"; sleep 2; } | script --quiet --flush --return --command "$quoted" /dev/null | tr -d '\r'
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
screen_shows() { wait_for 10 grep -qF -- "$1" "$DIR/screen"; }
close_terminal() {
  local status=0
  wait "$terminal" || status=$?
  exec {keys}>&-
  return "$status"
}
