# shellcheck shell=bash
setup() {
  hold_namespaces --net -- sh -c "ip link add railcar0 type veth peer name railcar1; ip address add 192.0.2.9/24 dev railcar0"
}
twin() { nsenter --net="/proc/$HOLDER/ns/net" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3>&-; }
