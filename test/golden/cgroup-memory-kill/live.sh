# shellcheck shell=bash
# The limit bites: what wants more is killed and the rest goes on.
twin() { runtime run --bundle "$BUNDLE" "$ID" 2>/dev/null; }
