# shellcheck shell=bash
setup() {
  mkdir -p "$BUNDLE/rootfs"/{etc,tmp,dev}
  echo allowed >"$BUNDLE/rootfs/etc/allowed"
  echo secret >"$BUNDLE/rootfs/secret"
}
