# shellcheck shell=bash
setup() { write_hooks; }
