# shellcheck shell=bash
# Sourced by run: a disk with a Debian on it, and a kernel, kept under a key of all that they are made of.

# What the programs of any test may want; tests bring nothing but themselves.
guest_packages=(apparmor busybox-static ca-certificates dbus dbus-user-session file iproute2 iptables jq kmod libpam-systemd
  libseccomp2 nftables procps psmisc python3 socat strace systemd-sysv tini udev uidmap util-linux)

# Sets $image, the folder with root.ext4, vmlinuz and initramfs, and makes it if it is not there.
make_image() {
  need_packages cpio e2fsprogs kmod mmdebstrap xz-utils zstd
  image=$(image_folder)
  [ ! -e "$image/complete" ] || return 0
  [ "$(id -u)" -eq 0 ] || fail "only root can make the image of a guest: \"$image\""
  mkdir -p "${image%/*}"
  # Whoever comes second waits, and finds it made.
  exec {lock}>"$image.lock"
  flock "$lock"
  if [ -e "$image/complete" ]; then
    exec {lock}>&-
    return 0
  fi
  say "making a guest: $release for $(policy)${packages:+, with $packages}"
  rm -rf "$image" "$image.new"
  mkdir -p "$image.new"
  build_image "$image.new"
  mv "$image.new" "$image"
  exec {lock}>&-
}

# An image serves every security module but SELinux, which needs labels on its files.
policy() { if [ "$lsm" = selinux ]; then echo selinux; else echo apparmor; fi; }

# Not the day's packages: an image stays until this or $image is removed.
image_folder() {
  local key
  local parts=("$guest"/{image,kernel}.sh "$guest"/inside/*)
  [ "$lsm" != selinux ] || parts+=("$guest"/selinux.{sh,cil})
  key=$({ cat "${parts[@]}"; echo "$packages"; } | sha256sum | cut -c 1-12)
  echo "$(cache_folder)/guest/$release-$(policy)-$key"
}

build_image() {
  local folder=$1 root=$1/root suite=$release include=("${guest_packages[@]}")
  [ "$release" != bullseye ] || suite=bookworm
  [ "$lsm" != selinux ] || include+=("${selinux_packages[@]}")
  debian --variant=minbase --include="$(IFS=,; echo "${include[*]}${packages:+,$packages}")" --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$root"
  add_kernel "$folder"
  set_up_root "$root"
  [ "$lsm" != selinux ] || label "$root"
  # Sparse. Nothing outlives the guest, hence no journal.
  quietly mke2fs -q -t ext4 -O ^has_journal -m 0 -E lazy_itable_init=1,root_owner=0:0 -L guest -d "$root" "$folder/root.ext4" 6G ||
    fail "cannot make the disk \"$folder/root.ext4\""
  rm -rf --one-file-system "$root"
  touch "$folder/complete"
}

# Every boot is the first of a machine that has a name and no password.
set_up_root() {
  local root=$1 unit
  echo guest >"$root/etc/hostname"
  printf '127.0.0.1 localhost guest\n::1 localhost\n' >"$root/etc/hosts"
  printf '%032x\n' 1 >"$root/etc/machine-id"
  : >"$root/etc/fstab"
  # What comes along may be for /tmp: nothing is mounted on it, and nothing removes what is in it.
  echo 'd /tmp 1777 root root -' >"$root/etc/tmpfiles.d/tmp.conf"
  mkdir -p "$root/guest"
  install -m 755 "$guest/inside/agent" "$root/guest/agent"
  install -m 644 "$guest/inside/guest.service" "$root/etc/systemd/system/guest.service"
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  ln -s ../guest.service "$root/etc/systemd/system/multi-user.target.wants/guest.service"
  ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
  # The profiles that Debian has for its own programs take long to compile under emulation; tests bring theirs.
  find "$root/etc/apparmor.d" -maxdepth 1 -type f -delete
  # Nobody logs in, no device comes, and emulation makes every unit dear.
  for unit in getty@tty1.service serial-getty@ttyS0.service getty.target apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
    e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-update-utmp.service systemd-update-utmp-runlevel.service \
    systemd-random-seed.service systemd-pstore.service systemd-udev-trigger.service nftables.service modprobe@.service tmp.mount; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
}
