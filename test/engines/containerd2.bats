#!/usr/bin/env bats
# What containerd 2 does and Debian's 1.6 does not. The tests of both run with it too: CONTAINERD=2 bats test/engines/cri.bats
bats_require_minimum_version 1.5.0
CONTAINERD=2
load containerd
load cri

setup_file() {
  find_cri
  start_containerd
  export SOCKET=$DIR/containerd.sock
}
teardown_file() { stop_containerd; }

setup() { handler=$RUNTIME pods=(); }
teardown() { remove_pods; }

@test "it is containerd 2, and a pod of the handler runs" {
  run -0 ctr version
  [[ $output == *'Version:  2.'* ]]
  pod
  run -0 once . echo hello
  [ "$output" = hello ]
  run -0 in_place "$(runtime_program "$RUNTIME")" --root "/run/containerd/$RUNTIME/k8s.io" list --quiet
  [[ $output == *"$pod"* ]]
}

@test "a read-only volume may be so in all that is mounted below it" {
  run -0 cri status
  [ "$(jq -r --arg name "$handler" '.runtime_handlers[] | select(.name == $name).features.recursive_read_only_mounts' <<<"$output")" = true ]
  mkdir -p "$DIR/outer/inner"
  in_place mount -t tmpfs inner "$DIR/outer/inner"
  pod
  run -0 once ".mounts = [{ container_path: \"/volume\", host_path: \"$DIR/outer\", readonly: true, recursive_read_only: true }]" \
    touch /volume/inner/file
  [[ $output == *'Read-only file system'* ]]
  run -0 once ".mounts = [{ container_path: \"/volume\", host_path: \"$DIR/outer\", readonly: true }]" touch /volume/inner/file
  [ -z "$output" ]
  in_place umount "$DIR/outer/inner"
}

@test "a pod with a user namespace of its own" {
  run -0 cri status
  [ "$(jq -r --arg name "$handler" '.runtime_handlers[] | select(.name == $name).features.user_namespaces' <<<"$output")" = true ]
  local ids='{ host_id: 100000, container_id: 0, length: 65536 }'
  mkdir -p "$DIR/users"
  pod ".linux.security_context.namespace_options.userns_options = { mode: \"POD\", uids: [$ids], gids: [$ids] }"
  run -0 once ".mounts = [{ container_path: \"/volume\", host_path: \"$DIR/users\", uidMappings: [$ids], gidMappings: [$ids] }]" \
    sh -c 'tr -s " " </proc/self/uid_map; id -u; touch /volume/file; stat -c %u /volume/file /etc/passwd'
  [ "$output" = $' 0 100000 65536\n0\n0\n0' ]
  [ "$(stat -c %u "$DIR/users/file")" = 0 ]
}
