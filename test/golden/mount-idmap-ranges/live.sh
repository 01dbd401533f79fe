# shellcheck shell=bash
setup() {
  mkdir "$BUNDLE/data" && cd "$BUNDLE/data" && touch one two five
  chown 1:1 one && chown 2:2 two && chown 5:5 five
}
