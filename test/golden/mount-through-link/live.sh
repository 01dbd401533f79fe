# shellcheck shell=bash
# A link in the root file system is followed inside it and never out of it.
setup() {
  mkdir -p "$BUNDLE/data" "$BUNDLE/rootfs/data" && echo content >"$BUNDLE/data/file"
  ln -s /data "$BUNDLE/rootfs/link"
}
