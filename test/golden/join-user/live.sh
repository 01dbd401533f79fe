# shellcheck shell=bash
setup() {
  chown -R 100000:100000 "$BUNDLE/rootfs"
  hold_namespaces --user
  echo '0 100000 65536' >"/proc/$HOLDER/uid_map"
  echo '0 100000 65536' >"/proc/$HOLDER/gid_map"
  ln -s "/proc/$HOLDER/ns/user" "$CASE/user"
}
