# shellcheck shell=bash
# Not asked for: the namespaces of the caller.
twin() {
  create || return
  local kind pid; pid=$(pid_of "$ID")
  for kind in cgroup ipc net pid uts user; do
    [ "$(readlink "/proc/$pid/ns/$kind")" = "$(readlink "/proc/self/ns/$kind")" ] && echo "$kind shared"
  done
}
