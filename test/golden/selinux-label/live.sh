# shellcheck shell=bash
# A kernel that has it would need a policy that knows the label.
there() { [ -e /sys/fs/selinux/enforce ]; }
