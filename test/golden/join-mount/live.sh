# shellcheck shell=bash
setup() {
  mkdir -p "$BUNDLE/rootfs/mnt"
  hold_namespaces --mount -- sh -c "mount -t tmpfs tmpfs '$BUNDLE/rootfs/mnt' && echo mounted by the holder >'$BUNDLE/rootfs/mnt/marker'"
  ln -s "/proc/$HOLDER/ns/mnt" "$CASE/mount"
}
