#!/usr/bin/env bats
# RPM packages as a source of railcar smith: a repository of rpmbuild's and createrepo_c's making, which dnf resolves.

load smith

setup_file() {
  PACKAGES=$BATS_FILE_TMPDIR/packages
  export PACKAGES
  "$BATS_TEST_DIRNAME/rpm-repository" "$PACKAGES" 3>&-
  # All of it can be read by anybody, as what other machines offer.
  chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}
setup() {
  REGISTRIES=()
  export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
}
# Nothing of a package has run, and nothing has been written where a link of one leads.
teardown() {
  stop_registries
  [ ! -e "$PACKAGES.executed" ]
  [ ! -e "$PACKAGES.out" ]
}

# The repository as a user's own, for recipes that name none.
users_repository() {
  mkdir -p "$XDG_CONFIG_HOME/railcar/smith/repos"
  printf '[tests]\nname=tests\nbaseurl=file://%s\n%s\n' "${1:-$PACKAGES}" "${2:-}" >"$XDG_CONFIG_HOME/railcar/smith/repos/tests.repo"
}

# The recipe of the original's README, as it is there.
readme_recipe() {
  recipe 'package: coreutils
paths:
- /usr/bin/cat
cmd:
- /usr/bin/cat
- /read/data'
  mkdir -p rootfs/read
  echo data of the overlay >rootfs/read/data
}

runs() {
  rm -rf bundle
  smith unpack --readonly "$1" bundle
  run -0 "$RAILCAR" --root "$BATS_TEST_TMPDIR/state" run --bundle bundle "smith-rpm-$$-$BATS_TEST_NUMBER"
  same "$output" "$2"
}

files_of() { (cd "$1" && find . -mindepth 1 ! -type d | LC_ALL=C sort); }

@test "the README's recipe is built from a repository, and runs" {
  users_repository
  readme_recipe
  run -0 smith
  [[ $output =~ ^sha256:[0-9a-f]{64}$ ]]
  runs image.tar.gz 'data of the overlay'
  smith -i cat.tar.gz
  runs cat.tar.gz 'data of the overlay'
  run -0 files_of bundle/rootfs
  same "$output" "./lib/x86_64-linux-gnu/libc.so.6
./lib64/ld-linux-x86-64.so.2
./read/data
./usr/bin/cat"
  run -0 smith lint cat.tar.gz
}

@test "an ordinary user needs no rights for it" {
  chmod 755 "$BATS_TEST_TMPDIR"
  users_repository
  readme_recipe
  mkdir -p "$XDG_CACHE_HOME"
  smith >built
  mkdir his
  chown -R nobody: his "$XDG_CACHE_HOME"
  rm -rf "${XDG_CACHE_HOME:?}"/*
  as_nobody() { setpriv --reuid nobody --regid nogroup --clear-groups env HOME="$BATS_TEST_TMPDIR" TMPDIR="$PWD/his" "$@"; }
  as_nobody "$RAILCAR" smith -i "$PWD/his/image.tar.gz" 3>&- >his.digest
  cmp built his.digest
  runs his/image.tar.gz 'data of the overlay'
}

@test "what was found is kept for -f, and looked at anew without it" {
  cp -a "$PACKAGES" "$BATS_TEST_TMPDIR/repository"
  users_repository "$BATS_TEST_TMPDIR/repository"
  readme_recipe
  smith >built
  rm -r "$BATS_TEST_TMPDIR/repository"
  smith -f -i again.tar.gz >again
  cmp built again
  run -1 smith
  contains "$output" 'Failed to download metadata for repo'
}

@test "the package of each file is in the list of contents" {
  recipe "package: words
rpm: {repos: [$PACKAGES]}
paths: [/usr/share/words, /bin/cat]
sbom: [spdx, cyclonedx]"
  smith
  smith unpack image.tar.gz bundle
  same "$(cat bundle/rootfs/usr/share/words/again)" 'a word'
  same "$(readlink bundle/rootfs/usr/share/words/link)" word
  run -0 jq -r '.packages[1:][] | .name + " " + .versionInfo' bundle/rootfs/usr/share/sbom/image.spdx.json
  same "$output" "coreutils 1:9.1-3.fc40
filesystem 3.18-3.fc40
glibc 2.36-3.fc40
words 1-3.fc40"
  run -0 jq -r '.components[] | select(.type == "library") | .purl' bundle/rootfs/usr/share/sbom/image.cdx.json
  same "${lines[0]}" 'pkg:rpm/fedora/coreutils@9.1-3.fc40?arch=x86_64&distro=fedora-40&epoch=1'
  # In the source as in the image.
  run -0 smith explain /bin/cat
  contains "$output" '"/usr/bin/cat" is of package coreutils 1:9.1-3.fc40 (rpm, x86_64).'
}

@test "package files that are named, by a relative path, with what they need" {
  cp "$PACKAGES"/{coreutils,glibc}-*.rpm "$BATS_TEST_TMPDIR"
  recipe "package: $(cd "$PACKAGES" && echo coreutils-*.rpm | sed 's:^:../:')
rpm: {repos: [$PACKAGES/]}
paths: [/usr/bin/tac]
cmd: [/usr/bin/tac, /read/data]"
  mkdir -p rootfs/read
  printf '1\n2\n' >rootfs/read/data
  smith
  runs image.tar.gz $'2\n1'
  # A setuid program has no such rights in the image.
  same "$(stat -c %a bundle/rootfs/usr/bin/tac)" 755
}

@test "package files alone will do if nothing else is needed" {
  recipe "package: $(echo "$PACKAGES"/filesystem-*.rpm)
paths: [/bin]"
  smith
}

@test "links out of the root lead to nothing but the root" {
  recipe "package: escape-through
rpm: {repos: [$PACKAGES]}
paths: [/usr/share/out/file]"
  smith
  smith unpack image.tar.gz bundle
  same "$(cat "bundle/rootfs$PACKAGES.out/file")" escaped
}

@test "packages that are not signed, or by nobody known, are refused where the repository says so" {
  signed_repository
  recipe "package: filesystem
rpm: {repos: [one.repo]}
paths: [/bin]"
  printf '[one]\nname=one\nbaseurl=file://%s\ngpgcheck=1\n' "$PACKAGES" >one.repo
  run -1 smith
  contains "$output" 'smith.yaml:2:7: rpm.repos: cannot get the packages "filesystem": "dnf" says: '
  contains "$output" 'is not signed'
  printf '[one]\nname=one\nbaseurl=file://%s\ngpgcheck=1\n' "$SIGNED" >one.repo
  run -1 smith
  contains "$output" 'rpm.repos: '
  contains "$output" 'Public key for filesystem-'
  # Somebody else's key.
  printf '[one]\nname=one\nbaseurl=file://%s\ngpgcheck=1\ngpgkey=file://%s\n' "$SIGNED" "$SIGNED/other.asc" >one.repo
  run -1 smith
  contains "$output" 'rpm.repos: '
  [ ! -e image.tar.gz ]
  printf '[one]\nname=one\nbaseurl=file://%s\ngpgcheck=1\ngpgkey=file://%s\n' "$SIGNED" "$SIGNED/key.asc" >one.repo
  smith
  # The recipe may ask for it, too.
  printf '[one]\nname=one\nbaseurl=file://%s\n' "$SIGNED" >one.repo
  sed -i 's/\[one.repo\]/[one.repo], gpgcheck: true/' smith.yaml
  run -1 smith
  contains "$output" 'repository "one" has no GPG keys to verify its packages with (gpgkey)'
  recipe "package: filesystem
rpm: {repos: [$PACKAGES], gpgcheck: true}
paths: [/bin]"
  run -1 smith
  contains "$output" 'smith.yaml:2:15: rpm.repos[0]: has packages that are to be verified: with which keys?'
  sed -i "s|gpgcheck: true|gpgcheck: true, keys: [$SIGNED/key.asc]|" smith.yaml
  run -1 smith
  contains "$output" 'is not signed'
  recipe "package: filesystem
rpm: {repos: [$SIGNED], keys: [$SIGNED/key.asc]}
paths: [/bin]"
  smith
}

# The package "filesystem" signed with a key of its own, in $SIGNED.
signed_repository() {
  SIGNED=$BATS_TEST_TMPDIR/signed
  local keys=$BATS_TEST_TMPDIR/keys name
  mkdir -m 700 "$keys"
  mkdir "$SIGNED"
  for name in key other; do
    gpg --homedir "$keys" --batch --quiet --passphrase '' --quick-generate-key "$name <$name@tests.example>" rsa2048 sign never 3>&- 2>/dev/null
    gpg --homedir "$keys" --armor --export "$name@tests.example" >"$SIGNED/$name.asc"
  done
  cp "$PACKAGES"/filesystem-*.rpm "$SIGNED"
  rpmsign --define "_gpg_path $keys" --define '_gpg_name key@tests.example' --define '__gpg /usr/bin/gpg' --addsign "$SIGNED"/*.rpm >/dev/null 2>&1 3>&-
  createrepo_c --quiet "$SIGNED"
  gpgconf --homedir "$keys" --kill gpg-agent
}

@test "what is wrong is said with its place, and nothing is written" {
  recipe "package: no-such-package
rpm:
  repos: [$PACKAGES]
paths: [/usr/bin/cat]"
  run -1 smith
  contains "$output" 'smith: smith.yaml:1:1: package: cannot get the packages "no-such-package": "dnf" says: '
  contains "$output" 'Unable to find a match: no-such-package'
  recipe "package: coreutils
rpm:
  repos: [$PACKAGES]
  deps: [manual, no-such-package]
paths: [/usr/bin/cat]"
  run -1 smith
  contains "$output" 'smith.yaml:4:18: rpm.deps[1]: '
  recipe "package: coreutils
rpm:
  repos:
  - $PACKAGES
  - /no/such/place
paths: [/usr/bin/cat]"
  run -1 smith
  same "$output" 'smith: smith.yaml:5:5: rpm.repos[1]: there is no "/no/such/place"'
  recipe "package: coreutils
rpm: {repos: [.]}"
  run -1 smith
  contains "$output" 'smith.yaml:2:15: rpm.repos[0]: "." is no repository: it has no "repodata"'
  recipe 'package: coreutils
rpm: {repos: ["http://127.0.0.1:9/nowhere"], gpgcheck: false}'
  run -1 smith
  contains "$output" "smith.yaml:2:7: rpm.repos: cannot get the packages"
  contains "$output" "Failed to download metadata for repo 'smith-1'"
  recipe 'package: coreutils
rpm: {repos: ["http://127.0.0.1:9/$releasever"], gpgcheck: false}'
  run -1 smith
  contains "$output" 'rpm.repos: has a repository with "$releasever", which needs rpm.releasever'
  recipe 'package: coreutils
rpm: {repo: x}'
  run -1 smith
  contains "$output" 'smith.yaml:2:7: rpm.repo: there is no such key; did you mean "repos"?'
  same "$(ls)" smith.yaml
}

@test "a package that is damaged or hostile is refused, by whoever sees it first" {
  head -c 5000 "$PACKAGES"/coreutils-*.rpm >"$BATS_TEST_TMPDIR/short.rpm"
  recipe 'package: ../short.rpm
paths: [/usr/bin/cat]'
  run -1 smith
  contains "$output" 'smith.yaml:1:1: package: '
  same "$(ls)" smith.yaml
}
