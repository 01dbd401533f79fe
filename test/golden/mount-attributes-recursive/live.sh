# shellcheck shell=bash
setup() {
  mkdir -p "$BUNDLE/data/sub"
  scratch_mount -t tmpfs tmpfs "$BUNDLE/data/sub"
}
