# shellcheck shell=bash
setup() { unified_with cpu; }
