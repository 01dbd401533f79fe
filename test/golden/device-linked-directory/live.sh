# shellcheck shell=bash
setup() { mkdir "$BUNDLE/rootfs/real" && ln -s /real "$BUNDLE/rootfs/link"; }
