#!/usr/bin/env bats
# railcar doctor: what this host offers, told to root and to an ordinary user.

load helper

setup() {
  live_setup
  railcar_only 'a command of railcar'
}

verdict() { jq -r --arg check "$2" '.checks[] | select(.check == $check) | .verdict' <<<"$1"; }
found() { jq -r --arg check "$2" '.checks[] | select(.check == $check) | .found' <<<"$1"; }

@test "doctor as root: this host makes containers, and what it says is so" {
  said=$(runtime doctor --json)
  same "$(jq .possible <<<"$said")" true
  contains "$(found "$said" kernel)" "$(uname -r)"
  same "$(found "$said" Node)" "$("$(dirname "$LAYER")/engine" -p 'process.versions.node')"
  matches "$(found "$said" libseccomp)" '^2\.[0-9]+\.[0-9]+$'
  same "$(jq -r '[.checks[].verdict] - ["ok", "limited", "missing"] | length' <<<"$said")" 0
  # The table has the same rows.
  run runtime doctor
  succeeds
  same "$(grep -vc '^ ' <<<"$output")" "$(($(jq '.checks | length' <<<"$said") + 1))"
}

@test "doctor as an ordinary user, who may read less" {
  run setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/nonexistent RAILCAR_STANDBY=off "$RUNTIME" doctor --json 3>&-
  [ "$status" -le 1 ]
  same "$(verdict "$output" kernel)" "$(verdict "$(runtime doctor --json)" kernel)"
  contains "$(found "$output" 'subordinate ids')" '0 uids'
  contains "$output" usermod
}

@test "doctor where nothing can be made says so, by its exit status too" {
  # No cgroups at all.
  # shellcheck disable=SC2016
  run unshare --mount --propagation private sh -c 'umount -R /sys/fs/cgroup && exec "$0" doctor --json' "$RUNTIME" 3>&-
  fails 1
  same "$(jq .possible <<<"$output")" false
  same "$(verdict "$output" cgroups)" missing
}

@test "doctor asks CRIU" {
  mkdir "$WORK/bin"
  # shellcheck disable=SC2016
  printf '%s\n' '#!/bin/sh' 'case $1 in --version) echo Version: 4.1.1 ;; check) echo "no, thanks" >&2; exit 1 ;; esac' >"$WORK/bin/criu"
  chmod 755 "$WORK/bin/criu"
  said=$(PATH=$WORK/bin:$PATH runtime doctor --json)
  same "$(verdict "$said" CRIU)" limited
  same "$(found "$said" CRIU)" "$WORK/bin/criu 4.1.1: no, thanks"
}
