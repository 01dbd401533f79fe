# shellcheck shell=bash
setup() { mkdir -p "$CASE/log"; }
