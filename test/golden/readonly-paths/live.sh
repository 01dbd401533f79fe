# shellcheck shell=bash
setup() { mkdir "$BUNDLE/rootfs/kept" && echo content >"$BUNDLE/rootfs/kept/file"; }
