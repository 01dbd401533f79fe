# shellcheck shell=bash
setup() { mkdir "$BUNDLE/rootfs/srv" && mknod -m 620 "$BUNDLE/rootfs/srv/null" c 1 3; }
