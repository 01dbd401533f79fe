# shellcheck shell=bash
setup() { write_hooks; }
twin() {
  runtime run --bundle "$BUNDLE" "$ID"
  cat "$CASE/log/hooks"
}
