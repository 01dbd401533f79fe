#!/usr/bin/env bats
# mounts add and mounts remove: in a container that runs, as with crun.

load helper

setup() {
  live_setup
  railcar_only 'mounts is a command of crun and railcar'
  bundle
  mkdir "$WORK/source"
  echo content >"$WORK/source/file"
}

wants() { jq -n "$@" >"$WORK/mounts.json"; }
inside() { runtime exec "$ID" "$@" </dev/null; }
mounts_of() { cut -d ' ' -f 5 "/proc/$(pid_of)/mountinfo" | sort; }

@test "a directory and a file of the host, and a tmpfs, with their options; and gone again" {
  run_detached
  before=$(mounts_of)
  wants --arg s "$WORK/source" '[
    {destination: "/added/deep", type: "bind", source: $s, options: ["bind", "ro", "nosuid"]},
    {destination: "/added.file", source: ($s + "/file"), options: ["bind"]},
    {destination: "/mnt", type: "tmpfs", source: "tmpfs", options: ["size=64k", "mode=700"]}]'
  run runtime mounts add "$ID" "$WORK/mounts.json"
  succeeds
  same "$output" ''
  same "$(inside cat /added/deep/file /added.file | xargs)" 'content content'
  contains "$(inside mounted /added/deep)" ro,nosuid
  contains "$(inside mounted /mnt)" tmpfs
  # Nobody else sees them.
  lacks "$(cat /proc/self/mountinfo)" "$BUNDLE/rootfs/mnt"

  runtime mounts remove "$ID" "$WORK/mounts.json"
  same "$(mounts_of)" "$before"
  run runtime mounts remove "$ID" "$WORK/mounts.json"
  fails 1
  contains "$output" 'mounts.json:'
  contains "$output" 'cannot unmount "/added/deep": invalid argument (EINVAL)'
}

@test "all or none" {
  run_detached
  before=$(mounts_of)
  wants --arg s "$WORK/source" '[{destination: "/a", source: $s, options: ["bind"]}, {destination: "/b", source: $s, options: ["bind"]},
    {destination: "/bin/sh/none", source: $s, options: ["bind"]}]'
  run runtime mounts add "$ID" "$WORK/mounts.json"
  fails 1
  contains "$output" 'mounts[2]: cannot bind'
  same "$(mounts_of)" "$before"
  wants --arg s "$WORK/source" '[{destination: "/a", source: $s, options: ["bind"]}, {destination: "/b", source: "/nowhere", options: ["bind"]}]'
  run runtime mounts add "$ID" "$WORK/mounts.json"
  fails 1
  contains "$output" /nowhere
  same "$(mounts_of)" "$before"
}

@test "in a user namespace the source is opened with the rights of the caller" {
  edit_config '.linux.namespaces += [{type: "user"}]
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] | .linux.gidMappings = .linux.uidMappings'
  chown -hR 100000:100000 "$BUNDLE/rootfs"
  mkdir -m 700 "$WORK/private"
  mkdir -m 755 "$WORK/private/source"
  echo seen >"$WORK/private/source/file"
  run_detached
  wants --arg s "$WORK/private/source" '[{destination: "/added", source: $s, options: ["bind", "ro"]}, {destination: "/mnt", type: "tmpfs", source: "tmpfs"}]'
  runtime mounts add "$ID" "$WORK/mounts.json"
  same "$(inside cat /added/file)" seen
  contains "$(inside mounted /mnt)" tmpfs
  runtime mounts remove "$ID" "$WORK/mounts.json"
}

@test "a link of the container leads nowhere outside, and nothing but procfs goes over /proc" {
  mkdir "$WORK/outside"
  ln -s "$WORK/outside" "$BUNDLE/rootfs/way"
  run_detached
  wants --arg s "$WORK/source" '[{destination: "/way/in", source: $s, options: ["bind"]}]'
  runtime mounts add "$ID" "$WORK/mounts.json"
  same "$(ls -A "$WORK/outside")" ''
  runtime mounts remove "$ID" "$WORK/mounts.json"
  wants --arg s "$WORK/source" '[{destination: "/proc/self", source: $s, options: ["bind"]}]'
  run runtime mounts add "$ID" "$WORK/mounts.json"
  fails 1
}

@test "what it cannot do it says, before anything is done" {
  run runtime mounts add nobody /dev/null
  contains "$output" 'container does not exist'
  run_detached
  run runtime mounts change "$ID" /dev/null
  fails 1
  contains "$output" 'neither add nor remove'
  run runtime mounts add "$ID" "$WORK/nowhere"
  contains "$output" 'cannot read'
  echo '[{"destination": 1}]' >"$WORK/mounts.json"
  run runtime mounts add "$ID" "$WORK/mounts.json"
  fails 1
  contains "$output" 'mounts.json:1:'
  wants --arg s "$WORK/source" '[{destination: "/a", source: $s, options: ["bind"], uidMappings: [{containerID: 0, hostID: 1, size: 1}], gidMappings: [{containerID: 0, hostID: 1, size: 1}]}]'
  run runtime mounts add "$ID" "$WORK/mounts.json"
  fails 1
  contains "$output" idmapped
}
