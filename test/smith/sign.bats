#!/usr/bin/env bats
# Signatures and provenance: cosign of Debian 13 verifies what smith has signed, and the other way round, offline.

load smith

setup_file() {
  local log=$BATS_FILE_TMPDIR/cosign.log COSIGN
  if ! COSIGN=$("$REPOSITORY/test/newer-program" cosign 2>"$log" 3>&- </dev/null); then
    [ "${CI:-}" != true ] || { cat "$log" >&2; return 1; }
    skip "there is no cosign: $(tail -n 1 "$log")"
  fi
  export PATH=$COSIGN:$PATH COSIGN_PASSWORD='pass word'
  # Without a log there is nothing that vouches for the time, and nothing that asks the network.
  export OFFLINE='--insecure-ignore-tlog' BUNDLES="--insecure-ignore-tlog --new-bundle-format --trusted-root $BATS_FILE_TMPDIR/root.json"
  export KEYS=$BATS_FILE_TMPDIR
  cd "$BATS_FILE_TMPDIR"
  cosign trusted-root create --out root.json 3>&-
  cosign generate-key-pair 3>&- 2>/dev/null
  smith generate-key-pair >made
  same "$(cat made)" $'smith.key\nsmith.pub'
}

setup() {
  REGISTRIES=()
  export DOCKER_CONFIG=$BATS_TEST_TMPDIR HOME=$BATS_TEST_TMPDIR
}

teardown() { stop_registries; }

# An image of nothing but a file, in a registry: $DIGEST is its digest, $IMAGE what cosign calls it.
pushed() {
  small_recipe
  smith >built
  DIGEST=$(cat built)
  registry plain
  smith upload -r "http://$REGISTRY/small" -i image.tar.gz "$@"
  IMAGE=$REGISTRY/small@$DIGEST
}

small_recipe() {
  recipe 'cmd: [/program]
sbom: [spdx, cyclonedx]
provenance: true'
  mkdir -p rootfs/read
  echo "$BATS_TEST_NUMBER" >rootfs/read/data
}

# What is said in the folder "layout" of what it was built of.
said() {
  local manifest
  manifest=$(jq -r '.manifests[] | select(.artifactType == "application/vnd.in-toto+json") | .digest' layout/index.json)
  cat "layout/blobs/$(jq -r '.layers[0].digest' "layout/blobs/${manifest/:/\/}" | tr : /)"
}

# shellcheck disable=SC2086
verifies() { cosign verify-attestation $1 --key "$KEYS/$2.pub" --type "$3" "$IMAGE" 2>&1 3>&-; }

@test "the keys: a private one that nobody else reads, never in place of another, in cosign's form" {
  cd "$KEYS"
  same "$(stat -c %a smith.key)" 600
  contains "$(head -n 1 smith.key)" 'ENCRYPTED SIGSTORE PRIVATE KEY'
  run -1 smith generate-key-pair
  same "$output" 'smith: cannot write "smith.key": it is there already'
  same "$(cosign public-key --key smith.key 3>&-)" "$(cat smith.pub)"
  COSIGN_PASSWORD='' smith generate-key-pair --output-key-prefix "$BATS_TEST_TMPDIR/empty"
  COSIGN_PASSWORD='' cosign public-key --key "$BATS_TEST_TMPDIR/empty.key" 3>&-
  smith generate-key-pair --plain --output-key-prefix "$BATS_TEST_TMPDIR/plain"
  same "$(openssl pkey -in "$BATS_TEST_TMPDIR/plain.key" -pubout)" "$(cat "$BATS_TEST_TMPDIR/plain.pub")"
}

@test "a password is asked for at a terminal, and not shown" {
  unset COSIGN_PASSWORD
  cd "$BATS_TEST_TMPDIR"
  run -1 smith generate-key-pair </dev/null
  contains "$output" 'Put it into the variable COSIGN_PASSWORD.'
  [ ! -e smith.key ]
  run -0 python3 -c '
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0: os.execv(sys.argv[1], [sys.argv[1], "smith", "generate-key-pair"])
seen = b""
while b"private key: " not in seen: seen += os.read(terminal, 100)
os.write(terminal, b"typex\x7fd\r")
try:
    while more := os.read(terminal, 100): seen += more
except OSError: pass
print(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))' "$RAILCAR"
  contains "$output" 'smith.pub'
  [[ $output != *typ* ]]
  COSIGN_PASSWORD=typed cosign public-key --key smith.key 3>&-
}

@test "cosign verifies what smith has signed, with keys of either" {
  pushed
  for key in smith cosign; do
    smith sign --key "$KEYS/$key.key" -a "by=$key" "http://$IMAGE"
    run -0 cosign verify $OFFLINE --key "$KEYS/$key.pub" -a "by=$key" "$IMAGE" 3>&-
    contains "$output" "\"docker-manifest-digest\":\"$DIGEST\""
    run -0 verifies "$BUNDLES" "$key" https://sigstore.dev/cosign/sign/v1
    run -0 smith verify --key "$KEYS/$key.pub" -a "by=$key" "http://$IMAGE"
    same "$output" "$DIGEST"
  done
  openssl ecparam -name prime256v1 -genkey -noout -out "$KEYS/open.key"
  openssl pkey -in "$KEYS/open.key" -pubout -out "$KEYS/open.pub"
  smith sign --key "$KEYS/open.key" --format tag "http://$REGISTRY/small"
  cosign verify $OFFLINE --key "$KEYS/open.pub" "$IMAGE" 3>&-
}

@test "smith verifies what cosign has signed, with keys of either" {
  pushed
  for key in smith cosign; do
    cosign sign --key "$KEYS/$key.key" --tlog-upload=false --yes -a "by=$key" "$IMAGE" 3>&-
    run -0 smith verify --key "$KEYS/$key.pub" -a "by=$key" "http://$IMAGE"
    same "$output" "$DIGEST"
    echo '{}' >predicate
    cosign attest --key "$KEYS/$key.key" --tlog-upload=false --yes --type https://example.com/x --predicate predicate "$IMAGE" 3>&-
    cosign attest --key "$KEYS/$key.key" --tlog-upload=false --yes --type https://sigstore.dev/cosign/sign/v1 --predicate predicate --new-bundle-format "$IMAGE" 3>&-
    run -0 smith verify --key "$KEYS/$key.pub" --attestation https://example.com/x "http://$IMAGE"
    same "$(jq -r '.subject[0].digest.sha256' <<<"$output")" "${DIGEST#*:}"
    # The bundle counts by itself.
    run -0 smith verify -v --key "$KEYS/$key.pub" "http://$IMAGE"
    contains "$output" 'signature'
    [[ $output =~ bundle\ sha256:[0-9a-f]{12}:\ good ]]
  done
}

@test "upload signs what it pushes: the image, what is in it, and what it was built of" {
  pushed --sbom --provenance --sign "$KEYS/smith.key"
  cosign verify $OFFLINE --key "$KEYS/smith.pub" "$IMAGE" 3>&-
  for type in slsaprovenance1 spdxjson cyclonedx; do
    run -0 verifies "$OFFLINE" smith "$type"
    run -0 verifies "$BUNDLES" smith "$type"
  done
  run -0 smith verify --key "$KEYS/smith.pub" --attestation provenance "http://$IMAGE"
  run -0 jq -r '.predicate.buildDefinition.resolvedDependencies[].name' <<<"${lines[0]}"
  same "$output" $'rootfs/read/data\nsmith.yaml'
  # And without a signature, for those who only want to know.
  run -0 skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/small:${DIGEST/:/-}"
  contains "$(jq -c '[.manifests[].artifactType] | unique' <<<"$output")" '"application/spdx+json","application/vnd.cyclonedx+json","application/vnd.dev.sigstore.bundle.v0.3+json","application/vnd.in-toto+json"'
  run -1 env COSIGN_PASSWORD=wrong "$RAILCAR" smith upload -r "http://$REGISTRY/other" -i image.tar.gz --sign "$KEYS/smith.key"
  contains "$output" 'its password is another one, or it is damaged'
  run -1 smith download -r "http://$REGISTRY/other" -i other.tar.gz
}

@test "what is known of an image is signed later, too" {
  pushed --provenance
  smith attest --key "$KEYS/smith.key" --type provenance "http://$IMAGE"
  smith attest --key "$KEYS/smith.key" --type spdx --format bundle "http://$IMAGE"
  echo '{"scanner": {"result": []}}' >scan.json
  smith attest --key "$KEYS/smith.key" --type https://example.com/scan --predicate scan.json --format tag "http://$IMAGE"
  verifies "$OFFLINE" smith slsaprovenance1
  verifies "$BUNDLES" smith spdxjson
  verifies "$OFFLINE" smith https://example.com/scan
  run -1 smith attest --key "$KEYS/smith.key" --type https://example.com/scan "http://$IMAGE"
  contains "$output" 'is needed: --predicate FILE'
}

@test "no signature, another key, another image, altered bytes: each is refused by both" {
  pushed
  refuses() {
    run -1 smith verify --key "$KEYS/$1.pub" "http://$IMAGE"
    contains "$output" "$2"
    run ! cosign verify $OFFLINE --key "$KEYS/$1.pub" "$IMAGE" 3>&-
  }
  refuses smith "no signature by key \"$KEYS/smith.pub\": there is none of $DIGEST"
  smith sign --key "$KEYS/smith.key" "http://$IMAGE"
  refuses cosign 'it is by another key, or has been altered'
  # Of another image, put where this one's would be.
  echo other >rootfs/read/data
  other=$(smith -i other.tar.gz)
  smith upload -r "http://$REGISTRY/small:other" -i other.tar.gz --sign "$KEYS/smith.key" --format tag
  skopeo copy --quiet --src-tls-verify=false --dest-tls-verify=false "docker://$REGISTRY/small:${other/:/-}.sig" "docker://$REGISTRY/small:${DIGEST/:/-}.sig"
  run -1 smith verify --key "$KEYS/smith.pub" -a x=y "http://$IMAGE"
  contains "$output" "it is of another image, $other"
  contains "$output" 'it does not say x=y'
  run ! cosign verify $OFFLINE --key "$KEYS/smith.pub" "$IMAGE" 3>&-
  # A layer whose bytes are other ones, at the registry.
  layer=$(skopeo inspect --raw --tls-verify=false "docker://$IMAGE" | jq -r '.layers[0].digest' | cut -d: -f2)
  blob=$BATS_TEST_TMPDIR/registry-plain/data/docker/registry/v2/blobs/sha256/${layer:0:2}/$layer/data
  smith verify --key "$KEYS/smith.pub" "http://$IMAGE"
  printf x | dd of="$blob" bs=1 seek=30 conv=notrunc status=none
  run -1 smith verify --key "$KEYS/smith.pub" "http://$IMAGE"
  contains "$output" "cannot pull blob \"sha256:$layer\": its digest is"
  smith verify --manifest-only --key "$KEYS/smith.pub" "http://$IMAGE"
}

@test "an archive is signed where it is, and cosign verifies the folder" {
  small_recipe
  smith >built
  smith sign --key "$KEYS/smith.key" image.tar.gz
  smith attest --key "$KEYS/smith.key" --type provenance image.tar.gz
  run -0 smith verify --key "$KEYS/smith.pub" image.tar.gz
  same "$output" "$(cat built)"
  same "$(digest_of oci-archive:image.tar.gz:latest)" "$(cat built)"
  mkdir layout
  tar -C layout -xzf image.tar.gz
  cosign verify $OFFLINE --key "$KEYS/smith.pub" --local-image layout 3>&-
  cosign verify-attestation $OFFLINE --key "$KEYS/smith.pub" --type slsaprovenance1 --local-image layout 3>&-
  run ! cosign verify $OFFLINE --key "$KEYS/cosign.pub" --local-image layout 3>&-
}

@test "what cosign has saved is verified, and signed once more" {
  pushed
  cosign sign --key "$KEYS/cosign.key" --tlog-upload=false --yes "$IMAGE" 3>&-
  cosign save --dir saved "$IMAGE" 3>&-
  run -0 smith verify --key "$KEYS/cosign.pub" saved
  smith sign --key "$KEYS/smith.key" saved
  for key in smith cosign; do
    cosign verify $OFFLINE --key "$KEYS/$key.pub" --local-image saved 3>&-
    smith verify --key "$KEYS/$key.pub" saved
  done
}

@test "a signature in a file of its own, which cosign verifies and writes" {
  small_recipe
  smith -i layout/ >built
  manifest=layout/blobs/$(tr : / <built)
  smith sign --key "$KEYS/smith.key" --bundle signature.json layout
  cosign verify-blob $BUNDLES --key "$KEYS/smith.pub" --bundle signature.json "$manifest" 3>&-
  smith verify --key "$KEYS/smith.pub" --bundle signature.json layout
  cosign sign-blob --key "$KEYS/cosign.key" --tlog-upload=false --yes --new-bundle-format --bundle theirs.json "$manifest" 3>&-
  smith verify --key "$KEYS/cosign.pub" --bundle theirs.json layout
  run -1 smith verify --key "$KEYS/smith.pub" --bundle theirs.json layout
  contains "$output" 'bundle "theirs.json": it is by another key, or has been altered'
}

@test "what the recipe builds is what is in the registry, and what differs is said" {
  pushed --provenance --sign "$KEYS/smith.key"
  SOURCE_DATE_EPOCH=99 smith verify --rebuild --key "$KEYS/smith.pub" "http://$IMAGE" >verified
  cmp built verified
  smith verify --rebuild image.tar.gz
  echo changed >rootfs/read/data
  run -1 --separate-stderr smith verify --rebuild "http://$IMAGE"
  contains "${lines[0]}" 'built of "rootfs/read/data": {"sha256":'
  contains "$output" 'layer 1: "/read/data".size: '
  contains "$stderr" "is not what \"smith.yaml\" builds: its digest is $DIGEST, and that of the rebuilt one sha256:"
  run -1 smith verify "http://$IMAGE"
  contains "$output" 'cannot verify without a public key: --key FILE'
}

@test "a list for several platforms is signed as such, with each image in it" {
  pushed --provenance
  smith index -i list.tar "http://$IMAGE"
  smith upload -r "http://$REGISTRY/small:list" -i list.tar --sign "$KEYS/smith.key" >list
  run ! cmp -s list built
  for digest in "$(cat list)" "$DIGEST"; do cosign verify $OFFLINE --key "$KEYS/smith.pub" "$REGISTRY/small@$digest" 3>&-; done
  run -0 smith verify --key "$KEYS/smith.pub" "http://$REGISTRY/small:list"
  same "$output" "$(cat list)"
  platform=linux/$(skopeo inspect --tls-verify=false "docker://$IMAGE" | jq -r .Architecture)
  run -0 smith verify --key "$KEYS/smith.pub" --platform "$platform" "http://$REGISTRY/small:list"
  same "$output" "$DIGEST"
  # And what was said of the image goes for it in the list, too.
  SOURCE_DATE_EPOCH=99 smith verify --rebuild "http://$REGISTRY/small:list"
}

@test "a source in a registry is the one of then, also when the tag has moved on" {
  pushed
  recipe "package: http://user:secret@$REGISTRY/small:latest
paths: [/read/data]"
  rm -r rootfs
  smith -i copy.tar.gz --provenance
  smith -i forgetful.tar.gz
  run -0 smith verify --rebuild copy.tar.gz
  small_recipe
  echo newer >rootfs/read/data
  smith
  smith upload -r "http://$REGISTRY/small" -i image.tar.gz
  recipe "package: http://user:secret@$REGISTRY/small:latest
paths: [/read/data]"
  rm -r rootfs
  run -0 smith verify --rebuild copy.tar.gz
  run -1 smith verify --rebuild forgetful.tar.gz
  contains "$output" 'layer 1: "/read/data".size: '
  tar -xzf copy.tar.gz -O --wildcards 'blobs/*' | grep -a in-toto.io/Statement >said
  contains "$(cat said)" "http://$REGISTRY/small:latest"
  run ! grep secret said
}

@test "packages are those of then, with the digests of their files" {
  "$BATS_TEST_DIRNAME/rpm-repository" "$BATS_TEST_TMPDIR/packages" 3>&-
  export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
  recipe "package: coreutils
type: rpm
rpm: {repos: ['file://$BATS_TEST_TMPDIR/packages']}
paths: [/usr/bin/cat]
provenance: true"
  smith -i layout/ >built
  run -0 smith verify -v --rebuild layout
  contains "$output" "$(cat built)"
  said >said
  run -0 jq -r '.predicate.buildDefinition.resolvedDependencies[] | select(.uri // "" | startswith("pkg:rpm/fedora/coreutils@9.1-3.fc40?")) | .digest.sha256' said
  same "$output" "$(sha256sum <"$(echo "$BATS_TEST_TMPDIR"/packages/coreutils-9.1*.rpm)" | cut -d' ' -f1)"
}
