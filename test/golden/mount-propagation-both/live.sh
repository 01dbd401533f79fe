# shellcheck shell=bash
setup() {
  mkdir "$BUNDLE/data"
  scratch_mount -t tmpfs tmpfs "$BUNDLE/data"
  mount --make-shared "$BUNDLE/data"
}
