# shellcheck shell=bash
# Sourced by run: what a disk needs for SELinux.

# shellcheck disable=SC2034
selinux_packages=(policycoreutils selinux-policy-default selinux-utils)

# The kernel that labels the files may well have no SELinux: it then takes labels for plain attributes. And modules of a
# policy are put together here, since that would take minutes under emulation.
label() {
  local root=$1
  printf 'SELINUX=enforcing\nSELINUXTYPE=default\n' >"$root/etc/selinux/config"
  install -m 644 "$guest/selinux.cil" "$root/etc/selinux/railcar_tests.cil"
  # shellcheck disable=SC2016
  quietly unshare --mount --propagation private sh -c 'mount -t proc proc "$0/proc" &&
    chroot "$0" semodule --noreload --store default --install /etc/selinux/railcar_tests.cil &&
    exec chroot "$0" setfiles -F -e /proc -e /sys /etc/selinux/default/contexts/files/file_contexts /' "$root" ||
    fail "cannot label the files of the guest: \"$root\""
}
