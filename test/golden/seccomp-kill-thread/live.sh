# shellcheck shell=bash
twin() { runtime run --bundle "$BUNDLE" "$ID" 2>&1; }
