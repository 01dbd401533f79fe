# shellcheck shell=bash
# Loaded by the tests of containerd: a daemon with everything of its own, so that nothing of the machine's is touched.
# CONTAINERD=1, the default, is Debian 12's 1.6; CONTAINERD=2 is 2.x, fetched by containerd2. Containers run with the
# runtime of $RUNTIME: railcar unless told otherwise; RUNTIME=runc proves the tests themselves.
load engine

: "${CONTAINERD:=1}" "${HANDLERS:=runc railcar}" "${SYSTEMD_CGROUP:=false}"
readonly box=railcar.test/box:1 pause=railcar.test/pause:1

# Clients run in the daemon's namespaces: /run is there, and so are the addresses of pods.
ctr() { in_place "$BIN/ctr" --address "$DIR/containerd.sock" --namespace "${NAMESPACE:-test}" "$@"; }

start_containerd() {
  make_folder containerd
  find_containerd
  make_place
  write_cni
  "write_config_$CONTAINERD"
  start_daemon
  import_images
}

find_containerd() {
  BIN=/usr/bin
  if [ "$CONTAINERD" = 2 ]; then
    BIN=$("$BATS_TEST_DIRNAME/containerd2") || cannot_be_had "containerd 2" "$BIN"
  fi
  export BIN
}

start_daemon() {
  PATH=$BIN:$PATH become_in_place "$BIN/containerd" --config "$DIR/config.toml" --log-level debug >>"$DIR/containerd.log" 2>&1 3>&- &
  echo $! >"$DIR/containerd.pid"
  wait_for 30 ctr version || {
    cat "$DIR/containerd.log" >&2
    return 1
  }
}

# The daemon alone; containers live on.
stop_daemon() {
  local pid
  pid=$(cat "$DIR/containerd.pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null || true
  wait_for 20 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
}

stop_containerd() {
  [ -n "${DIR:-}" ] || return 0
  stop_daemon
  end_place
  remove_cgroups
  if [ -d "${LOGS:-}" ]; then cp "$DIR/containerd.log" "$LOGS/containerd-$CONTAINERD.log" || true; fi
  # Overlays of a snapshotter are in the namespace that has just gone; the kernel may need a moment.
  rm -rf --one-file-system "$DIR"
}

# What runs containers, as go-runc is told: its program and where its state is.
runtime_program() { if [ "$1" = railcar ]; then echo "$RAILCAR"; else type -P "$1"; fi; }

# The default runtime is runc, as on a node of a cluster; railcar is chosen by name. Where the tests run, root may not be
# allowed to lower a process's oom_score_adj, as the plugin does for pods.
write_config_1() {
  {
    cat <<TOML
version = 2
root = "$DIR/root"
state = "$DIR/state"
[grpc]
  address = "$DIR/containerd.sock"
[ttrpc]
  address = "$DIR/containerd.ttrpc"
[plugins."io.containerd.internal.v1.opt"]
  path = "$DIR/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$pause"
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "$DIR/cni"
[plugins."io.containerd.grpc.v1.cri".containerd]
  default_runtime_name = "runc"
TOML
    local name
    for name in $HANDLERS; do
      cat <<TOML
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.$name]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.$name.options]
    BinaryName = "$(runtime_program $name)"
    Root = "/run/containerd/$name"
    SystemdCgroup = $SYSTEMD_CGROUP
TOML
    done
  } >"$DIR/config.toml"
}

write_config_2() {
  {
    cat <<TOML
version = 3
root = "$DIR/root"
state = "$DIR/state"
[grpc]
  address = "$DIR/containerd.sock"
[ttrpc]
  address = "$DIR/containerd.ttrpc"
[plugins."io.containerd.internal.v1.opt"]
  path = "$DIR/opt"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "$pause"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["/usr/lib/cni"]
  conf_dir = "$DIR/cni"
[plugins."io.containerd.cri.v1.runtime".containerd]
  default_runtime_name = "runc"
TOML
    local name
    for name in $HANDLERS; do
      cat <<TOML
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.$name]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.$name.options]
    BinaryName = "$(runtime_program $name)"
    Root = "/run/containerd/$name"
    SystemdCgroup = $SYSTEMD_CGROUP
TOML
    done
  } >"$DIR/config.toml"
}

# A bridge within the place's network.
write_cni() {
  mkdir -p "$DIR/cni"
  cat >"$DIR/cni/10-test.conflist" <<JSON
{ "cniVersion": "0.4.0", "name": "test", "plugins": [
  { "type": "bridge", "bridge": "pods0", "isGateway": true, "hairpinMode": true,
    "ipam": { "type": "host-local", "dataDir": "$DIR/addresses", "ranges": [[{ "subnet": "10.213.9.0/24" }]],
      "routes": [{ "dst": "0.0.0.0/0" }] } } ] }
JSON
}

# "box" for both the tests of ctr and those of the CRI plugin, and what holds a pod's namespaces: an init that reaps.
import_images() {
  make_root "$DIR/box"
  make_image "$box" "$DIR/box" sh >"$DIR/box.tar"
  mkdir -p "$DIR/pause"
  cp "$(type -P tini-static)" "$(type -P busybox)" "$DIR/pause"
  make_image "$pause" "$DIR/pause" /tini-static -s -- /busybox sleep infinity >"$DIR/pause.tar"
  local image
  ctr images import "$DIR/box.tar" >/dev/null
  for image in box pause; do NAMESPACE=k8s.io ctr images import "$DIR/$image.tar" >/dev/null; done
  rm -r "$DIR/box" "$DIR/pause"
}
