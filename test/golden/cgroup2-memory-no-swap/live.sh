# shellcheck shell=bash
setup() { unified_with memory; }
