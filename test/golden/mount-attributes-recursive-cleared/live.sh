# shellcheck shell=bash
setup() {
  mkdir -p "$BUNDLE/data/sub"
  scratch_mount -t tmpfs -o ro,nosuid,nodev,noexec,nodiratime,noatime,nosymfollow tmpfs "$BUNDLE/data/sub"
}
