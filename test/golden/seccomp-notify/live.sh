# shellcheck shell=bash
setup() {
  background python3 "$LIVE/tools/seccomp-agent.py" "$CASE/agent" "$CASE/states" 112 </dev/null >/dev/null 2>&1
  eventually test -S "$CASE/agent"
}
twin() {
  runtime run --bundle "$BUNDLE" "$ID" 2>&1
  jq -r '[.fds[0], .metadata, .state.status, (.ociVersion | sub("^1[.][0-9]+[.][0-9]+$"; "version")),
    if .pid > 1 and .pid == .state.pid then "pid" else .pid end] | join(" ")' "$CASE/states"
}
