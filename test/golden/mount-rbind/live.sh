# shellcheck shell=bash
setup() {
  mkdir -p "$BUNDLE/data/sub" && echo below >"$BUNDLE/data/sub/file"
  scratch_mount -t tmpfs tmpfs "$BUNDLE/data/sub"
  echo mounted >"$BUNDLE/data/sub/file"
}
