# shellcheck shell=bash
setup() {
  mkdir "$BUNDLE/rootfs/real" "$BUNDLE/rootfs/kept" && echo secret >"$BUNDLE/rootfs/real/secret" && echo over >"$BUNDLE/rootfs/kept/secret"
  ln -s real "$BUNDLE/rootfs/link"
}
