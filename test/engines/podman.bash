# shellcheck shell=bash
# Loaded by podman.bats: Podman with everything of its own, so that nothing of the machine's is touched: network, mounts,
# cgroups, /run, /etc, /dev/shm, images. Containers run with the runtime of $RUNTIME: railcar unless told otherwise;
# RUNTIME=runc and RUNTIME=crun prove the tests themselves.
#
# PODMAN=4, the default, is Debian 12's; PODMAN=5 is sid's, fetched by podman5, with the programs and libraries that it
# belongs to. CGROUPS=v2 shows it a machine with version 2 alone, which has no controllers if version 1 has them.
load engine

: "${PODMAN:=4}" "${CGROUPS:=own}"

# Podman has no daemon: each call enters what the world's holder keeps.
podman() { "$DIR/inside" /usr/bin/podman "$@"; }

# In the network, the mounts and the cgroups of Podman's world.
inside() { "$DIR/inside" "$@"; }

start_podman() {
  make_folder podman
  export PODMAN CGROUPS
  find_debian
  find_criu
  case $RUNTIME in
    railcar) runtime=$RAILCAR ;;
    *) runtime=$(type -P "$RUNTIME") ;;
  esac
  export runtime
  configure
  make_world
  make_root "$DIR/box"
  make_image localhost/box:latest "$DIR/box" sh | podman load --quiet >/dev/null
}

# Sets $debian, whose /usr and /etc Podman is to see: empty for the machine's own.
find_debian() {
  debian=
  [ "$PODMAN" != 4 ] || return 0
  debian=$("$BATS_TEST_DIRNAME/podman5") || {
    [ "${CI:-}" != true ] || return 1
    skip "Podman 5 cannot be had: $(tail -n 1 <<<"$debian")"
  }
}

# Sets $criu, where the one is that test/newer-program gets, or why there is none.
find_criu() {
  local log=$DIR/criu.log
  if ! criu=$("$BATS_TEST_DIRNAME/../newer-program" criu 2>"$log" 3>&- </dev/null); then
    [ "${CI:-}" != true ] || return 1
    criu="none: $(tail -n 1 "$log")"
  fi
  export criu
}

# An /etc of its own, with what ./install.sh --podman puts into it.
configure() {
  mkdir "$DIR/home"
  cp -a "$debian/etc" "$DIR/etc"
  local containers=$DIR/etc/containers limits=
  mkdir -p "$containers/containers.conf.d"
  sed "s|@BINARY@|$RAILCAR|" "$BATS_TEST_DIRNAME/../../.install/podman.conf" >"$containers/containers.conf.d/railcar.conf"
  # Without controllers there is nothing that could limit.
  [ "$CGROUPS" != v2 ] || limits='pids_limit = 0'
  cat >"$containers/containers.conf" <<CONF
[containers]
# Most tests are about something else, and a network takes as long as all the rest.
netns = "none"
# Root on this machine may have no right to raise them.
default_ulimits = []
$limits

[network]
network_backend = "netavark"
default_subnet = "10.213.8.0/24"
$([ "$PODMAN" = 4 ] || echo 'firewall_driver = "iptables"')

[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "$RUNTIME"
CONF
  cat >"$containers/storage.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$DIR/images"
runroot = "/run/containers/storage"
CONF
  # What --userns=auto shares out, to a user that has to be there for today's libsubid.
  echo 'containers:x:65530:65530::/:/bin/false' >>"$DIR/etc/passwd"
  echo containers:200000:655360 | tee "$DIR/etc/subuid" >"$DIR/etc/subgid"
}

# A process that holds the namespaces, and whose cgroups are the root of all that they show.
make_world() {
  local hierarchy
  for hierarchy in $(hierarchies); do
    mkdir "/sys/fs/cgroup/$hierarchy$CGROUP"
    [ "$hierarchy" != cpuset ] || inherit_cpuset
  done
  # A program and no function, for those that start one.
  cat >"$DIR/inside" <<SCRIPT
#!/bin/sh
for place in $(hierarchies | sed "s|.*|/sys/fs/cgroup/&$CGROUP|" | tr '\n' ' '); do echo \$\$ >"\$place/cgroup.procs"; done
exec nsenter --target "\$(cat $DIR/holder.pid)" --net --mount --cgroup -- \
  env -C $DIR -u NOTIFY_SOCKET HOME=$DIR/home PODMAN_IGNORE_CGROUPSV1_WARNING=1 "\$@"
SCRIPT
  chmod 755 "$DIR/inside"
  # shellcheck disable=SC2016
  hierarchies=$(hierarchies) debian=$debian sh -euc '
    for hierarchy in $hierarchies; do echo $$ >"/sys/fs/cgroup/$hierarchy$CGROUP/cgroup.procs"; done
    exec unshare --net --mount --cgroup --propagation private bash -euc "$0"' "$(declare -f furnish mount_cgroups); furnish" \
    >"$DIR/world.log" 2>&1 3>&- &
  wait_for 10 test -s "$DIR/holder.pid" || {
    cat "$DIR/world.log" >&2
    return 1
  }
}

# Inside, as the holder.
furnish() {
  ip link set lo up
  mount_cgroups
  # The standby of the tests, if there is one, is to be found here as well.
  mkdir "$DIR/run"
  mount -t tmpfs -o mode=755 none "$DIR/run"
  mkdir "$DIR/run/lock"
  if [ -d /run/railcar-standby ]; then
    mkdir -m 700 "$DIR/run/railcar-standby"
    mount --bind /run/railcar-standby "$DIR/run/railcar-standby"
  fi
  mount --no-mtab --move "$DIR/run" /run
  # Where Podman keeps its locks.
  mount -t tmpfs none /dev/shm
  mount --bind "$DIR/etc" /etc
  [ -z "$debian" ] || mount --bind "$debian/usr" /usr
  # First of what conmon makes the runtime's PATH of.
  [ ! -d "$criu" ] || mount --bind "$criu" /usr/local/sbin
  echo $$ >"$DIR/holder.pid"
  exec sleep infinity
}

mount_cgroups() {
  local hierarchy
  if [ "$CGROUPS" = v2 ]; then
    mount -t cgroup2 none /sys/fs/cgroup
    return
  fi
  mount -t tmpfs none /sys/fs/cgroup
  for hierarchy in $hierarchies; do
    mkdir "/sys/fs/cgroup/$hierarchy"
    case $hierarchy in
      unified) mount -t cgroup2 none /sys/fs/cgroup/unified ;;
      systemd) mount -t cgroup -o none,name=systemd none /sys/fs/cgroup/systemd ;;
      *) mount -t cgroup -o "$hierarchy" none "/sys/fs/cgroup/$hierarchy" ;;
    esac
  done
}

# Those of this machine. crun does without the unified one beside others, which it refuses.
hierarchies() {
  local place
  for place in /sys/fs/cgroup/*/; do
    place=$(basename "$place")
    [ "$RUNTIME $place" != 'crun unified' ] || continue
    ! mountpoint -q "/sys/fs/cgroup/$place" || echo "$place"
  done
}

inherit_cpuset() {
  local file
  for file in cpuset.cpus cpuset.mems; do
    cat "/sys/fs/cgroup/cpuset/$file" >"/sys/fs/cgroup/cpuset$CGROUP/$file"
  done
}

stop_podman() {
  [ -n "${DIR:-}" ] || return 0
  if [ -s "$DIR/holder.pid" ]; then podman rm --all --force --time 0 >/dev/null 2>&1 || true; fi
  # Everything of this world is in these cgroups, the holder too; the mounts go with it.
  remove_cgroups
  rm -rf --one-file-system "$DIR"
}

# attach_and_leave ID TEXT: attaches on a terminal, types TEXT and the keys to leave, prints what the terminal showed.
attach_and_leave() {
  local key
  {
    # Podman knows its keys only if each comes by itself.
    for key in "$2" $'\cp' $'\cq'; do
      sleep 0.8
      printf '%s' "$key"
    done
    sleep 0.5
  } | script --quiet --flush --return --command "$DIR/inside podman attach $1" /dev/null | tr -d '\r'
}
