# shellcheck shell=bash
setup() {
  mkdir "$BUNDLE/data" "$BUNDLE/rootfs/data" && touch "$BUNDLE/data/one" && chown 1:1 "$BUNDLE/data/one"
  chown -R 100000:100000 "$BUNDLE/rootfs"
  hold_namespaces --user
  echo '0 100000 65536' >"/proc/$HOLDER/uid_map"
  echo '0 100000 65536' >"/proc/$HOLDER/gid_map"
  ln -s "/proc/$HOLDER/ns/user" "$CASE/user"
}
