# shellcheck shell=bash
setup() {
  mkdir -p "$BUNDLE/data" "$BUNDLE/rootfs/data"
  touch "$BUNDLE/data/root" "$BUNDLE/data/one" && chown 1:2 "$BUNDLE/data/one"
  chown -R 100000:100000 "$BUNDLE/rootfs"
}
