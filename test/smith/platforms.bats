#!/usr/bin/env bats
# Images for several platforms, of Debian's packages for other architectures than this machine's: nothing of them is run.

load smith

setup() { REGISTRIES=(); }
teardown() { stop_registries; }

hello() {
  printf '%s\n' 'package: hello' 'type: deb' 'deb: {suite: bookworm}' 'paths: [/usr/bin/hello]' 'cmd: [/usr/bin/hello]' "platform: linux/$1"
}

@test "two architectures of a Debian package are one index, in an archive, a registry, and for skopeo" {
  export XDG_CACHE_HOME=$BATS_FILE_TMPDIR/cache
  recipe "$(hello amd64)"
  smith -i amd64.tar.gz
  recipe "$(hello arm64)"
  smith -i arm64.tar.gz
  smith unpack --platform linux/arm64 arm64.tar.gz bundle
  run -0 readelf -h bundle/rootfs/usr/bin/hello
  contains "$output" AArch64
  [ -e bundle/rootfs/lib/ld-linux-aarch64.so.1 ]

  smith index -i both.tar.gz arm64.tar.gz amd64.tar.gz >index
  registry plain
  smith upload -r "http://$REGISTRY/hello" -i both.tar.gz >pushed
  cmp index pushed
  run -0 skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/hello"
  same "sha256:$(printf %s "$output" | sha256sum | cut -d ' ' -f 1)" "$(cat index)"
  same "$(jq -r '.manifests[].platform.architecture' <<<"$output")" $'amd64\narm64'
  same "$(skopeo inspect --tls-verify=false --override-arch arm64 "docker://$REGISTRY/hello" | jq -r .Architecture)" arm64
  # All of it is there: skopeo copies every image of the list.
  skopeo copy --quiet --all --src-tls-verify=false "docker://$REGISTRY/hello" oci:layout:latest

  smith download --platform linux/arm64 -r "http://$REGISTRY/hello" -i pulled.tar.gz >pulled
  same "$(skopeo inspect --override-arch arm64 --config oci-archive:pulled.tar.gz | jq -r .architecture)" arm64
  smith download --platform all -r "http://$REGISTRY/hello" -i all.tar.gz >all
  cmp index all
  # What is for this machine comes of it, and runs.
  smith unpack --readonly --platform linux/amd64 all.tar.gz here
  [ "$(uname -m)" = x86_64 ] || skip 'the last step runs a program for x86-64'
  run -0 "$RAILCAR" --root "$BATS_TEST_TMPDIR/state" run --bundle here "smith-$$-$BATS_TEST_NUMBER"
  same "$output" 'Hello, world!'
}
