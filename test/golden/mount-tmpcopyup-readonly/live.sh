# shellcheck shell=bash
setup() { mkdir "$BUNDLE/rootfs/copied" && echo 'from the image' >"$BUNDLE/rootfs/copied/file"; }
