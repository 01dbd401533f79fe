# shellcheck shell=bash
setup() { mkdir -p "$BUNDLE/data" && cp /bin/true "$BUNDLE/data/program"; }
