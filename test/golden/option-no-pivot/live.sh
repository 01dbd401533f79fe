# shellcheck shell=bash
twin() { runtime run --no-pivot --bundle "$BUNDLE" "$ID"; }
