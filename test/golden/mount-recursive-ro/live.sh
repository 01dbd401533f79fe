# shellcheck shell=bash
setup() {
  own_mount
  mkdir -p "$BUNDLE/data/sub" && echo below >"$BUNDLE/data/sub/file"
  scratch_mount -t tmpfs tmpfs "$BUNDLE/data/sub"
  echo mounted >"$BUNDLE/data/sub/file"
}
