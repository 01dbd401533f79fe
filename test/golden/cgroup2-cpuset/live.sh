# shellcheck shell=bash
setup() { unified_with cpuset; }
