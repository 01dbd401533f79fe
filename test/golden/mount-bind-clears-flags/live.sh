# shellcheck shell=bash
setup() { mkdir -p "$BUNDLE/data" && scratch_mount -t tmpfs -o ro,nosuid,noexec,nodev tmpfs "$BUNDLE/data"; }
