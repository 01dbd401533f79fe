# shellcheck shell=bash
setup() {
  mkdir -p "$BUNDLE/data"
  scratch_mount -t tmpfs tmpfs "$BUNDLE/data"
  mount --make-shared "$BUNDLE/data"
  mkdir "$BUNDLE/data/sub" && touch "$BUNDLE/data/one" && chown 1:1 "$BUNDLE/data/one"
  scratch_mount -t tmpfs tmpfs "$BUNDLE/data/sub"
}
