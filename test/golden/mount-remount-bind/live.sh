# shellcheck shell=bash
setup() {
  own_mount
  mkdir "$BUNDLE/data" && echo content >"$BUNDLE/data/file"
}
