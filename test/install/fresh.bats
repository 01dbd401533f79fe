#!/usr/bin/env bats
# "Two commands on a fresh machine", on a machine that is fresh: nothing but what Debian itself calls its minimum.
bats_require_minimum_version 1.5.0
load bare

setup_file() { make_bare_debian; }
teardown_file() { remove_bare_debian; }

@test "the bare Debian has nothing that railcar needs" {
  for program in node npm gcc cc make musl-gcc curl wget git python3; do
    [ ! -e "$BARE/usr/bin/$program" ]
  done
  [ -e "$BARE/src/install.sh" ]
  [ ! -e "$BARE/src/node_modules" ]
  [ ! -e "$BARE/src/build" ]
}

@test "install.sh --demo installs, and a container greets" {
  run -0 in_bare_debian './install.sh --demo'
  [[ $output == *'Hello from inside a railcar container!'* ]]
  [[ $output =~ 'hostname      railcar-demo' ]]
  [[ $output =~ 'my pid        1' ]]
  [[ $output =~ 'memory limit  64 MiB' ]]
  [[ $output == *'What to try next'* ]]
}

@test "the engine is railcar's own: Debian's Node is too old" {
  run -0 in_bare_debian 'readlink /usr/local/lib/railcar/engine; /usr/local/lib/railcar/engine --version; node --version'
  [ "${lines[0]}" = /usr/local/lib/railcar/node ]
  [[ ${lines[1]} == v24.* ]]
  [[ ${lines[2]} == v18.* ]]
}

@test "what the demo says to try next works" {
  run -0 in_bare_debian 'railcar plan --bundle /usr/local/lib/railcar/demo/shell'
  [ "${#lines[@]}" -gt 20 ]
  run -0 in_bare_debian 'echo "echo from the shell; exit" |
    script --quiet --flush --return --command "railcar run --bundle /usr/local/lib/railcar/demo/shell first" /dev/null'
  [[ $output == *'from the shell'* ]]
  run -0 in_bare_debian 'railcar list --quiet'
  [ -z "$output" ]
}

@test "running install.sh again changes nothing that is right" {
  run -0 in_bare_debian 'all() { find /usr/local -type f ! -name layer.cache -exec sha256sum {} +; }
    before=$(all); ./install.sh 2>&1; [ "$before" = "$(all)" ]'
  # No package was missing, nothing was fetched.
  [[ $output != *'Debian packages:'* ]]
  [[ $output != *'npm, as pinned'* ]]
}

@test "install.sh --uninstall leaves nothing" {
  run -0 in_bare_debian './install.sh --docker --podman && test -e /etc/docker/daemon.json &&
    test -e /etc/containers/containers.conf.d/railcar.conf && ./install.sh --uninstall'
  run -0 in_bare_debian "find / -xdev -ipath '*railcar*' -not -path '/src/*' -not -path '/proc/*' -not -path '/tmp/npm*'"
  [ -z "$output" ]
  run -1 in_bare_debian 'test -e /etc/docker || test -e /etc/containers'
  run -1 in_bare_debian './install.sh --uninstall'
  [[ $output == *'nothing to uninstall'* ]]
}
