# shellcheck shell=bash
setup() {
  mkdir -p "$BUNDLE/data" && touch "$BUNDLE/data/root" "$BUNDLE/data/one" && chown 1:2 "$BUNDLE/data/one"
}
