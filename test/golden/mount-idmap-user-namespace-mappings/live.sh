# shellcheck shell=bash
setup() {
  mkdir "$BUNDLE/data" "$BUNDLE/rootfs/data" && touch "$BUNDLE/data/root" "$BUNDLE/data/one" && chown 1:1 "$BUNDLE/data/one"
  chown -R 100000:100000 "$BUNDLE/rootfs"
}
twin() {
  runtime run --bundle "$BUNDLE" "$ID" || return
  same "$(stat -c %u:%g "$BUNDLE/data/new")" 0:0
}
