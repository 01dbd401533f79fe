# shellcheck shell=bash
setup() {
  hold_namespaces --time --monotonic 1000 --boottime 2000 --fork
  ln -s "/proc/$HOLDER/ns/time_for_children" "$CASE/time"
}
