# shellcheck shell=bash
# A kernel that has it would need a profile that it knows.
there() { [ -e /sys/module/apparmor/parameters/enabled ]; }
