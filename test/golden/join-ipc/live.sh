# shellcheck shell=bash
setup() {
  hold_namespaces --ipc -- sh -c 'echo 1234 >/proc/sys/kernel/msgmax'
  ln -s "/proc/$HOLDER/ns/ipc" "$CASE/ipc"
}
