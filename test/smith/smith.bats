#!/usr/bin/env bats
# railcar smith as a program: recipes, archives, registries; skopeo, umoci and Debian's docker-registry are the judges.

load smith

setup_file() { debian_source; }
setup() { REGISTRIES=(); }
teardown() { stop_registries; }

@test "the README's recipe becomes an image that runs under railcar with a read-only root" {
  cat_recipe
  run -0 smith
  [[ $output =~ ^sha256:[0-9a-f]{64}$ ]]
  smith unpack --readonly image.tar.gz bundle
  run -0 "$RAILCAR" --root "$BATS_TEST_TMPDIR/state" run --bundle bundle "smith-$$-$BATS_TEST_NUMBER"
  same "$output" 'data of the overlay'
}

@test "two builds have one digest, in any time zone, and with a date one archive" {
  cat_recipe
  TZ=Asia/Tokyo smith -i a.tar.gz >a
  TZ=America/Lima smith -i b.tar.gz -b another >b
  cmp a b
  SOURCE_DATE_EPOCH=1700000000 smith -i a.tar.gz >c
  sleep 1.1
  SOURCE_DATE_EPOCH=1700000000 smith -i b.tar.gz >d
  cmp a.tar.gz b.tar.gz
  run ! cmp -s a c
}

@test "the image holds what the closure needs, the rules' directories, and nothing else" {
  cat_recipe
  smith >digest
  skopeo copy --quiet oci-archive:image.tar.gz oci:layout:latest
  umoci unpack --rootless --image layout:latest there
  run -0 bash -c 'cd there/rootfs && find . -mindepth 1 \( -type f -o -type l \) | LC_ALL=C sort'
  same "$output" "./lib
./lib64
./read/data
./usr/bin/cat
./usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
./usr/lib/x86_64-linux-gnu/libc.so.6
./usr/lib64/ld-linux-x86-64.so.2" || fail "$output"
  run -0 smith lint image.tar.gz
}

@test "the digest stays what it is when the image is pushed and pulled, by smith and by skopeo" {
  cat_recipe
  smith >built
  registry plain
  smith upload -r "http://$REGISTRY/myrepo/cat" -i image.tar.gz >pushed
  cmp built pushed
  same "$(digest_of "docker://$REGISTRY/myrepo/cat")" "$(cat built)"
  smith upload -r "http://$REGISTRY/myrepo/cat:newtag" -i image.tar.gz
  smith download -r "http://$REGISTRY/myrepo/cat:newtag" -i x.tar.gz >pulled
  cmp built pulled
  same "$(digest_of oci-archive:x.tar.gz)" "$(cat built)"
  skopeo copy --quiet --dest-tls-verify=false oci-archive:image.tar.gz "docker://$REGISTRY/myrepo/skopeo"
  smith download -r "http://$REGISTRY/myrepo/skopeo@$(cat built)" -i y.tar.gz
  same "$(digest_of oci-archive:y.tar.gz)" "$(cat built)"
}

@test "an image of a registry is a source" {
  cat_recipe
  smith >built
  registry plain
  smith upload -r "http://$REGISTRY/myrepo/cat" -i image.tar.gz
  recipe "package: http://$REGISTRY/myrepo/cat:latest
paths: [/usr/bin/cat]"
  rm -rf rootfs
  smith -i again.tar.gz
  skopeo copy --quiet oci-archive:again.tar.gz oci:layout:latest
  # The command is inherited of the source.
  same "$(skopeo inspect --config oci:layout:latest | jq -c .config.Cmd)" '["/usr/bin/cat","/read/data"]'
}

@test "a registry with a password, in the URL or by a login" {
  cat_recipe
  smith >built
  htpasswd -bBc "$BATS_TEST_TMPDIR/htpasswd" user 'pass word' 2>/dev/null
  registry closed REGISTRY_AUTH=htpasswd REGISTRY_AUTH_HTPASSWD_REALM=tests "REGISTRY_AUTH_HTPASSWD_PATH=$BATS_TEST_TMPDIR/htpasswd"
  run -1 smith upload -r "http://$REGISTRY/myrepo/cat" -i image.tar.gz
  contains "$output" '401 Unauthorized'
  run -1 smith upload -r "http://user:wrong@$REGISTRY/myrepo/cat" -i image.tar.gz
  [[ $output != *wrong* ]]
  smith upload -r "http://user:pass%20word@$REGISTRY/myrepo/cat" -i image.tar.gz
  export DOCKER_CONFIG=$BATS_TEST_TMPDIR/docker
  mkdir "$DOCKER_CONFIG"
  jq -n --arg host "$REGISTRY" '{auths: {($host): {auth: ("user:pass word" | @base64)}}}' >"$DOCKER_CONFIG/config.json"
  smith download -r "http://$REGISTRY/myrepo/cat" -i x.tar.gz >pulled
  cmp built pulled
}

@test "a registry with a certificate of its own is refused, taken with -k, or with its authority" {
  cat_recipe
  smith >built
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=registry -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$BATS_TEST_TMPDIR/key" -out "$BATS_TEST_TMPDIR/certificate" 2>/dev/null
  registry secure "REGISTRY_HTTP_TLS_CERTIFICATE=$BATS_TEST_TMPDIR/certificate" "REGISTRY_HTTP_TLS_KEY=$BATS_TEST_TMPDIR/key"
  run -1 smith upload -r "https://$REGISTRY/cat" -i image.tar.gz
  contains "$output" 'With -k any certificate will do'
  smith upload -k -r "https://$REGISTRY/cat" -i image.tar.gz >pushed
  cmp built pushed
  NODE_EXTRA_CA_CERTS=$BATS_TEST_TMPDIR/certificate smith download -r "https://$REGISTRY/cat" -i x.tar.gz >pulled
  cmp built pulled
}

@test "Docker's media types, if they are asked for" {
  cat_recipe
  smith
  registry plain
  smith upload -d -r "http://$REGISTRY/cat" -i image.tar.gz
  run -0 skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/cat"
  same "$(jq -r .mediaType <<<"$output")" application/vnd.docker.distribution.manifest.v2+json
  same "$(jq -r .config.mediaType <<<"$output")" application/vnd.docker.container.image.v1+json
  skopeo copy --quiet --src-tls-verify=false "docker://$REGISTRY/cat" "dir:$BATS_TEST_TMPDIR/dir"
}

@test "explain leads from a library back to the line of the recipe" {
  cat_recipe
  run -0 smith explain /lib/x86_64-linux-gnu/libc.so.6
  contains "${lines[0]}" 'is needed by "/usr/bin/cat" as "libc.so.6"'
  same "${lines[1]}" '"/usr/bin/cat" is asked for: smith.yaml:4:3: /usr/bin/cat.'
  run -1 smith explain /usr/bin/ls
  contains "$output" '"/usr/bin/ls" is not in the image: nothing in the image needs it'
}

@test "what is wrong is one line with its place, and nothing is written" {
  recipe "package: $SOURCE
type: dir
paths:
- /usr/bin/cat
- /usr/bin/cow"
  run -1 smith
  same "$output" 'smith: smith.yaml:5:3: paths[1]: there is nothing like "/usr/bin/cow" in the source'
  recipe 'pakage: x'
  run -1 smith
  same "$output" 'smith: smith.yaml:1:1: pakage: there is no such key; did you mean "package"?'
  recipe "package: $SOURCE
type: dir
paths: [/usr/bin/cat]
excludes: [/usr/lib/x86_64-linux-gnu/libc.so.6]"
  run -1 smith
  contains "$output" 'libc.so.6'
  run -1 smith --no-such-flag
  run -1 smith positional
  same "$(ls)" smith.yaml
}

@test "lint finds what is wrong with an ordinary image" {
  recipe "package: $SOURCE
type: dir
paths: [/bin/sh, /usr/bin/dpkg]
root: true"
  smith
  run -1 smith lint image.tar.gz
  contains "$output" 'shell: "/usr/bin/sh" is a shell'
  contains "$output" 'package-manager: "/usr/bin/dpkg" is a package manager'
  contains "$output" 'root: '
  contains "$output" 'program: the image does not say what it runs'
  run -0 smith lint --ignore shell,package-manager,root,program image.tar.gz
}

@test "a parent's layers stay, and only what is new is on top" {
  cat_recipe
  smith -i base.tar.gz
  recipe "package: $SOURCE
type: dir
paths: [/usr/bin/tac]
parent: base.tar.gz"
  rm -rf rootfs
  smith -i both.tar.gz
  skopeo copy --quiet oci-archive:both.tar.gz oci:layout:latest
  same "$(skopeo inspect oci:layout:latest | jq '.Layers | length')" 2
  run -0 bash -c 'tar -tzf "layout/blobs/$(skopeo inspect oci:layout:latest | jq -r ".Layers[1]" | tr : /)" | grep -v /$'
  same "$output" usr/bin/tac
}

@test "a package of Debian with all that it needs, without root and without running any of it" {
  recipe 'package: hello
type: deb
deb: {suite: bookworm}
paths: [/usr/bin/hello]
cmd: [/usr/bin/hello]
sbom: [spdx, cyclonedx]'
  export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
  smith >built
  # What is kept will do for the next one.
  smith -f -i again.tar.gz >again
  cmp built again
  smith unpack --readonly image.tar.gz bundle
  run -0 "$RAILCAR" --root "$BATS_TEST_TMPDIR/state" run --bundle bundle "smith-$$-$BATS_TEST_NUMBER"
  same "$output" 'Hello, world!'
  # What is in it, in it.
  run -0 jq -r '.packages[1:][].name' bundle/rootfs/usr/share/sbom/image.spdx.json
  same "$output" $'hello\nlibc6'
  run -0 jq -r '.components[] | select(.type == "library") | .purl' bundle/rootfs/usr/share/sbom/image.cdx.json
  [[ ${lines[0]} =~ ^pkg:deb/debian/hello@[0-9.+%a-z~-]+\?arch=[a-z0-9]+\&distro=debian-12$ ]]
  recipe 'package: no-such-package-at-all
type: deb'
  run -1 smith
  contains "$output" 'cannot get the packages "no-such-package-at-all": "apt-get" says: '
  contains "$output" 'Unable to locate package'
}

@test "an image of anybody's is listed by its own databases" {
  recipe "package: $SOURCE
type: dir
paths: [/usr/bin/cat, /var/lib/dpkg, /etc/os-release]"
  smith
  run -0 --separate-stderr smith sbom --format cyclonedx image.tar.gz
  run -0 jq -r '.components[] | select(.type == "library" or .type == "operating-system") | .name' <<<"$output"
  contains "$output" debian
  contains "$output" coreutils
  contains "$output" libc6
}

@test "the list of contents is attached to the pushed image, and found there" {
  cat_recipe
  echo 'sbom: [spdx]' >>smith.yaml
  smith >built
  registry plain
  smith upload --sbom -r "http://$REGISTRY/cat" -i image.tar.gz
  # This registry does not list referrers: a tag stands in.
  run -0 skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/cat:$(tr : - <built)"
  same "$(jq -r '.manifests[].artifactType' <<<"$output")" application/spdx+json
  digest=$(jq -r '.manifests[0].digest' <<<"$output")
  run -0 curl --silent --fail -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$REGISTRY/v2/cat/manifests/$digest"
  same "$(jq -r .subject.digest <<<"$output")" "$(cat built)"
  run -0 curl --silent --fail "http://$REGISTRY/v2/cat/blobs/$(jq -r '.layers[0].digest' <<<"$output")"
  same "$(jq -r .spdxVersion <<<"$output")" SPDX-2.3
}
