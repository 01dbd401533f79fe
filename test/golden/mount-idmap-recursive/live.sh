# shellcheck shell=bash
setup() {
  mkdir -p "$BUNDLE/data/sub"
  scratch_mount -t tmpfs tmpfs "$BUNDLE/data/sub"
  touch "$BUNDLE/data/sub/one" && chown 1:1 "$BUNDLE/data/sub/one"
}
