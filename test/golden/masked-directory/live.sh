# shellcheck shell=bash
setup() { mkdir "$BUNDLE/rootfs/secret" && echo hidden >"$BUNDLE/rootfs/secret/file"; }
