# shellcheck shell=bash
setup() {
  own_mount
  mkdir -p "$BUNDLE/data" && cp /bin/true "$BUNDLE/data/program"
}
