# shellcheck shell=bash
# Loaded by the tests here: a bare Debian 12 that this machine makes for them; and a way to enter it with its own mount, pid, uts and ipc
# namespaces and pivot_root, so that it is the root for whatever runs there, as on a machine of its own. It shares the
# kernel, the network and the cgroup mounts.

# unpack_debian FOLDER: what Debian itself calls its minimum; made once and kept.
unpack_debian() {
  local cached
  . "$BATS_TEST_DIRNAME/../../.install/cache.sh"
  cached=$(cache_folder)/debian-bookworm.tar
  if [ ! -s "$cached" ]; then
    mkdir -p "$(dirname "$cached")"
    mmdebstrap --quiet --variant=minbase bookworm "${cached%.tar}.new.tar"
    mv "${cached%.tar}.new.tar" "$cached"
  fi
  tar -C "$1" -xf "$cached"
}

make_bare_debian() {
  BARE=$(mktemp -d /tmp/railcar-bare.XXXXXX)
  export BARE
  unpack_debian "$BARE"
  reach_what_the_machine_reaches
  # What is committed, nothing that was built.
  git clone --quiet --no-hardlinks "$BATS_TEST_DIRNAME/../.." "$BARE/src"
}

# Names, certificate authorities, proxies and mirrors are properties of the network, not of the bare machine.
reach_what_the_machine_reaches() {
  cat /etc/resolv.conf >"$BARE/etc/resolv.conf"
  mkdir -p "$BARE/usr/local/share/ca-certificates"
  cp -r /usr/local/share/ca-certificates/. "$BARE/usr/local/share/ca-certificates/"
  apt-config dump 2>/dev/null | grep -iE '^Acquire::(https?|ftp|Check|Retries|Proxy)' >"$BARE/etc/apt/apt.conf.d/90network" || true
  if [ -f "$HOME/.npmrc" ]; then
    # Settings of the network only: no tokens, no habits.
    grep -E '^(registry|proxy|https-proxy|noproxy|cafile)[ =]' "$HOME/.npmrc" >"$BARE/root/.npmrc" || true
  fi
}

# in_bare_debian SCRIPT: runs it there with bash, in /src, with a login's environment.
in_bare_debian() {
  unshare --mount --pid --uts --ipc --fork --kill-child --propagation private bash -euc '
    hostname bare-debian
    mount --bind "$1" "$1"
    mount -t proc proc "$1/proc"
    mount --rbind --make-rslave /sys "$1/sys"
    mount --rbind --make-rslave /dev "$1/dev"
    mount -t tmpfs -o mode=755 run "$1/run"
    cd "$1"
    mkdir -p .old
    pivot_root . .old
    umount --lazy /.old
    rmdir /.old
    cd /src
    exec env -i HOME=/root TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      ${http_proxy+http_proxy="$http_proxy"} ${https_proxy+https_proxy="$https_proxy"} bash -c "$2"
  ' - "$BARE" "$1"
}

remove_bare_debian() {
  [ -z "${BARE:-}" ] || rm -rf --one-file-system "$BARE"
}
