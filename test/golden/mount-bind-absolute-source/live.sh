# shellcheck shell=bash
setup() { mkdir -p "$CASE/data" && echo content >"$CASE/data/file"; }
