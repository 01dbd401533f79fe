# shellcheck shell=bash
# What systemd makes of it: test/live/systemd.bats.
setup() { [ ! -d /run/systemd/system ] || skip 'the case shows a machine without systemd'; }
twin() { ! runtime --systemd-cgroup run --bundle "$BUNDLE" "$ID" 2>&1; }
