#!/usr/bin/env bats
# How install.sh --containerd edits a config.toml, and that containerd then reads it as meant.
bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  edit() { "$BATS_TEST_DIRNAME/../../build/toolchain/bin/node" "$BATS_TEST_DIRNAME/../../.install/containerd-toml.mjs" "$1" "$2" /usr/local/bin/railcar; }
  # containerd's own settings, with their tables, as it says itself.
  setting() { containerd --config "$1" config dump | awk -v table="$2" -v key="$3" '
    /^ *\[/ { inside = index($0, table "]") } inside && $1 == key { print $3; exit }'; }
  railcars_program() { setting "$1" containerd.runtimes.railcar.options BinaryName; }
}

# Between adding and removing containerd reads it so; afterwards it is what it was, to the byte.
and_back() {
  cp "$1" before
  run -0 edit add "$1"
  [[ $output == added\ * ]]
  cmp before "${output#added }"
  [ "$(railcars_program "$1")" = '"/usr/local/bin/railcar"' ]
  [ "$(setting "$1" containerd.runtimes.runc runtime_type)" = '"io.containerd.runc.v2"' ]
  cp "$1" added
  run -0 edit add "$1"
  [ "$output" = unchanged ]
  cmp added "$1"
  run -0 edit remove "$1"
  [ "$output" = removed ]
  cmp before "$1"
  run -0 edit remove "$1"
  [ "$output" = unchanged ]
}

@test "where there is none, one is made, and taken away again" {
  run -0 edit add new.toml
  [ "$output" = created ]
  [ "$(railcars_program new.toml)" = '"/usr/local/bin/railcar"' ]
  # A file that names one runtime would cost the one that is there without being named.
  [ "$(setting new.toml containerd.runtimes.runc runtime_type)" = '"io.containerd.runc.v2"' ]
  run -0 edit remove new.toml
  [ "$output" = emptied ]
}

@test "Debian's, one with comments and no last newline, containerd's own defaults" {
  printf 'version = 2\n\n[plugins]\n  [plugins."io.containerd.grpc.v1.cri"]\n    [plugins."io.containerd.grpc.v1.cri".cni]
      bin_dir = "/usr/lib/cni"\n' >config.toml
  and_back config.toml
  printf 'version = 2 # two\n# the last' >config.toml
  and_back config.toml
  containerd config default >config.toml
  and_back config.toml
}

@test "what others say of the plugin stays as it is" {
  cat >config.toml <<'TOML'
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "example.org/pause:1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "other"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.other]
      runtime_type = "io.containerd.runc.v2"
TOML
  run -0 edit add config.toml
  [ "$(railcars_program config.toml)" = '"/usr/local/bin/railcar"' ]
  [ "$(setting config.toml grpc.v1.cri\" sandbox_image)" = '"example.org/pause:1"' ]
  [ "$(setting config.toml v1.cri\".containerd default_runtime_name)" = '"other"' ]
  # Who has chosen his runtimes gets none but this one.
  [ -z "$(setting config.toml containerd.runtimes.runc runtime_type)" ]
  # And what somebody adds behind it.
  printf '[metrics]\n  address = "127.0.0.1:1338"\n' >>config.toml
  run -0 edit remove config.toml
  [ "$(tail -n 3 config.toml)" = $'      runtime_type = "io.containerd.runc.v2"\n[metrics]\n  address = "127.0.0.1:1338"' ]
}

@test "where systemd makes runc's cgroups, it makes railcar's" {
  cat >config.toml <<'TOML'
version = 2
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
    SystemdCgroup = true
TOML
  and_back config.toml
  [ "$(setting added containerd.runtimes.railcar.options SystemdCgroup)" = true ]
}

@test "version 3 names the plugin otherwise" {
  echo 'version = 3' >config.toml
  # Debian 12's containerd does not know it.
  PATH=/nowhere run -0 edit add config.toml
  run -0 cat config.toml
  [[ $output == *"[plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes.railcar]"* ]]
}

@test "what cannot be edited with care is left alone" {
  refused() {
    cp config.toml before
    run -1 edit add config.toml
    [[ $output == config.toml:*"$1"*'left as it is'* ]]
    cmp before config.toml
    [ "$(ls)" = $'before\nconfig.toml' ]
  }
  echo 'disabled_plugins = ["cri"]' >config.toml
  refused 'version 2 or 3'
  printf 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n' >config.toml
  refused 'switches the CRI plugin off'
  printf 'version = 2\n[nonsense' >config.toml
  refused 'containerd does not read it'
  printf 'version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd]\nruntimes = { }\n' >config.toml
  refused 'containerd does not read it'
  printf 'version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.railcar]\nruntime_type = "x"\n' >config.toml
  refused 'another runtime called "railcar"'
}

@test "the default runtime is not taken out from under containerd" {
  printf 'version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd]\ndefault_runtime_name = "railcar"\n' >config.toml
  run -0 edit add config.toml
  cp config.toml before
  run -1 edit remove config.toml
  [[ $output == *'choose another one first'* ]]
  cmp before config.toml
}

@test "mode, owner and a link survive" {
  mkdir etc
  echo 'version = 2' >etc/real.toml
  chmod 600 etc/real.toml
  ln -s etc/real.toml config.toml
  run -0 edit add config.toml
  [ -L config.toml ]
  [ "$(stat -c %a etc/real.toml)" = 600 ]
}
