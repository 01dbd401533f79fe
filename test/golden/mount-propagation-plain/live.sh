# shellcheck shell=bash
setup() {
  own_mount
  mkdir -p "$BUNDLE/data"
  scratch_mount -t tmpfs tmpfs "$BUNDLE/data"
  mkdir "$BUNDLE/data/sub"
  scratch_mount -t tmpfs tmpfs "$BUNDLE/data/sub"
}
