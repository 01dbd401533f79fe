# shellcheck shell=bash
setup() {
  own_mount
  mkdir "$BUNDLE/data"
}
