# shellcheck shell=bash
setup() { mkdir -p "$BUNDLE/over" && echo 'from the bind' >"$BUNDLE/over/file"; }
