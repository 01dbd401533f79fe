# shellcheck shell=bash
setup() { chown -R 100000:100000 "$BUNDLE/rootfs"; }
