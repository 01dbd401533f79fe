#!/usr/bin/env bats
# linux.netDevices: devices of the host that move into the container. What stands for the host's network is a
# namespace of the test's own.

load helper

setup() {
  live_setup
  railcar_only 'runc moves network devices from 1.4 on'
}

# host_network: veth1 with its peer veth2, which stays, and dummy addresses on it.
host_network() {
  hold_namespaces --net -- sh -c '
    ip link add veth1 mtu 1400 type veth peer name veth2
    ip link set veth2 up
    ip address add 192.0.2.7/24 brd + dev veth1
    ip address add 2001:db8::7/64 dev veth1 nodad
    ip link set veth1 address 02:00:00:00:00:07 up'
}

on_host() { nsenter --net="/proc/$HOLDER/ns/net" "$@" 3>&-; }
runtime_there() { nsenter --net="/proc/$HOLDER/ns/net" "$RUNTIME" --root "$ROOT" "$@" 3>&-; }

# moving DEVICES [FILTER]
moving() {
  bundle "${2:-.}"
  edit_config --argjson devices "$1" '.linux.netDevices = $devices
    | .linux.namespaces |= (map(select(.type != "network")) + [{type: "network"}])'
}

@test "a device moves with its name, addresses, MTU and hardware address, and is up" {
  host_network
  moving '{"veth1": {}}'
  script 'ip address show veth1; ip link show veth1'
  run runtime_there run --bundle "$BUNDLE" "$ID"
  succeeds
  contains "$output" 'inet 192.0.2.7/24 brd 192.0.2.255'
  contains "$output" 'inet6 2001:db8::7/64 scope global'
  contains "$output" 'mtu 1400'
  contains "$output" '02:00:00:00:00:07'
  matches "$output" 'veth1.*<.*UP.*>'
}

@test "a device gets another name, and leaves the host" {
  host_network
  moving '{"veth1": {"name": "eth0"}}'
  nsenter --net="/proc/$HOLDER/ns/net" "$RUNTIME" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&-
  run on_host ip link show veth1
  [ "$status" != 0 ]
  contains "$(runtime exec "$ID" ip address show eth0)" '192.0.2.7/24'
  # With its namespace the kernel removes it, and its peer with it.
  runtime delete --force "$ID"
  eventually '! on_host ip link show veth2 2>/dev/null'
}

@test "names that end in %d are numbered" {
  host_network
  on_host ip link add veth3 type veth peer name veth4
  moving '{"veth1": {"name": "eth%d"}, "veth3": {"name": "eth%d"}}'
  script 'ip -o -4 address show eth0; ip -o link show eth1; ip -o link show eth2'
  run runtime_there run --bundle "$BUNDLE" "$ID"
  contains "$output" 'inet 192.0.2.7/24'
  matches "$output" 'eth1.*<.*UP.*>'
  contains "$output" 'eth2'
  lacks "$output" 'eth%d'
  # And come back as what they were.
  host_network
  on_host ip link add veth3 type veth peer name veth4
  edit_config '.process.args = ["/does/not/exist"]'
  run runtime_there run --bundle "$BUNDLE" "$ID"
  contains "$output" '/does/not/exist'
  contains "$(on_host ip -o -4 address show veth1)" '192.0.2.7/24'
  on_host ip link show veth3 >/dev/null
}

@test "hooks and network sysctls find the device" {
  host_network
  moving '{"veth1": {"name": "eth0"}}' '.linux.sysctl = {"net.ipv4.conf.eth0.rp_filter": "2"}'
  edit_config --arg out "$WORK/hook.out" '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c",
    ("pid=$(sed \"s/.*\\\"pid\\\":\\([0-9]*\\).*/\\1/\"); nsenter -t $pid -n ip -o link show eth0 >" + $out)],
    env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]}]'
  script 'cat /proc/sys/net/ipv4/conf/eth0/rp_filter'
  run runtime_there run --bundle "$BUNDLE" "$ID"
  succeeds
  same "$output" 2
  contains "$(cat "$WORK/hook.out")" eth0
}

@test "a container that fails brings its devices back as they were" {
  host_network
  before=$(on_host ip -o address show veth1 | sed 's/^[0-9]*//')
  moving '{"veth1": {"name": "eth0"}}'
  edit_config '.process.args = ["/does/not/exist"]'
  run runtime_there run --bundle "$BUNDLE" "$ID"
  [ "$status" != 0 ]
  contains "$output" '/does/not/exist'
  eventually 'on_host ip link show veth1 >/dev/null 2>&1'
  same "$(on_host ip -o address show veth1 | grep -v 'scope link' | sed 's/^[0-9]*//')" "$(grep -v 'scope link' <<<"$before")"
  matches "$(on_host ip link show veth1)" '<.*UP'
}

@test "a joined network namespace gets devices as well" {
  host_network
  host=$HOLDER
  hold_namespaces --net
  joined=$HOLDER
  HOLDER=$host
  moving '{"veth1": {"name": "eth7"}}'
  edit_config --arg path "/proc/$joined/ns/net" '.linux.namespaces |= map(if .type == "network" then .path = $path else . end)'
  script 'ip -o -4 address show eth7'
  run runtime_there run --bundle "$BUNDLE" "$ID"
  succeeds
  contains "$output" '192.0.2.7/24'
}

@test "a device moves into the network of a user namespace" {
  host_network
  moving '{"veth1": {"name": "eth0"}}' '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  chown -R 100000:100000 "$BUNDLE/rootfs"
  script 'ip -o -4 address show eth0'
  run runtime_there run --bundle "$BUNDLE" "$ID"
  succeeds
  contains "$output" '192.0.2.7/24'
}

@test "a device that is not there, or whose name is taken, is named" {
  host_network
  moving '{"veth9": {}}'
  run runtime_there run --bundle "$BUNDLE" "$ID"
  [ "$status" != 0 ]
  contains "$output" veth9
  matches "$output" 'config.json:[0-9]+:[0-9]+: linux.netDevices.veth9: cannot move the network device "veth9": no such device \(ENODEV\)'
  moving '{"veth1": {"name": "lo"}}'
  run runtime_there run --bundle "$BUNDLE" "$ID"
  [ "$status" != 0 ]
  contains "$output" 'cannot move the network device "veth1" as "lo": file exists (EEXIST)'
  on_host ip link show veth1 >/dev/null
}
