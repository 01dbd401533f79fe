# shellcheck shell=bash
# Loaded by crio-daemon.bats: CRI-O itself, built of what go.sum pins, with everything of its own.

# Sets CRIO and PINNS, or skips. Tags that leave out what needs libraries of C but libseccomp.
find_crio() {
  CRIO=$(TAGS='containers_image_openpgp exclude_graphdriver_btrfs exclude_graphdriver_devicemapper seccomp' CGO_ENABLED=1 \
    "$BATS_TEST_DIRNAME/go-program" crio-daemon github.com/cri-o/cri-o/cmd/crio) || cannot_be_had CRI-O "$CRIO"
  find_crictl
  PINNS=$CRIO-pinns
  [ -x "$PINNS" ] || make_pinns
  export CRIO PINNS
}

# A helper of CRI-O's in C, from the same module.
make_pinns() {
  local source
  source=$(cd "$BATS_TEST_DIRNAME/crio-daemon" && PATH=$PATH:/usr/local/go/bin go list -mod=readonly -m -f '{{.Dir}}' github.com/cri-o/cri-o)
  gcc -O2 -o "$PINNS" "$source"/pinns/src/*.c 2>"$BATS_RUN_TMPDIR/pinns.log" || cannot_be_had pinns "$(tail -n 1 "$BATS_RUN_TMPDIR/pinns.log")"
}

start_crio() {
  make_folder crio
  make_place
  write_cni
  mkdir -p "$DIR"/{root,exits,attach,logs}
  write_crio_config
  load_images
  SOCKET=$DIR/crio.sock
  export SOCKET
  write_crictl_config
  become_in_place "$CRIO" --config "$DIR/crio.conf" --config-dir '' >"$DIR/crio.log" 2>&1 3>&- &
  echo $! >"$DIR/crio.pid"
  wait_for 30 crictl version || {
    cat "$DIR/crio.log" >&2
    return 1
  }
}

stop_crio() {
  [ -n "${DIR:-}" ] || return 0
  local pid
  pid=$(cat "$DIR/crio.pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null || true
  wait_for 20 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
  end_place
  remove_cgroups
  if [ -d "${LOGS:-}" ]; then cp "$DIR/crio.log" "$LOGS/crio.log" || true; fi
  rm -rf --one-file-system "$DIR"
}

# The runtime is registered as install.sh --crio does it.
write_crio_config() {
  printf '{"default":[{"type":"insecureAcceptAnything"}]}' >"$DIR/policy.json"
  cat >"$DIR/crio.conf" <<TOML
[crio]
root = "$DIR/root"
runroot = "$DIR/runroot"
storage_driver = "overlay"
log_dir = "$DIR/logs"
version_file = "$DIR/version"
version_file_persist = "$DIR/version-persist"
clean_shutdown_file = "$DIR/clean"
[crio.api]
listen = "$DIR/crio.sock"
[crio.runtime]
default_runtime = "$RUNTIME"
cgroup_manager = "cgroupfs"
conmon_cgroup = "pod"
pinns_path = "$PINNS"
container_exits_dir = "$DIR/exits"
container_attach_socket_dir = "$DIR/attach"
namespaces_dir = "$DIR/namespaces"
irqbalance_config_file = ""
hooks_dir = []
default_ulimits = []
[crio.image]
pause_image = "$pause"
signature_policy = "$DIR/policy.json"
[crio.network]
network_dir = "$DIR/cni"
plugin_dirs = ["/usr/lib/cni"]
[crio.nri]
enable_nri = false
[crio.runtime.runtimes.$RUNTIME]
runtime_path = "$(runtime_program "$RUNTIME")"
runtime_type = "oci"
runtime_root = "/run/$RUNTIME"
monitor_path = "/usr/bin/conmon"
TOML
}

# Through Podman, which keeps images as CRI-O does.
load_images() {
  make_root "$DIR/box"
  make_image "$box" "$DIR/box" sh >"$DIR/box.tar"
  make_image "$pause" "$DIR/box" sleep 1000000 >"$DIR/pause.tar"
  local each
  for each in box pause; do
    in_place podman --root "$DIR/root" --runroot "$DIR/runroot" --storage-driver overlay load --quiet --input "$DIR/$each.tar" >/dev/null 2>&1
  done
}
