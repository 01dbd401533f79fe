#!/usr/bin/env bats
# A process of an attacker who shares the root file system exchanges a path for a link to the host while containers are
# made: at every kind of mount, device, mask and the console. Won or lost, the host is as before.

load security

# race_at PATH FILTER: PATH of the rootfs is a directory and a link to the host, in turn. @ in the configuration is the
# number of the round: what has to be made is missing each time.
race_at() {
  rm -f "$WORK/template.json"
  bundle ".process.args = [\"true\"] | $2"
  mkdir -p "$BUNDLE/rootfs/$1"
  ln -s "$VICTIM" "$BUNDLE/rootfs/swapped"
  won=$(race "$BUNDLE/rootfs/$1" "$BUNDLE/rootfs/swapped" one_container)
  unharmed
}

one_container() {
  [ -f "$WORK/template.json" ] || cp "$BUNDLE/config.json" "$WORK/template.json"
  sed "s/@/$((COUNT += 1))/g" "$WORK/template.json" >"$BUNDLE/config.json"
  if runtime run --bundle "$BUNDLE" "$ID"; then return 0; else return 1; fi
}

@test "CVE-2021-30465, CVE-2024-45310: tmpfs, with and without its contents, and proc" {
  race_at target '.mounts += [
    {destination: "/target/new@/a/b/c/d/e/f/g", type: "tmpfs", source: "tmpfs"},
    {destination: "/target/folder", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"]},
    {destination: "/target/a@/b/c/d/e/f/g/proc", type: "proc", source: "proc"}]'
  [ "$won" -gt 0 ] || fail 'never a container, so nothing was tested'
}

@test "CVE-2021-30465, CVE-2024-45310: the destination itself" {
  race_at target '.mounts += [{destination: "/target", type: "tmpfs", source: "tmpfs"}]'
  [ "$won" -gt 0 ] || fail 'never a container, so nothing was tested'
}

@test "CVE-2021-30465, CVE-2024-45310: binds of files and directories" {
  race_at target '.mounts += [
    {destination: "/target/made@/a/b/c/d/e/f/file", type: "bind", source: "/etc/hostname", options: ["bind", "ro"]},
    {destination: "/target/made@/folder", type: "bind", source: "/etc", options: ["rbind", "ro"]},
    {destination: "/target/made@/folder/../remade/a/b/c/d", type: "bind", source: "/etc", options: ["rbind", "nosuid"]}]'
}

@test "CVE-2021-30465, NVIDIA CVE-2024-0132, CVE-2025-23359: mount(2) with long options, remounts" {
  race_at target '.mounts += [
    {destination: "/target/long@/a/b/c/d", type: "tmpfs", source: "tmpfs", options: ["mode=" + ([range(300)] | map("0") | join("")) + "755"]},
    {destination: "/target/long@/a/b/c/d", type: "none", options: ["remount", "ro"]}]'
}

@test "CVE-2026-41579, CVE-2024-45310: devices and links of /dev" {
  race_at dev '.mounts |= map(select(.destination | startswith("/dev") | not))
    | .linux.devices = [{path: "/dev/deep@/a/b/c/d/fuse", type: "c", major: 10, minor: 229, uid: 7, gid: 7}, {path: "/dev/pipe@", type: "p"}]'
  [ "$won" -gt 0 ] || fail 'never a container, so nothing was tested'
}

@test "CVE-2026-41579: devices of a user namespace, which are binds" {
  bundle '.process.args = ["true"] | .mounts |= map(select(.destination | startswith("/dev") | not))
    | .linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  chmod 777 "$VICTIM"
  host_state >"$WORK/host.before"
  ln -s "$VICTIM" "$BUNDLE/rootfs/swapped"
  chown -hR 100000:100000 "$BUNDLE/rootfs"
  race "$BUNDLE/rootfs/dev" "$BUNDLE/rootfs/swapped" one_container >/dev/null
  unharmed
}

@test "CVE-2025-31133, CVE-2025-62161: masks and read-only paths, and /dev/null" {
  race_at target/folder '.linux.maskedPaths = ["/target/folder/file", "/target/folder"] | .linux.readonlyPaths = ["/target", "/target/folder"]'
  bundle '.process.args = ["cat", "/etc/secret"] | .mounts |= map(select(.destination | startswith("/dev") | not)) | .linux.maskedPaths = ["/etc/secret"]'
  echo secret >"$BUNDLE/rootfs/etc/secret"
  mknod -m 666 "$BUNDLE/rootfs/dev/null" c 1 3
  ln -s /etc/passwd "$BUNDLE/rootfs/forged"
  won=$(race "$BUNDLE/rootfs/dev/null" "$BUNDLE/rootfs/forged" masked)
  same "$(cat "$WORK/shown" 2>/dev/null)" ''
  unharmed
}

# Either refused, or masked by a real /dev/null, which shows nothing.
masked() {
  local shown
  shown=$(runtime run --bundle "$BUNDLE" "$ID" 2>/dev/null) || return 1
  [ -z "$shown" ] || echo "$shown" >>"$WORK/shown"
}

@test "CVE-2025-52565, CVE-2026-88264: /dev, /dev/pts and /dev/console of a terminal" {
  for path in dev dev/pts dev/console; do
    rm -f "$WORK/template.json"
    bundle '.process.terminal = true | .process.args = ["true"] | .mounts |= map(select(.destination != "/dev"))'
    mkdir -p "$BUNDLE/rootfs/dev/pts"
    [ "$path" != dev/console ] || touch "$BUNDLE/rootfs/dev/console"
    ln -s "$VICTIM" "$BUNDLE/rootfs/swapped"
    ROUNDS=$((ROUNDS / 2)) race "$BUNDLE/rootfs/$path" "$BUNDLE/rootfs/swapped" one_container >/dev/null
    unharmed
  done
}

@test "CVE-2019-19921, CVE-2023-27561: /proc and /sys" {
  race_at proc '.mounts += [{destination: "/sys", type: "sysfs", source: "sysfs", options: ["ro"]}] | .linux.sysctl = {"kernel.msgmax": "9999"}'
  race_at sys '.mounts += [{destination: "/sys", type: "sysfs", source: "sysfs", options: ["ro"]}]'
}

@test "CVE-2024-21626, CVE-2024-45310: the working directory, which is made" {
  race_at work '.process.cwd = "/work/made@/a/b/c/d/e/f/here"'
}
