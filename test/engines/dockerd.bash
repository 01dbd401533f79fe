# shellcheck shell=bash
# Loaded by docker.bats: Debian's Docker with everything of its own, so that nothing of the machine's is touched: network
# namespace (bridge, iptables), data, sockets, cgroups. Containers run with the runtime of $RUNTIME: railcar unless told
# otherwise; RUNTIME=runc proves the tests themselves.

: "${RUNTIME:=railcar}"
: "${RAILCAR:=$BATS_TEST_DIRNAME/../../build/railcar}"

# Debian's own client beside Debian's daemon; another may come first in PATH.
docker() { DOCKER_CONFIG=$DIR/client /usr/bin/docker -H "unix://$DIR/docker.sock" "$@"; }

# The network namespace is dockerd's, and so are its addresses.
in_network() { nsenter --net="/proc/$(<"$DIR/docker.pid")/ns/net" "$@"; }

start_docker() {
  # Short: a socket's path may have 107 characters.
  DIR=$(mktemp -d /tmp/railcar-docker.XXXXXX)
  export DIR RUNTIME RAILCAR
  export CGROUP=/railcar-test-$$
  # Else dockerd would read the machine's.
  echo '{}' >"$DIR/daemon.json"
  local runtimes=()
  if [ "$RUNTIME" = railcar ]; then
    RAILCAR=$(realpath "$RAILCAR")
    runtimes=(--add-runtime "railcar=$RAILCAR")
  fi
  unshare --net sh -c 'ip link set lo up && exec "$@"' - dockerd \
    --host "unix://$DIR/docker.sock" --pidfile "$DIR/docker.pid" \
    --data-root "$DIR/data" --exec-root "$DIR/exec" --config-file "$DIR/daemon.json" \
    --storage-driver overlay2 --bip 10.213.7.1/24 --cgroup-parent "$CGROUP" --exec-opt native.cgroupdriver=cgroupfs \
    "${runtimes[@]}" --default-runtime "$RUNTIME" >"$DIR/dockerd.log" 2>&1 3>&- &
  echo $! >"$DIR/started.pid"
  wait_for 30 docker version || { cat "$DIR/dockerd.log" >&2; return 1; }
  import_busybox
}

stop_docker() {
  [ -n "${DIR:-}" ] || return 0
  local left
  left=$(docker ps --all --quiet 2>/dev/null) || true
  # shellcheck disable=SC2086 # a list
  [ -z "$left" ] || docker rm --force $left >/dev/null 2>&1 || true
  local pid
  pid=$(<"$DIR/started.pid")
  kill "$pid" 2>/dev/null || true
  wait_for 20 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
  if [ -d "${LOGS:-}" ]; then cp "$DIR/dockerd.log" "$LOGS/dockerd.log"; fi
  unmount_below "$DIR"
  rm -rf --one-file-system "$DIR"
  find /sys/fs/cgroup -depth -type d -path "*$CGROUP*" -exec rmdir {} + 2>/dev/null || true
}

gone() { [ ! -d "/proc/$1" ]; }

unmount_below() {
  local target
  while read -r target; do umount --lazy "$target" || true; done < <(
    awk -v below="$1/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | sort -r
  )
}

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
