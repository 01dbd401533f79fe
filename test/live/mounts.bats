#!/usr/bin/env bats
# What no golden case can show: mounts that fail, and file systems made for the test.

load helper
load programs

# refused FILTER MESSAGE [HINT]: the container is not made, the message names the place in config.json; nothing is left.
refused() {
  railcar_only 'messages with positions'
  bundle "$1"
  host_snapshot >"$WORK/before"
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  fails 1
  matches "$output" "config\.json:[0-9]+:[0-9]+: $2"
  [ -z "${3:-}" ] || contains "$output" "hint: $3"
  host_snapshot >"$WORK/after"
  same "$(diff "$WORK/before" "$WORK/after")" ''
  same "$(containers)" ''
}

mount_of() { jq -nc --arg d "$1" --arg t "$2" --arg s "$3" '{destination: $d, type: $t, source: $s, options: $ARGS.positional}' --args "${@:4}"; }

@test "a source that does not exist, absolute and in the bundle" {
  refused ".mounts += [$(mount_of /x bind /no/such/source bind)]" \
    'mounts\[3\]: cannot bind "/no/such/source" on "/x": no such file or directory \(ENOENT\)' 'the source of a bind mount must exist'
  refused ".mounts += [$(mount_of /x bind missing rbind)]" \
    'mounts\[3\]: cannot bind "/.*/bundle/missing" on "/x": no such file or directory \(ENOENT\)'
}

@test "a file on a directory, a directory on a file" {
  refused ".mounts += [$(mount_of /etc bind /etc/passwd bind)]" \
    'mounts\[3\]: cannot bind "/etc/passwd" on "/etc": not a directory \(ENOTDIR\): a file cannot go on a directory' \
    'a file is mounted on a file'
  refused ".mounts += [$(mount_of /etc/passwd bind /etc bind)]" \
    'mounts\[3\]: cannot bind "/etc" on "/etc/passwd": not a directory \(ENOTDIR\): a directory cannot go on a file' 'a directory is mounted on a directory'
  refused ".mounts += [$(mount_of /etc/passwd tmpfs tmpfs)]" 'mounts\[3\]: cannot mount "tmpfs" on "/etc/passwd": not a directory \(ENOTDIR\)'
  refused ".mounts += [$(mount_of /etc/passwd/below tmpfs tmpfs)]" 'mounts\[3\]: cannot mount "tmpfs" on "/etc/passwd/below": .*not a directory \(ENOTDIR\)'
}

@test "a file system that the kernel lacks, no type, a file that is no disk" {
  refused ".mounts += [$(mount_of /x no-such-type x)]" 'mounts\[3\]: cannot mount "no-such-type" on "/x": no such device \(ENODEV\)' 'this kernel does not know'
  refused '.mounts += [{destination: "/x", source: "x"}]' 'mounts\[3\]: a mount needs the type of a file system'
  refused ".mounts += [$(mount_of /x ext4 /etc/passwd)]" 'mounts\[3\]: cannot mount "ext4" on "/x": .*\(ENOTBLK\)' 'the source of this file system must be a block device'
}

@test "an option that is none: the kernel's own words" {
  refused ".mounts += [$(mount_of /x tmpfs tmpfs frobnicate=1)]" \
    "mounts\[3\]: cannot mount \"tmpfs\" on \"/x\": \"frobnicate=1\": invalid argument \(EINVAL\): tmpfs: Unknown parameter 'frobnicate'"
  refused ".mounts += [$(mount_of /x bind /etc bind frobnicate)]" 'mounts\[3\]: "frobnicate" is not an option of a bind mount'
}

@test "a remount of what is not mounted, and where nothing is" {
  refused ".mounts += [$(mount_of /etc none none remount ro)]" 'mounts\[3\]: cannot change ro of the mount at "/etc": invalid argument' 'a remount changes'
  refused ".mounts += [$(mount_of /no/where none none remount ro)]" 'mounts\[3\]: cannot change ro of the mount at "/no/where": .*\(ENOENT\)' 'a remount changes'
  refused ".mounts += [$(mount_of /etc tmpfs tmpfs remount size=1m)]" 'mounts\[3\]: cannot remount "/etc": .*\(EINVAL\)' 'a remount changes'
}

@test "a mount point that is missing in a read-only file system" {
  refused ".mounts += [$(mount_of /ro tmpfs tmpfs), $(mount_of /ro tmpfs tmpfs remount ro), $(mount_of /ro/x tmpfs tmpfs)]" \
    'mounts\[5\]: cannot mount "tmpfs" on "/ro/x": .*read-only file system \(EROFS\)' 'the mount point is not there'
}

@test "tmpcopyup into a tmpfs that is too small: the file, and what to do" {
  railcar_only 'messages with positions'
  bundle ".mounts += [$(mount_of /copied tmpfs tmpfs tmpcopyup size=64k)]"
  mkdir "$BUNDLE/rootfs/copied" && head -c 100000 /dev/zero >"$BUNDLE/rootfs/copied/large"
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  fails 1
  matches "$output" 'mounts\[3\]: cannot mount "tmpfs" on "/copied": "/copied: large": no space left on device \(ENOSPC\)'
  contains "$output" 'needs a larger size='
}

mapped='"uidMappings": [{"containerID": 0, "hostID": 5000, "size": 10}], "gidMappings": [{"containerID": 0, "hostID": 6000, "size": 10}]'

@test "idmapped mounts: what cannot be mapped" {
  local proc='mounts\[3\]: cannot map the ids of the mount of "/proc": '
  local proc_mapped='.mounts += [{destination: "/x", type: "bind", source: "/proc", options: ["bind", "idmap"], '"$mapped"'}]'
  if kernel_since 5.12; then
    refused "$proc_mapped" "${proc}invalid argument \(EINVAL\): the file system is proc" 'file systems learn of idmapped mounts'
  else
    refused "$proc_mapped" "${proc}.*: idmapped mounts need Linux 5.12"
  fi
  refused '.mounts += [{destination: "/x", type: "tmpfs", source: "x", options: ["idmap"], '"$mapped"'}]' 'mounts\[3\]: only new bind mounts can be idmapped'
  refused '.mounts += [{destination: "/x", type: "bind", source: "/etc", options: ["bind", "ridmap"]}]' 'mounts\[3\]: an idmapped mount needs mappings or a user namespace'
  refused '.mounts += [{destination: "/x", type: "bind", source: "/etc", options: ["bind", "idmap"], "uidMappings": [{"containerID": 0, "hostID": 5000, "size": 10}]}]' \
    'mounts\[3\]: must have both uidMappings and gidMappings'
}

# idmapped SOURCE: owner of SOURCE/one, which is 1:1, as a container sees it.
idmapped() {
  bundle '.mounts += [{destination: "/x", type: "bind", source: "'"$1"'", options: ["rbind", "ridmap"], '"$mapped"'}]'
  script 'stat -c %u:%g /x/one; mounted /x | cut -d " " -f 1-2'
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
}

@test "idmapped mounts of the file systems at hand" {
  railcar_only 'runc 1.1 has no idmapped mounts'
  mkdir "$WORK/tmpfs" "$WORK/ext4" "$WORK/overlay"
  scratch_mount -t tmpfs tmpfs "$WORK/tmpfs"
  disk "$WORK/image" && scratch_mount -o loop "$WORK/image" "$WORK/ext4"
  local type since
  for type in 'tmpfs 6.3' 'ext4 5.12'; do
    read -r type since <<<"$type"
    touch "$WORK/$type/one" && chown 1:1 "$WORK/$type/one"
    idmapped "$WORK/$type"
    if kernel_since "$since"; then
      same "$output" $'5001:6001\nrw,relatime,idmapped '$type
    else
      fails 1
      matches "$output" "idmapped mounts need Linux 5.12|the file system is $type"
    fi
  done
  # Its layers may be idmapped, itself not, so far.
  scratch_mount -t overlay -o "lowerdir=$WORK/ext4:$WORK/tmpfs" overlay "$WORK/overlay"
  idmapped "$WORK/overlay"
  [ "$status" = 0 ] || matches "$output" '\(EINVAL\): the file system is overlay|idmapped mounts need Linux 5.12'
}

@test "flags that the host has given an idmapped mount stay in a user namespace, even for its root" {
  railcar_only 'runc 1.1 has no idmapped mounts'
  local options
  mkdir "$WORK/source" && scratch_mount -t tmpfs -o nosuid,nodev,ro tmpfs "$WORK/source"
  for options in '["bind", "idmap"]' '["bind", "idmap", "ro"]' '["bind"]'; do
    bundle '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings
      | .process.capabilities |= map_values(["CAP_SYS_ADMIN"])
      | .mounts += [{destination: "/x", type: "bind", source: "'"$WORK"'/source", options: '"$options"'}]'
    chown -R 100000:100000 "$BUNDLE/rootfs"
    script 'mount -o remount,bind,rw,suid,dev /x; mounted /x | cut -d " " -f 1'
    run runtime run --bundle "$BUNDLE" "$ID" </dev/null
    if [[ $options == *idmap* ]] && ! kernel_since 6.3; then
      fails 1
      matches "$output" 'idmapped mounts need Linux 5.12|the file system is tmpfs'
      continue
    fi
    matches "$output" $'denied.*\nro,nosuid,nodev,relatime(,idmapped)?$'
  done
}

@test "an overlay of layers from the host, with more of them than one option may be long" {
  local i lower=''
  for i in $(seq 20); do
    mkdir "$WORK/layer-with-a-long-name-$i" && echo "$i" >"$WORK/layer-with-a-long-name-$i/file-$i"
    lower+=${lower:+:}$WORK/layer-with-a-long-name-$i
  done
  bundle ".mounts += [$(mount_of /x overlay overlay "lowerdir=$lower" ro)]"
  script 'cat /x/file-1 /x/file-20; touch /x/new; mounted /x | cut -d , -f 1'
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  same "$output" $'1\n20\ntouch: /x/new: Read-only file system\nro'
}

@test "a device that lies at the path already, and is another" {
  railcar_only 'messages with positions'
  bundle '.linux.devices = [{path: "/srv/null", type: "c", major: 1, minor: 5}]'
  mkdir "$BUNDLE/rootfs/srv" && mknod "$BUNDLE/rootfs/srv/null" c 1 3
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  fails 1
  matches "$output" 'config\.json:[0-9]+:[0-9]+: linux\.devices\[0\]: cannot make the device "/srv/null" \(c 1:5\): .*\(EEXIST\)'
  contains "$output" 'hint: an existing file'
}

@test "a device that a user namespace would have to take from the host, which lacks it" {
  railcar_only 'messages with positions'
  bundle '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings
    | .linux.devices = [{path: "/dev/no-such-device", type: "c", major: 1, minor: 5}]'
  chown -R 100000:100000 "$BUNDLE/rootfs"
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  fails 1
  matches "$output" 'linux\.devices\[0\]: cannot bind the device "/dev/no-such-device" on "/dev/no-such-device": no such file'
  contains "$output" 'hint: where devices cannot be made'
  edit_config '.linux.devices = [{path: "/dev/full", type: "c", major: 1, minor: 5}]'
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  fails 1
  contains "$output" 'on the host it is not the device that is asked for'
}

@test "a device that a /dev of the host lacks is an error" {
  railcar_only 'runc makes no device in a /dev that is bound, and says nothing'
  mkdir "$WORK/dev" && mknod -m 666 "$WORK/dev/null" c 1 3
  bundle '.mounts |= map(select(.destination | startswith("/dev") | not))
    | .mounts += [{destination: "/dev", type: "bind", source: "'"$WORK"'/dev", options: ["bind"]}]
    | .linux.devices = [{path: "/dev/null", type: "c", major: 1, minor: 3}, {path: "/srv/zero", type: "c", major: 1, minor: 5}]'
  script 'stat -c %t:%T /dev/null /srv/zero'
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  succeeds
  same "$output" $'1:3\n1:5'
  edit_config '.linux.devices += [{path: "/dev/full", type: "c", major: 1, minor: 7}]'
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  [ "$status" != 0 ]
  contains "$output" 'linux.devices[2]: cannot find the device "/dev/full": no such file or directory (ENOENT)'
  same "$(ls "$WORK/dev")" null
}

@test "mappings change the owner of no file" {
  bundle '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  owners() { find "$BUNDLE/rootfs" -printf '%U:%G %p\n' | sort; }
  before=$(owners)
  script 'stat -c %u:%g /bin'
  run runtime run --bundle "$BUNDLE" "$ID" </dev/null
  succeeds
  same "$output" 65534:65534
  # Mount points that were missing are new.
  same "$(owners | grep -xF "$before")" "$before"
}
