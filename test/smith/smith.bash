# shellcheck shell=bash
# Loaded by the suites of railcar smith: a root file system to build from, recipes, and registries on the loopback.

bats_require_minimum_version 1.5.0

REPOSITORY=$(realpath "$BATS_TEST_DIRNAME/../..")
RAILCAR=$(realpath "${RAILCAR:-$REPOSITORY/build/railcar}")

smith() { "$RAILCAR" smith "$@" 3>&-; }

# What Debian itself calls its minimum, in $SOURCE.
debian_source() {
  . "$REPOSITORY/.install/cache.sh"
  local cached
  cached=$(cache_folder)/debian-bookworm.tar
  if [ ! -s "$cached" ]; then
    mkdir -p "${cached%/*}"
    mmdebstrap --quiet --variant=minbase bookworm "$cached.new.tar" >&2 3>&-
    mv "$cached.new.tar" "$cached"
  fi
  SOURCE=$BATS_FILE_TMPDIR/debian
  export SOURCE
  mkdir "$SOURCE"
  tar -C "$SOURCE" --exclude './dev/*' -xf "$cached"
}

# recipe TEXT: a folder of its own with that smith.yaml, which becomes the working directory.
recipe() {
  FOLDER=$BATS_TEST_TMPDIR/recipe
  mkdir -p "$FOLDER"
  cd "$FOLDER" || return
  printf '%s\n' "$1" >smith.yaml
}

# The recipe of the original's README, on $SOURCE.
cat_recipe() {
  recipe "package: $SOURCE
type: dir
paths:
- /usr/bin/cat
cmd:
- /usr/bin/cat
- /read/data"
  mkdir -p rootfs/read
  echo data of the overlay >rootfs/read/data
}

# registry NAME [ENVIRONMENT...]: Debian's docker-registry on a free port; $REGISTRY is where.
registry() {
  local folder=$BATS_TEST_TMPDIR/registry-$1 tries
  shift
  mkdir -p "$folder"
  REGISTRY=127.0.0.1:$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  cat >"$folder/config.yml" <<YAML
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $folder/data}}
http: {addr: "$REGISTRY"}
YAML
  env "$@" docker-registry serve "$folder/config.yml" </dev/null >"$folder/log" 2>&1 3>&- &
  REGISTRIES+=($!)
  for ((tries = 0; tries < 250; tries++)); do
    # Any answer will do, also that a login is wanted.
    if curl --silent --insecure --output /dev/null "http://$REGISTRY/v2/" || curl --silent --insecure --output /dev/null "https://$REGISTRY/v2/"; then return; fi
    sleep 0.02
  done
  cat "$folder/log" >&2
  return 1
}

stop_registries() {
  local pid
  for pid in "${REGISTRIES[@]}"; do kill "$pid" && wait "$pid" || true; done 2>/dev/null
}

digest_of() { skopeo inspect --tls-verify=false "$1" | jq -r .Digest; }

fail() { printf '%s\n' "$@" >&2; return 1; }
same() { [ "$1" = "$2" ] || fail "expected: $2" "     got: $1"; }
contains() { [[ $1 == *"$2"* ]] || fail "expected to contain: $2" "                got: $1"; }
