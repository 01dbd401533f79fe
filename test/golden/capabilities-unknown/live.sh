# shellcheck shell=bash
# A warning on stderr is allowed and not part of what is compared.
twin() { runtime run --bundle "$BUNDLE" "$ID" 2>/dev/null; }
