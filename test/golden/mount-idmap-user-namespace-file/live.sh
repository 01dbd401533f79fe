# shellcheck shell=bash
setup() {
  echo content >"$BUNDLE/file" && chown 1:1 "$BUNDLE/file"
  mkdir -p "$BUNDLE/below/sub"
  scratch_mount -t tmpfs tmpfs "$BUNDLE/below/sub"
  touch "$BUNDLE/below/sub/one" && chown 2:2 "$BUNDLE/below/sub/one"
  chown -R 100000:100000 "$BUNDLE/rootfs"
}
