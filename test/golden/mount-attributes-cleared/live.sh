# shellcheck shell=bash
setup() { mkdir "$BUNDLE/data"; }
