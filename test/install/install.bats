#!/usr/bin/env bats
# install.sh on this machine, into a prefix of the test's own.
bats_require_minimum_version 1.5.0

setup_file() {
  DIR=$(mktemp -d /tmp/railcar-install.XXXXXX)
  REPOSITORY=$(realpath "$BATS_TEST_DIRNAME/../..")
  PREFIX=$DIR/prefix
  export DIR REPOSITORY PREFIX
  install_it() { "$REPOSITORY/install.sh" --prefix "$PREFIX" "$@"; }
  export -f install_it
}

teardown_file() { rm -rf "$DIR"; }

@test "--help tells every option" {
  run -0 "$REPOSITORY/install.sh" --help
  for option in --prefix --engine --demo --docker --docker-config --containerd --containerd-config --crio --crio-folder --podman --podman-folder --no-standby --uninstall; do
    [[ $output == *"$option"* ]]
  done
}

@test "bad options are refused before anything is done" {
  run -2 install_it --frobnicate
  [[ $output == *'unknown option "--frobnicate"'* ]]
  run -2 install_it --engine
  [[ $output == *'--engine needs a value'* ]]
  run -2 "$REPOSITORY/install.sh" --prefix relative
  [[ $output == *'--prefix must be an absolute path'* ]]
  run -2 "$REPOSITORY/install.sh" --prefix '/tmp/a b'
  [[ $output == *'letters, digits'* ]]
  run -2 install_it --uninstall --demo
  [ ! -e "$PREFIX" ]
}

@test "without root it says so" {
  chmod 755 "$DIR"
  # Not the repository's own: another user may not reach it.
  cp -r "$REPOSITORY/install.sh" "$REPOSITORY/.install" "$DIR"
  run -1 setpriv --reuid 65534 --regid 65534 --clear-groups "$DIR/install.sh"
  [[ $output == *'needs root'* ]]
}

@test "it installs, with modes that let only root change anything" {
  run -0 install_it
  [[ $output == *'cold start: '*' ms'* ]]
  run -0 env -i "$PREFIX/bin/railcar" --version
  [[ ${lines[0]} == 'railcar version '* ]]
  [ "$(stat -c '%a %U' "$PREFIX/bin/railcar")" = '755 root' ]
  run find "$PREFIX" ! -type l -perm /022
  [ -z "$output" ]
  [[ $(readlink "$PREFIX/lib/railcar/engine") == /* ]]
}

@test "with its manual and completions" {
  local page
  for page in man/man1/railcar.1 man/man1/railcar-run.1 bash-completion/completions/railcar zsh/site-functions/_railcar \
    fish/vendor_completions.d/railcar.fish; do
    [ -s "$PREFIX/share/$page" ]
    grep -qxF "file	$PREFIX/share/$page" "$PREFIX/lib/railcar/manifest"
  done
  diff <(env -i "$PREFIX/bin/railcar" completion bash) "$PREFIX/share/bash-completion/completions/railcar"
}

@test "with the companions by their names, unless somebody has one already" {
  run -0 env -i "$PREFIX/bin/smith" --version
  [[ $output == 'smith version '* ]]
  grep -qxF "link	$PREFIX/bin/smith" "$PREFIX/lib/railcar/manifest"
  rm "$PREFIX/bin/smith"
  echo theirs >"$PREFIX/bin/smith"
  run -0 install_it
  [[ $output == *"$PREFIX/bin/smith is there already and stays"* ]]
  [ "$(cat "$PREFIX/bin/smith")" = theirs ]
  rm "$PREFIX/bin/smith"
  run -0 install_it
}

@test "the installed railcar does not need the repository" {
  run ! grep -rqF "$REPOSITORY" "$PREFIX/bin/railcar" "$PREFIX"/lib/railcar/{railcar.cjs,layer.js,layer.cache}
  [[ $(readlink -f "$PREFIX/lib/railcar/engine") != "$REPOSITORY"/* ]]
}

@test "an installed file that was damaged is replaced, by rename" {
  inode=$(stat -c %i "$PREFIX/bin/railcar")
  printf x >>"$PREFIX/bin/railcar"
  run -0 install_it
  [ "$(stat -c %i "$PREFIX/bin/railcar")" != "$inode" ]
  run -0 "$PREFIX/bin/railcar" --version
}

@test "--engine takes a Node that only root can change" {
  mkdir "$DIR/theirs"
  cp --dereference "$REPOSITORY/build/toolchain/bin/node" "$DIR/theirs/node"
  # All of /tmp is a place where others write.
  run -1 install_it --engine "$DIR/theirs/node"
  [[ $output == *'cannot be the engine: /tmp can be written to by everyone'* ]]
  run -1 install_it --engine /no/such/node
  [[ $output == *'does not exist'* ]]
  run -1 install_it --engine /bin/true
  [[ $output == *'does not run as Node'* ]]
}

@test "an engine whose file or directory belongs to a user is refused" {
  place=$(mktemp -d /var/lib/railcar-test.XXXXXX)
  cp --dereference "$REPOSITORY/build/toolchain/bin/node" "$place/node"
  chmod 755 "$place"
  chown 1000 "$place/node"
  run -1 install_it --engine "$place/node"
  [[ $output == *'/node belongs to uid 1000'* ]]
  chown 0 "$place/node"
  chown 1000 "$place"
  run -1 install_it --engine "$place/node"
  [[ $output == *"$place belongs to uid 1000"* ]]
  chown 0 "$place"
  chmod 775 "$place"
  chgrp 1000 "$place"
  run -1 install_it --engine "$place/node"
  [[ $output == *'can be written to by the group 1000'* ]]
  chmod 755 "$place"
  run -0 install_it --engine "$place/node"
  [ "$(readlink "$PREFIX/lib/railcar/engine")" = "$place/node" ]
  # And back to the default.
  run -0 install_it
  [ "$(readlink "$PREFIX/lib/railcar/engine")" != "$place/node" ]
  rm -r "$place"
}

@test "--docker makes the file where there is none" {
  run -0 install_it --docker --docker-config "$DIR/new/daemon.json"
  [[ $output == *'systemctl reload docker'* ]]
  run -0 jq -r .runtimes.railcar.path "$DIR/new/daemon.json"
  [ "$output" = "$PREFIX/bin/railcar" ]
}

@test "--docker merges into what is there, keeps a backup, and does so once" {
  cat >"$DIR/daemon.json" <<<'{
  "log-driver": "json-file",
  "runtimes": { "other": { "path": "/usr/bin/other", "runtimeArgs": ["--x"] } },
  "debug": true
}'
  cp "$DIR/daemon.json" "$DIR/original.json"
  chmod 600 "$DIR/daemon.json"
  run -0 install_it --docker --docker-config "$DIR/daemon.json"
  run -0 jq -c . "$DIR/daemon.json"
  [ "$output" = '{"log-driver":"json-file","runtimes":{"other":{"path":"/usr/bin/other","runtimeArgs":["--x"]},"railcar":{"path":"'"$PREFIX"'/bin/railcar"}},"debug":true}' ]
  [ "$(stat -c %a "$DIR/daemon.json")" = 600 ]
  cmp "$DIR/original.json" "$DIR"/daemon.json.before-railcar-*
  run -0 install_it --docker --docker-config "$DIR/daemon.json"
  [[ $output == *'names the runtime already'* ]]
  [ "$(ls "$DIR"/daemon.json.before-railcar-* | wc -l)" = 1 ]
}

@test "--docker leaves alone what it cannot merge" {
  for content in '{ not json' '[]' '{"runtimes": []}' '{"runtimes": {"railcar": {"path": "/another"}}}'; do
    printf '%s' "$content" >"$DIR/odd.json"
    run -1 install_it --docker --docker-config "$DIR/odd.json"
    [[ $output == *"$DIR/odd.json: "* ]]
    [ "$(cat "$DIR/odd.json")" = "$content" ]
  done
  [ -z "$(ls "$DIR"/odd.json.* 2>/dev/null)" ]
}

@test "--docker takes an empty file for an empty object" {
  : >"$DIR/empty.json"
  run -0 install_it --docker --docker-config "$DIR/empty.json"
  run -0 jq -c .runtimes "$DIR/empty.json"
}

@test "--containerd enters the handler where there was no file and where there was one, once" {
  run -0 install_it --containerd --containerd-config "$DIR/containerd/new.toml"
  [[ $output == *'systemctl restart containerd'* ]]
  grep -qF "BinaryName = \"$PREFIX/bin/railcar\"" "$DIR/containerd/new.toml"
  printf 'version = 2\n# mine\n' >"$DIR/config.toml"
  run -0 install_it --containerd --containerd-config "$DIR/config.toml"
  run -0 install_it --containerd --containerd-config "$DIR/config.toml"
  [[ $output == *'names the runtime already'* ]]
  [ "$(grep -c BinaryName "$DIR/config.toml")" = 1 ]
}

@test "--crio writes a file of its own, once, and touches no other" {
  mkdir "$DIR/crio"
  echo '# mine' >"$DIR/crio/10-mine.conf"
  run -0 install_it --crio --crio-folder "$DIR/crio"
  grep -qxF "runtime_path = \"$PREFIX/bin/railcar\"" "$DIR/crio/50-railcar.conf"
  run -0 install_it --crio --crio-folder "$DIR/crio"
  [[ $output == *'names the runtime already'* ]]
  mkdir "$DIR/strangers"
  echo '# theirs' >"$DIR/strangers/50-railcar.conf"
  run -1 install_it --crio --crio-folder "$DIR/strangers"
  [[ $output == *'not of this installation'* ]]
  [ "$(cat "$DIR/strangers/50-railcar.conf")" = '# theirs' ]
}

@test "--demo greets, and its output may go to a file" {
  run -0 --separate-stderr install_it --demo
  [[ $output == *'hostname      railcar-demo'* ]]
  [[ $output == *'memory limit  64 MiB'* ]]
  [[ $stderr == *'What to try next'* ]]
}

@test "--podman writes a file of its own, which Podman reads, and twice changes nothing" {
  folder=$DIR/podman/containers.conf.d
  run -0 install_it --podman --podman-folder "$folder"
  [[ $output == *"registered the runtime \"railcar\" in $folder/railcar.conf"* ]]
  before=$(stat -c '%i %a' "$folder/railcar.conf")
  [[ $before == *' 644' ]]
  run -0 install_it --podman --podman-folder="$folder"
  [ "$(stat -c '%i %a' "$folder/railcar.conf")" = "$before" ]
  run -0 env CONTAINERS_CONF="$folder/railcar.conf" podman --root "$DIR/images" --runroot "$DIR/podman-run" \
    --runtime railcar info --format '{{.Host.OCIRuntime.Path}}'
  [ "${lines[-1]}" = "$PREFIX/bin/railcar" ]
}

@test "--podman leaves the file of another installation alone" {
  mkdir "$DIR/theirs-podman"
  printf '[engine.runtimes]\nrailcar = ["/opt/bin/railcar"]\n' >"$DIR/theirs-podman/railcar.conf"
  run -1 install_it --podman --podman-folder "$DIR/theirs-podman"
  [[ $output == *'names another runtime "railcar" already'* ]]
  grep -q /opt/bin/railcar "$DIR/theirs-podman/railcar.conf"
}

@test "--uninstall takes out its own entries and files, and nothing else" {
  touch "$PREFIX/bin/someone-elses"
  run -0 install_it --uninstall
  [ "$(find "$PREFIX" -mindepth 1 -printf '%P\n' | sort)" = $'bin\nbin/someone-elses' ]
  [ "$(jq -cS . "$DIR/daemon.json")" = "$(jq -cS . "$DIR/original.json")" ]
  [ ! -e "$DIR/new" ]
  [ ! -e "$DIR/podman" ]
  [ "$(jq -c . "$DIR/empty.json")" = '{}' ]
  [ "$(cat "$DIR/config.toml")" = $'version = 2\n# mine' ]
  [ ! -e "$DIR/containerd" ]
  [ "$(ls "$DIR/crio" "$DIR/strangers")" = "$DIR/crio:"$'\n10-mine.conf\n\n'"$DIR/strangers:"$'\n50-railcar.conf' ]
  [ -z "$(ls "$DIR"/*.before-railcar-* 2>/dev/null)" ]
  run -1 install_it --uninstall
  [[ $output == *'nothing to uninstall'* ]]
}
