# shellcheck shell=bash
twin() {
  create --pid-file "$CASE/pid" || return
  [ "$(cat "$CASE/pid")" = "$(pid_of "$ID")" ] && echo same
}
