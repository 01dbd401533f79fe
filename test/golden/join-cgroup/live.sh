# shellcheck shell=bash
setup() {
  hold_namespaces --cgroup
  ln -s "/proc/$HOLDER/ns/cgroup" "$CASE/cgroup"
}
twin() {
  local joined; joined=$(readlink "/proc/$HOLDER/ns/cgroup")
  runtime run --bundle "$BUNDLE" "$ID" | sed "s/^cgroup:.${joined//[^0-9]/}.\$/the namespace of the holder/"
}
