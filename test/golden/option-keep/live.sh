# shellcheck shell=bash
twin() {
  runtime run --keep --bundle "$BUNDLE" "$ID"
  state_of "$ID"
}
