# shellcheck shell=bash
# Loaded by the tests of engines: namespaces for a daemon and all that it starts, an image to run, and waiting. $DIR is
# the folder of the test file, $CGROUP its part of every hierarchy.

: "${RUNTIME:=railcar}"
: "${RAILCAR:=$BATS_TEST_DIRNAME/../../build/railcar}"

# make_folder NAME. Short: a socket's path may have 107 characters.
make_folder() {
  DIR=$(mktemp -d "/tmp/railcar-$1.XXXXXX")
  # Users of other namespaces have to get through.
  chmod 711 "$DIR"
  RAILCAR=$(realpath "$RAILCAR")
  CGROUP=/railcar-test-$$
  export DIR RUNTIME RAILCAR CGROUP
}

# cannot_be_had WHAT REASON: skips the file, but in CI it has to be there.
cannot_be_had() {
  [ "${CI:-}" != true ] || {
    echo "$1 cannot be had: $2" >&2
    return 1
  }
  skip "$1 cannot be had: $2"
}

# A process that holds a mount and a network namespace, so that daemons can come and go in them. Mounts propagate within
# them, as they do on a machine with systemd, and /run is the test's own but for the standby's place.
make_place() {
  mkdir -p "$DIR/run"
  # shellcheck disable=SC2016
  unshare --net --mount --propagation private bash -euc '
    ip link set lo up
    mount -t tmpfs -o mode=755 run "$1/run"
    if [ -d /run/railcar-standby ]; then
      mkdir -m 700 "$1/run/railcar-standby"
      mount --bind /run/railcar-standby "$1/run/railcar-standby"
    fi
    mount --no-mtab --move "$1/run" /run
    mount --make-rshared /
    touch "$1/ready"
    exec sleep infinity
  ' - "$DIR" >"$DIR/place.log" 2>&1 3>&- &
  echo $! >"$DIR/place.pid"
  wait_for 10 test -e "$DIR/ready" || {
    cat "$DIR/place.log" >&2
    return 1
  }
}

in_place() { (become_in_place "$@"); }

# In the background the pid is then that of the program itself.
become_in_place() { exec nsenter --mount="/proc/$(<"$DIR/place.pid")/ns/mnt" --net="/proc/$(<"$DIR/place.pid")/ns/net" "$@"; }

# Everything whose root is in the place's mount namespace, holder and all; the mounts go with the last of them.
end_place() {
  local place namespace
  place=$(readlink "/proc/$(cat "$DIR/place.pid" 2>/dev/null)/ns/mnt") || return 0
  for namespace in /proc/[0-9]*/ns/mnt; do
    [ "$(readlink "$namespace")" = "$place" ] || continue
    namespace=${namespace#/proc/}
    kill -KILL "${namespace%%/*}" 2>/dev/null || true
  done
}

# remove_cgroups: those of the test; what a failed test has left running in them is killed.
remove_cgroups() {
  local pid
  while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done < <(
    find /sys/fs/cgroup -path "*$CGROUP*" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -u
  )
  # The kernel counts a process until it has been waited for.
  wait_for 5 no_cgroups || true
}

no_cgroups() {
  find /sys/fs/cgroup -depth -type d -path "*$CGROUP*" -exec rmdir {} + 2>/dev/null || true
  [ -z "$(find /sys/fs/cgroup -type d -path "*$CGROUP*" -print -quit)" ]
}

gone() { [ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }

# wait_for SECONDS COMMAND...: $PATIENCE times as long, for a machine that is so much slower.
wait_for() {
  local deadline=$((SECONDS + $1 * ${PATIENCE:-1}))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $deadline ]; then
      echo "not within its time: $*" >&2
      return 1
    fi
    sleep 0.1
  done
}

# make_root FOLDER: a root file system of the machine's own static busybox.
make_root() {
  mkdir -p "$1"/{bin,dev,etc,proc,root,sys,tmp,var}
  cp "$(type -P busybox)" "$1/bin/busybox"
  chroot "$1" /bin/busybox --install -s /bin
  printf 'root:x:0:0:root:/root:/bin/sh\nalice:x:1234:1234::/tmp:/bin/sh\n' >"$1/etc/passwd"
  printf 'root:x:0:\nalice:x:1234:\nextra:x:4321:alice\n' >"$1/etc/group"
  chmod 1777 "$1/tmp"
  printf 'not a program' >"$1/bin/plain"
  chmod 644 "$1/bin/plain"
}

# make_image NAME FOLDER [WORD OF THE COMMAND]...: an archive as `docker save` writes it, on standard output.
make_image() {
  local name=$1 root=$2 place digest
  shift 2
  place=$(mktemp -d "$DIR/image.XXXXXX")
  tar -C "$root" --sort=name --owner=0 --group=0 --mtime=@0 -cf "$place/layer.tar" .
  digest=$(sha256sum "$place/layer.tar" | cut -d ' ' -f 1)
  jq --null-input --arg digest "sha256:$digest" --arg architecture "$(dpkg --print-architecture)" '{
    architecture: $architecture, os: "linux", config: { Cmd: $ARGS.positional, Env: ["PATH=/bin"] },
    rootfs: { type: "layers", diff_ids: [$digest] } }' --args -- "$@" >"$place/config.json"
  jq --null-input --arg name "$name" '[{ Config: "config.json", RepoTags: [$name], Layers: ["layer.tar"] }]' \
    >"$place/manifest.json"
  tar -C "$place" -c manifest.json config.json layer.tar
  rm -rf "$place"
}

# run_on_terminal TEXT COMMAND...: runs it with a terminal, types TEXT, prints what the terminal showed.
run_on_terminal() {
  local text=$1 quoted
  shift
  printf -v quoted '%q ' "$@"
  { sleep 1; printf '%s' "$text"; sleep 2; } | script --quiet --flush --return --command "$quoted" /dev/null | tr -d '\r'
}
