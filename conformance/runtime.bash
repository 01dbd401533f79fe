# shellcheck shell=bash
# Loaded by every suite here. Knows the command line that OCI runtimes share and the runtime specification; knows nothing
# of railcar. RUNTIME=/usr/sbin/runc judges another runtime: what all of them fail is a suspect test.

bats_require_minimum_version 1.5.0
: "${RUNTIME:=$BATS_TEST_DIRNAME/../build/railcar}"

setup_file() {
  RUNTIME=$(realpath "$(type -P "$RUNTIME")")
  ROOTFS=$BATS_FILE_TMPDIR/rootfs
  export RUNTIME ROOTFS
  mkdir -p "$ROOTFS"/{bin,dev,etc,proc,sys,tmp}
  cp "$(type -P busybox)" "$ROOTFS/bin/busybox"
  chroot "$ROOTFS" /bin/busybox --install -s /bin
  printf 'root:x:0:0:root:/root:/bin/sh\n' >"$ROOTFS/etc/passwd"
}

setup() {
  # A small directory of its own, because bundles' and state's paths go into sockets.
  DIR=$(mktemp -d /tmp/conformance.XXXXXX)
  BUNDLE=$DIR/bundle
  LOG=$DIR/hooks
  ID=conformance-$$-$BATS_TEST_NUMBER
  mkdir "$BUNDLE" "$DIR/root"
  write_config
}

teardown() {
  runtime delete --force "$ID" >/dev/null 2>&1 || true
  runtime delete --force "$ID-2" >/dev/null 2>&1 || true
  rm -rf "$DIR"
}

runtime() { "$RUNTIME" --root "$DIR/root" "$@"; }

# Output goes to files: a container that lives on must not hold on to the pipe of bats.
create() {
  runtime create --bundle "$BUNDLE" "$@" "${NAME-$ID}" >"$DIR/output" 2>"$DIR/error" </dev/null 3>&-
}

start() { runtime start "${NAME-$ID}" 3>&-; }

create_and_start() { create "$@" && start; }

# What the container printed, once it has ended.
printed() {
  create_and_start && wait_for stopped && cat "$DIR/output"
}

state() { runtime state "$ID" 2>/dev/null | jq -r "${1:-.status}"; }

wait_for() {
  local deadline=$((SECONDS + 10))
  until [ "$(state)" = "$1" ]; do
    [ $SECONDS -lt $deadline ] || {
      echo "still $(state), not $1; $(cat "$DIR/error")"
      return 1
    }
    sleep 0.05
  done
}

wait_for_output() {
  local deadline=$((SECONDS + 10))
  until grep -q "$1" "$DIR/output"; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.05
  done
}

does_not_exist() { ! runtime state "$ID" >/dev/null 2>&1; }

# config JQ-FILTER [ARGUMENT...]: changes config.json.
config() {
  local filter=$1
  shift
  jq "$@" "$filter" "$BUNDLE/config.json" >"$BUNDLE/new" && mv "$BUNDLE/new" "$BUNDLE/config.json"
}

# The container's process: a shell script.
script() { config '.process.args = ["/bin/sh", "-c", $script]' --arg script "$1"; }

# hook KIND [COMMAND]: notes kind and status in $LOG, in the order in which hooks run.
hook() {
  config '.hooks[$kind] += [{ path: "/bin/sh", args: ["sh", "-c", $command] }]' --arg kind "$1" --arg command \
    "${2:-printf '$1 ' >>$LOG; cat >>$LOG; echo >>$LOG}"
}

write_config() {
  cat >"$BUNDLE/config.json" <<'JSON'
{
  "ociVersion": "1.0.2",
  "process": {
    "terminal": false,
    "user": { "uid": 0, "gid": 0 },
    "args": ["sleep", "60"],
    "env": ["PATH=/bin"],
    "cwd": "/",
    "capabilities": {
      "bounding": ["CAP_KILL", "CAP_AUDIT_WRITE"],
      "effective": ["CAP_KILL", "CAP_AUDIT_WRITE"],
      "permitted": ["CAP_KILL", "CAP_AUDIT_WRITE"]
    },
    "noNewPrivileges": true
  },
  "root": { "path": "", "readonly": true },
  "hostname": "conformance",
  "mounts": [
    { "destination": "/proc", "type": "proc", "source": "proc" },
    {
      "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
      "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]
    },
    {
      "destination": "/dev/pts", "type": "devpts", "source": "devpts",
      "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
    },
    { "destination": "/tmp", "type": "tmpfs", "source": "tmpfs" }
  ],
  "linux": {
    "namespaces": [
      { "type": "pid" }, { "type": "network" }, { "type": "ipc" }, { "type": "uts" }, { "type": "mount" }
    ]
  }
}
JSON
  # Shared by the tests of one file, hence read-only.
  config '.root.path = $rootfs' --arg rootfs "$ROOTFS"
}
