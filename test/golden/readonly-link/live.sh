# shellcheck shell=bash
setup() { mkdir "$BUNDLE/rootfs/real" && echo text >"$BUNDLE/rootfs/file" && ln -s real "$BUNDLE/rootfs/link"; }
