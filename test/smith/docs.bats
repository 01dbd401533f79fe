#!/usr/bin/env bats
# The tutorial of docs/smith.md: every command line of it, as it stands there, in order and in one shell.

load smith

setup() { REGISTRIES=(); }
teardown() { stop_registries; }

@test "the tutorial does what it says" {
  [ "$(id -u)" = 0 ] || skip 'it runs a container as root'
  local programs=$BATS_TEST_TMPDIR/programs state=$BATS_TEST_TMPDIR/state
  mkdir "$programs"
  printf '#!/bin/sh\nexec "%s" smith "$@"\n' "$RAILCAR" >"$programs/smith"
  printf '#!/bin/sh\nexec "%s" --root "%s" "$@"\n' "$RAILCAR" "$state" >"$programs/railcar"
  chmod 755 "$programs"/*
  . "$REPOSITORY/.install/cache.sh"
  XDG_CACHE_HOME=$(cache_folder)/smith-packages
  export XDG_CACHE_HOME
  registry tutorial
  awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$REPOSITORY/docs/smith.md" >tutorial
  [ "$(grep -c '^smith' tutorial)" -ge 9 ] || fail 'the commands of the tutorial are not found any more'
  sed -i "s|https://registry.example|http://$REGISTRY|g" tutorial
  mv tutorial "$BATS_TEST_TMPDIR"
  cd "$BATS_TEST_TMPDIR"
  PATH=$programs:$PATH run -0 bash -euo pipefail tutorial
  contains "$output" '"hello from a microcontainer"'
  contains "$output" '"/usr/bin/jq" is asked for: smith.yaml:5:3: /usr/bin/jq.'
  contains "$output" '"name": "libonig5"'
  # Built, pushed, pulled, signed and verified: one digest. And it is as small as is said.
  digest=$(skopeo inspect "oci-archive:hello/pulled.tar.gz" | jq -r .Digest)
  [ "$(grep -c "^$digest$" <<<"$output")" -ge 5 ] || fail "$output"
  [ "$(stat -c %s hello/image.tar.gz)" -lt 2200000 ] || fail "$(stat -c %s hello/image.tar.gz) bytes"
}
