# shellcheck shell=bash
setup() { mkdir -p "$BUNDLE/data" && echo content >"$BUNDLE/data/file"; }
