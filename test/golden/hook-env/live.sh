# shellcheck shell=bash
# The process waits for poststart, which runs beside it.
setup() { mkdir -p "$CASE/log"; }
twin() {
  runtime run --bundle "$BUNDLE" "$ID"
  cat "$CASE/log/hooks"
}
