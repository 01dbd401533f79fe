# shellcheck shell=bash
setup() {
  hold_namespaces --uts -- hostname holder
  ln -s "/proc/$HOLDER/ns/uts" "$CASE/uts"
}
