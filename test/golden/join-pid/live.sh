# shellcheck shell=bash
setup() {
  hold_namespaces --pid --fork
  ln -s "/proc/$HOLDER/ns/pid_for_children" "$CASE/pid"
}
