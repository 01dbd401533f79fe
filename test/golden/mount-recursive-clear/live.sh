# shellcheck shell=bash
setup() {
  mkdir -p "$BUNDLE/data/sub"
  scratch_mount -t tmpfs -o ro,noexec,nodev tmpfs "$BUNDLE/data/sub"
}
