# shellcheck shell=bash
# Without the option the session keyring is named after the container.
twin() { runtime run --no-new-keyring --bundle "$BUNDLE" "$ID"; }
