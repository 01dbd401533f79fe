# shellcheck shell=bash
twin() { run_on_terminal --bundle "$BUNDLE" "$ID"; }
