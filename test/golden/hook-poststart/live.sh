# shellcheck shell=bash
setup() { write_hooks; }
twin() {
  runtime run --bundle "$BUNDLE" "$ID"
  sort -r "$CASE/log/hooks"
}
