# shellcheck shell=bash
setup() {
  hold_namespaces --net -- sh -c 'echo 77 >/proc/sys/net/ipv4/ip_default_ttl'
  ln -s "/proc/$HOLDER/ns/net" "$CASE/network"
}
