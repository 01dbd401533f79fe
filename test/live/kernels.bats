#!/usr/bin/env bats
# docs/kernels.md on this kernel, and the ways around what older ones lack.

load helper

@test "this kernel has what docs/kernels.md says of it, and lacks the rest" {
  local answer name since asked=0
  while read -r answer name; do
    # shellcheck disable=SC2016
    since=$(awk -F ' *[|] *' -v name="\`$name\`" '$2 == name { print $3 }' "$REPO/docs/kernels.md")
    [ -n "$since" ] || fail "docs/kernels.md does not know $name"
    if kernel_since "$since"; then same "$name: $answer" "$name: yes"; else same "$name: $answer" "$name: no"; fi
    asked=$((asked + 1))
  done < <(python3 "$LIVE/tools/kernel-probe.py")
  [ "$asked" -ge 15 ] || fail "only $asked questions had an answer"
}

# Another layer of the same, as 5.10 would have it: no standby, since that one would run on this kernel.
older() { RAILCAR_STANDBY=off python3 "$LIVE/tools/older-kernel.py" "$RUNTIME" --root "$ROOT" "$@" 3>&-; }

@test "as on 5.10: attributes of new mounts and of binds, and what a bind has already" {
  railcar_only 'its ways around'
  bundle '.linux.readonlyPaths = ["/etc"] | .mounts += [
    {destination: "/fs", type: "tmpfs", source: "x", options: ["nosymfollow", "nosuid", "noatime"]},
    {destination: "/bind", type: "bind", source: "files", options: ["bind", "ro", "nosymfollow"]},
    {destination: "/shared", type: "bind", source: "files", options: ["bind", "rshared", "noexec"]}]'
  mkdir "$BUNDLE/files"
  scratch_mount -t tmpfs -o noatime,nodiratime,nodev none "$BUNDLE/files"
  script 'touch /fs/file && ln -s file /fs/link && ! cat /fs/link && ! touch /bind/x && ! touch /etc/x
    for place in /fs /bind /shared; do mounted $place | cut -d " " -f 1; done; propagation /shared | cut -d : -f 1'
  run -0 older run --bundle "$BUNDLE" "$ID" </dev/null
  contains "$output" $'rw,nosuid,noatime,nosymfollow\nro,nodev,noatime,nodiratime,nosymfollow\nrw,nodev,noexec,noatime,nodiratime\nshared'
  same "$(grep -c 'Read-only file system' <<<"$output")" 2
}

@test "as on 5.10: a user namespace, whose binds keep what the host has given them" {
  railcar_only 'its ways around'
  bundle '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = .linux.uidMappings
    | .mounts += [{destination: "/bind", type: "bind", source: "files", options: ["rbind", "ro"]}]'
  mkdir "$BUNDLE/files"
  scratch_mount -t tmpfs -o noatime,nodiratime,nosuid,nodev none "$BUNDLE/files"
  chown -R 100000:100000 "$BUNDLE/rootfs"
  script 'mounted /bind | cut -d " " -f 1'
  run -0 older run --bundle "$BUNDLE" "$ID" </dev/null
  same "$output" 'ro,nosuid,nodev,noatime,nodiratime'
}

@test "as on 5.10: no descriptor of the caller reaches the process, of run and of exec" {
  railcar_only 'its ways around'
  bundle '.process.args = ["sleep", "60"]'
  older run --detach --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 2>&1 7</etc/passwd
  same "$(ls "/proc/$(pid_of)/fd" | tr '\n' ' ')" '0 1 2 '
  run -0 older exec "$ID" ls /proc/self/fd </dev/null 7</etc/passwd
  lacks "$output" 7
}

@test "as on 5.10: what it cannot do is refused, and says which kernel can" {
  railcar_only 'its words'
  refused() { # FILTER WORDS
    bundle "$1"
    mkdir "$BUNDLE/files"
    run ! older run --bundle "$BUNDLE" "$ID" </dev/null
    matches "$output" 'config\.json:[0-9]+:[0-9]+: '
    contains "$output" "$2"
    same "$(containers)" ''
  }
  mappings='uidMappings: [{containerID: 0, hostID: 5, size: 1}], gidMappings: [{containerID: 0, hostID: 5, size: 1}]'
  refused '.mounts += [{destination: "/x", type: "bind", source: "files", options: ["rbind", "rro"]}]' 'recursive mount attributes need Linux 5.12'
  refused ".mounts += [{destination: \"/x\", type: \"bind\", source: \"files\", options: [\"bind\"], $mappings}]" 'idmapped mounts need Linux 5.12'
}
