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

# The build-id of a program in an unpacked image, and the file it is debugged with.
debug_file() { readelf -n "$1" | sed -n 's|.*Build ID: \(..\)\(.*\)|usr/lib/debug/.build-id/\1/\2.debug|p'; }

@test "what programs are debugged with comes with them, by build-id, and what is missing is said" {
  local key
  for key in "rpm: {repos: [$PACKAGES], debuginfo: true}" "rpm: {repos: [$PACKAGES]}
debuginfo: true" "rpm: {repos: [$PACKAGES]}
mock: {debuginfo: yes, debugdeps: [manual], debugpaths: [/usr/share/man/cat.1]}"; do
    recipe "package: greet
type: rpm
$key
paths: [/usr/bin/greet]"
    run -0 --separate-stderr smith
    contains "$stderr" 'there is no debugging information of "/lib/x86_64-linux-gnu/libc.so.6" (build-id '
    rm -rf bundle
    smith unpack image.tar.gz bundle
    run -0 debug_file bundle/rootfs/usr/bin/greet
    run -0 readelf --debug-dump=info "bundle/rootfs/$output"
    contains "$output" 'greet.c'
  done
  same "$(cat bundle/rootfs/usr/share/man/cat.1)" manual
  run -0 --separate-stderr smith explain /usr/lib/debug/usr/bin/greet-1.0-1.fc40.x86_64.debug
  contains "$output" 'mock.debuginfo of /usr/bin/greet'
  contains "$output" 'is of package greet-debuginfo 1.0-1.fc40 (rpm, x86_64).'
}

@test "of a source that has it already, it is taken from there" {
  mkdir "$BATS_TEST_TMPDIR/there"
  for name in greet greet-debuginfo glibc; do
    (cd "$BATS_TEST_TMPDIR/there" && rpm2cpio "$PACKAGES/$name"-[0-9]*.rpm | cpio --quiet -id)
  done
  recipe "package: ../there
type: dir
debuginfo: true
paths: [/usr/bin/greet]"
  run -0 smith
  smith unpack image.tar.gz bundle
  run -0 debug_file bundle/rootfs/usr/bin/greet
  [ -s "bundle/rootfs/$output" ]
}

# An archive of Debian packages of "greet", its debugging information apart, as dh_strip cuts it.
debian_archive() {
  local root=$BATS_TEST_TMPDIR/debs id
  mkdir -p "$root"/greet/{DEBIAN,usr/bin} "$root"/greet-dbgsym/DEBIAN "$root/archive"
  (cd "$root/greet" && rpm2cpio "$PACKAGES"/greet-1*.rpm | cpio --quiet -id ./usr/bin/greet)
  id=$(readelf -n "$root/greet/usr/bin/greet" | sed -n 's|.*Build ID: ||p')
  (cd "$root/greet-dbgsym" && rpm2cpio "$PACKAGES"/greet-debuginfo*.rpm | cpio --quiet -id)
  printf 'Package: greet\nVersion: 1:1.0\nArchitecture: amd64\nMaintainer: x <x@y.example>\nDescription: x\n' >"$root/greet/DEBIAN/control"
  printf 'Package: greet-dbgsym\nVersion: 1:1.0\nArchitecture: amd64\nDepends: greet (= 1:1.0)\nMaintainer: x <x@y.example>\nDescription: x\nBuild-Ids: 00 %s ff\n' "$id" >"$root/greet-dbgsym/DEBIAN/control"
  for name in greet greet-dbgsym; do dpkg-deb --root-owner-group --build "$root/$name" "$root/archive/$name.deb" >/dev/null; done
  (
    cd "$root/archive"
    for name in *.deb; do
      dpkg-deb --field "$name"
      printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$name" "$(stat -c %s "$name")" "$(sha256sum "$name" | cut -d' ' -f1)"
    done >Packages
  )
  ARCHIVE="deb [trusted=yes] copy:$root/archive ./"
}

@test "debugging information of Debian packages is found by build-id" {
  debian_archive
  recipe "package: greet
type: deb
deb: {mirrors: ['$ARCHIVE'], debuginfo: true}
excludes: []
force: true
missing: ['**']
paths: [/usr/bin/greet]"
  run -0 smith
  smith unpack image.tar.gz bundle
  run -0 debug_file bundle/rootfs/usr/bin/greet
  [ -s "bundle/rootfs/$output" ]
  run -0 smith explain "/$output"
  contains "$output" 'deb.debuginfo of /usr/bin/greet'
  contains "$output" 'is of package greet-dbgsym 1:1.0 (deb, amd64).'
}

@test "a source that rpm has installed is listed by its database" {
  recipe "package: $BATS_TEST_TMPDIR/root
type: dir
paths: [/usr/share/words, /usr/lib/sysimage]
sbom: [spdx]"
  mkdir "$BATS_TEST_TMPDIR/root"
  rpm --root "$BATS_TEST_TMPDIR/root" --dbpath /usr/lib/sysimage/rpm --noscripts --nodeps --nosignature --notriggers -i "$PACKAGES"/words-*.rpm "$PACKAGES"/manual-*.rpm 2>/dev/null
  smith
  smith unpack image.tar.gz bundle
  run -0 jq -r '.packages[1:][].name' bundle/rootfs/usr/share/sbom/image.spdx.json
  same "$output" words
  run -0 smith explain /usr/share/words/word
  contains "$output" 'is of package words 1-3.fc40 (rpm, noarch).'
  run -0 --separate-stderr smith sbom image.tar.gz
  run -0 jq -r '.packages[1:][].name' <<<"$output"
  same "$output" words
  # A form that is not read is said to be there.
  rm "$BATS_TEST_TMPDIR"/root/usr/lib/sysimage/rpm/*
  echo x >"$BATS_TEST_TMPDIR/root/usr/lib/sysimage/rpm/Packages.db"
  run -0 --separate-stderr smith
  contains "$stderr" 'smith: warning: cannot read the database of packages "/usr/lib/sysimage/rpm/Packages.db": its form is ndb'
}

# A mock that says what it was called with, and "installs" what the tests have unpacked.
stand_in_mock() {
  mkdir -p "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/mock/demo"
  export MOCK_LOG=$BATS_TEST_TMPDIR/mock.log MOCK_ROOT=$BATS_TEST_TMPDIR/mock/demo/root
  cat >"$BATS_TEST_TMPDIR/bin/mock" <<'MOCK'
#!/bin/bash
printf '%s\n' "$*" >>"$MOCK_LOG"
case " $* " in
  *' --clean '*) rm -rf "$MOCK_ROOT" ;;
  *' list installed '*) [ -e "$MOCK_ROOT/usr/bin/${*: -1}" ] ;;
  *' --print-root-path '*) echo "$MOCK_ROOT" ;;
  *' no-such-package '*) echo 'No match for argument: no-such-package' >&2; exit 30 ;;
  *' --install '* | *' install '*)
    mkdir -p "$MOCK_ROOT"
    cd "$MOCK_ROOT" || exit
    packages=("$PACKAGES"/{greet-1,glibc}*.rpm)
    [[ $* != *debuginfo* ]] || packages=("$PACKAGES"/greet-debuginfo*.rpm)
    for package in "${packages[@]}"; do rpm2cpio "$package" | cpio --quiet -id; done
    ;;
esac
MOCK
  chmod 755 "$BATS_TEST_TMPDIR/bin/mock"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
  printf "config_opts['root'] = 'demo'\nconfig_opts['basedir'] = '%s'\n" "$BATS_TEST_TMPDIR/mock" >"$BATS_TEST_TMPDIR/demo.cfg"
}

@test "mock is used where it is asked for, with the command lines of the original" {
  stand_in_mock
  recipe "package: greet
mock:
  config: $BATS_TEST_TMPDIR/demo.cfg
  pre-build: ./before
  post-build: ./after
  deps: [one, two]
paths: [/usr/bin/greet]
cmd: [/usr/bin/greet]"
  printf '#!/bin/sh\necho "before $# in ${PWD##*/}" >>"$MOCK_LOG"\n' >before
  printf '#!/bin/sh\necho after >>"$MOCK_LOG"\n' >after
  chmod 755 before after
  smith
  same "$(cat "$MOCK_LOG")" "-r $BATS_TEST_TMPDIR/demo.cfg --clean
before 0 in recipe
-r $BATS_TEST_TMPDIR/demo.cfg --install one two greet
after"
  runs image.tar.gz greetings
  # What is there will do.
  : >"$MOCK_LOG"
  smith -f
  same "$(cat "$MOCK_LOG")" "-r $BATS_TEST_TMPDIR/demo.cfg --yum-cmd -- -C list installed greet"
  rm -r "$MOCK_ROOT"
  : >"$MOCK_LOG"
  smith -f
  same "$(cat "$MOCK_LOG")" "-r $BATS_TEST_TMPDIR/demo.cfg --yum-cmd -- -C list installed greet
before 0 in recipe
-r $BATS_TEST_TMPDIR/demo.cfg --install one two greet
after"
}

@test "mock gets debugging information too, and says itself where its root is" {
  stand_in_mock
  echo "include('templates/demo.tpl')" >"$BATS_TEST_TMPDIR/demo.cfg"
  recipe "package: greet
type: mock
mock: {config: ../demo.cfg, debuginfo: true, debugdeps: [more-debuginfo]}
paths: [/usr/bin/greet]"
  smith
  run -0 cat "$MOCK_LOG"
  contains "$output" '--print-root-path'
  contains "$output" "--yum-cmd -- --setopt=strict=0 --setopt=*debug*.enabled=1 --assumeyes install debuginfo(build-id) = "
  contains "$output" '--install more-debuginfo'
  smith unpack image.tar.gz bundle
  run -0 debug_file bundle/rootfs/usr/bin/greet
  [ -s "bundle/rootfs/$output" ]
}

@test "mock that fails, or is not there, and scripts that fail, are said with their place" {
  recipe 'package: greet
type: mock
paths: [/usr/bin/greet]'
  run -1 smith
  contains "$output" 'smith: smith.yaml:2:1: type: cannot empty the root of mock: "mock" is not installed'
  contains "$output" 'With "type: rpm" dnf gets the packages.'
  stand_in_mock
  recipe "package: no-such-package
mock:
  config: $BATS_TEST_TMPDIR/demo.cfg
  post-build: ./after
paths: [/usr/bin/greet]"
  printf '#!/bin/sh\necho after >>"$MOCK_LOG"\n' >after
  chmod 755 after
  run -1 smith
  contains "$output" 'smith: smith.yaml:1:1: package: cannot get the packages "no-such-package": "mock" says: No match for argument'
  same "$(tail -n 1 "$MOCK_LOG")" after
  recipe "package: greet
rpm: {repos: [$PACKAGES]}
mock: {pre-build: 'false'}
paths: [/usr/bin/greet]"
  run -1 smith
  contains "$output" 'smith: smith.yaml:3:8: mock["pre-build"]: cannot run "false": "false" says: exit status 1'
  recipe "package: greet
rpm: {repos: [$PACKAGES]}
mock: {post-build: ./no-such-program}
paths: [/usr/bin/greet]"
  run -1 smith
  contains "$output" 'smith.yaml:3:8: mock["post-build"]: cannot run "./no-such-program"'
  [ ! -e image.tar.gz ]
}

@test "an ordinary user has mock make readable what is asked for" {
  chmod 755 "$BATS_TEST_TMPDIR"
  stand_in_mock
  recipe "package: greet
mock: {config: $BATS_TEST_TMPDIR/demo.cfg}
paths: ['/usr/bin/gre*']"
  touch "$MOCK_LOG"
  chown -R nobody: "$BATS_TEST_TMPDIR/mock" "$MOCK_LOG" .
  HOME=$PWD setpriv --reuid nobody --regid nogroup --clear-groups env TMPDIR="$PWD" "$RAILCAR" smith 3>&-
  same "$(tail -n 1 "$MOCK_LOG")" "-r $BATS_TEST_TMPDIR/demo.cfg --chroot -- chmod -R go+rX /usr/bin/gre*"
}
