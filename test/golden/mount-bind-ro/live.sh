# shellcheck shell=bash
setup() {
  own_mount
  mkdir -p "$BUNDLE/data" && echo content >"$BUNDLE/data/file"
}
