# shellcheck shell=bash
setup() {
  scratch_mount --bind "$BUNDLE/rootfs" "$BUNDLE/rootfs"
  mount --make-shared "$BUNDLE/rootfs"
}
