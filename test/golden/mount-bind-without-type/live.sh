# shellcheck shell=bash
setup() { mkdir "$BUNDLE/data" && echo content >"$BUNDLE/data/file"; }
