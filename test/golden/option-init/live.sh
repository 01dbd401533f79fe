# shellcheck shell=bash
twin() { runtime run --init --bundle "$BUNDLE" "$ID"; }
