#!/bin/bash
# Builds railcar and installs it. Everything it needs comes from Debian and the npm registry; it leaves a manifest of
# what it put where, and --uninstall goes by that. See --help.
set -euo pipefail
umask 022
repository=$(cd "$(dirname "$0")" && pwd -P)
program=install.sh
. "$repository/.install/say.sh"
. "$repository/.install/debian.sh"
. "$repository/.install/manifest.sh"
. "$repository/.install/engine.sh"
. "$repository/.install/standby.sh"
. "$repository/.install/kubernetes.sh"
. "$repository/.install/podman.sh"

# gcc and make for the addon and everything, musl for the static launcher, kernel headers for both.
build_packages=(ca-certificates gcc g++ libc6-dev libseccomp-dev linux-libc-dev make musl-tools)

main() {
  parse "$@"
  check_machine "$@"
  if [ "$action" = uninstall ]; then
    uninstall
    exit 0
  fi
  need_packages "${build_packages[@]}"
  prepare_toolchain
  build
  choose_engine
  install_files
  if [ "$with_standby" = yes ]; then install_standby; else forget_standby; fi
  if [ "$with_docker" = yes ]; then register_with_docker; fi
  if [ "$with_containerd" = yes ]; then register_with_containerd; fi
  if [ "$with_crio" = yes ]; then register_with_crio; fi
  if [ "$with_podman" = yes ]; then register_with_podman; fi
  if [ "$with_demo" = yes ]; then demo; else next_steps; fi
}

usage() {
  cat <<'TEXT'
Usage: ./install.sh [OPTION]...

Builds railcar and installs PREFIX/bin/railcar, PREFIX/lib/railcar, and below PREFIX/share its manual pages and the
completions for bash, zsh and fish. Needs root, on Debian 12 or a derivative.
Running it again updates what is there.

  --prefix DIR          where to install (default /usr/local)
  --engine PATH         the Node that railcar runs on (20, 22, 24 or 26); default: the machine's own
                        /usr/local/bin/node or /usr/bin/node if upstream still supports it and only root can
                        change it, else a pinned one in PREFIX/lib/railcar
  --demo                then make a small root file system and run a first container
  --docker              also register the runtime "railcar" in Docker's daemon.json
  --docker-config FILE  the daemon.json to use (default /etc/docker/daemon.json)
  --containerd          also register the runtime handler "railcar" in containerd's config.toml
  --containerd-config FILE
                        the config.toml to use (default /etc/containerd/config.toml)
  --crio                also register it with CRI-O, in a file of its own
  --crio-folder DIR     where that goes (default /etc/crio/crio.conf.d)
  --podman              also register it with Podman, in a file of its own
  --podman-folder DIR   where that goes (default /etc/containers/containers.conf.d)
  --no-standby          leave out the units of the standby, which systemd would start with the first command
  --uninstall           remove exactly what was installed (give the same --prefix)
  --help                this text
TEXT
}

parse() {
  prefix=/usr/local action=install engine='' with_demo=no with_docker=no with_standby=yes docker_config=/etc/docker/daemon.json
  with_containerd=no containerd_config=/etc/containerd/config.toml with_crio=no crio_folder=/etc/crio/crio.conf.d
  with_podman=no podman_folder=/etc/containers/containers.conf.d
  while [ $# -gt 0 ]; do
    case $1 in
      --prefix=* | --engine=* | --docker-config=* | --containerd-config=* | --crio-folder=* | --podman-folder=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
    esac
    case $1 in
      --prefix | --engine | --docker-config | --containerd-config | --crio-folder | --podman-folder)
        [ -n "${2:-}" ] || misused "$1 needs a value"
        case $1 in
          --prefix) prefix=$2 ;;
          --engine) engine=$2 ;;
          --containerd-config) containerd_config=$2 ;;
          --crio-folder) crio_folder=$2 ;;
          --podman-folder) podman_folder=$2 ;;
          *) docker_config=$2 ;;
        esac
        shift
        ;;
      --demo) with_demo=yes ;;
      --docker) with_docker=yes ;;
      --containerd) with_containerd=yes ;;
      --crio) with_crio=yes ;;
      --podman) with_podman=yes ;;
      --no-standby) with_standby=no ;;
      --uninstall) action=uninstall ;;
      --help | -h)
        usage
        exit 0
        ;;
      *) misused "unknown option \"$1\"" ;;
    esac
    shift
  done
  case $prefix in
    /*) prefix=${prefix%/} ;;
    *) misused "--prefix must be an absolute path, not \"$prefix\"" ;;
  esac
  # The path is compiled into the launcher, and goes through make and a manifest of lines.
  case $prefix in
    *[!A-Za-z0-9/._+-]*) misused "--prefix may hold letters, digits and / . _ + - only: \"$prefix\"" ;;
  esac
  if [ "$action" = uninstall ] && [ "$with_demo$with_docker$with_containerd$with_crio$with_podman$engine" != nonononono ]; then
    misused '--uninstall goes with --prefix only'
  fi
  binary=$prefix/bin/railcar
  library=$prefix/lib/railcar
  manifest=$library/manifest
}

misused() {
  printf '%s: %s\n' "$program" "$1" >&2
  printf 'Try ./install.sh --help\n' >&2
  exit 2
}

check_machine() {
  [ "$(uname -s)" = Linux ] || fail "railcar runs on Linux, not on $(uname -s)"
  case $(uname -m) in
    x86_64 | aarch64) ;;
    *) fail "no pinned Node for the architecture $(uname -m); x86_64 and aarch64 are supported" ;;
  esac
  [ "$(id -u)" -eq 0 ] || fail 'needs root' "Try: sudo $0 $*"
}

prepare_toolchain() {
  "$repository/.install/toolchain"
  toolchain=$repository/build/toolchain/bin
}

# In a folder of its own, because the library's path is compiled in: a developer's build keeps working beside it.
build() {
  say 'building'
  built=$repository/build/install
  (
    cd "$repository"
    PATH=$toolchain:$PATH
    if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
      trusting quietly npm ci --no-audit --no-fund || fail 'npm ci failed'
    fi
    quietly make --silent -C native BUILD="$built" LIBDIR="$library" || fail 'the native part does not build'
    quietly node src/build.ts "$built/lib" || fail 'the Node layer does not build'
    rm -rf "$built/share"
    quietly node src/pages.ts "$built/share" || fail 'the manual and the completions cannot be made'
  )
}

install_files() {
  say "installing into $prefix"
  open_manifest
  make_directory "$prefix/bin"
  make_directory "$library"
  local name
  for name in railcar.node layer.js railcar.cjs smith.cjs; do
    install_file 644 "$built/lib/$name" "$library/$name"
  done
  install_pages
  install_engine
  # What V8 makes of the layer is good for this very engine only.
  remember file "$library/layer.cache"
  env -i "$library/engine" "$library/railcar.cjs" --write-cache || fail 'the Node layer cannot be compiled'
  # Last: whoever runs the new launcher finds all that belongs to it.
  install_file 755 "$built/railcar" "$binary"
  install_companions
  local version
  version=$(env -i "$binary" --version | head -n 1) || fail "$binary does not run"
  note "$binary: $version"
}

# Names of the launcher; a program of somebody else's that has one keeps it, and `railcar smith` does the same.
install_companions() {
  local path=$prefix/bin/smith
  if [ -e "$path" ] && [ "$(readlink "$path")" != railcar ]; then
    note "$path is there already and stays: railcar's own is \"railcar smith\""
  else
    install_link railcar "$path"
  fi
}

# Manual and completions lie in $built/share as they are to lie below the prefix.
install_pages() {
  local page
  while IFS= read -r page; do
    make_directory "$prefix/share/$(dirname "$page")"
    install_file 644 "$built/share/$page" "$prefix/share/$page"
  done < <(cd "$built/share" && find . -type f -printf '%P\n' | sort)
}

register_with_docker() {
  local outcome
  make_directory "$(dirname "$docker_config")"
  outcome=$("$toolchain/node" "$repository/.install/daemon-json.mjs" add "$docker_config" "$binary") ||
    fail 'the runtime is not registered with Docker'
  case $outcome in
    unchanged)
      note "$docker_config names the runtime already"
      return
      ;;
    created) remember docker-created "$docker_config" ;;
    added*)
      remember docker "$docker_config"
      remember file "${outcome#added }"
      note "backup: ${outcome#added }"
      ;;
  esac
  say "registered the runtime \"railcar\" in $docker_config"
  note 'A running Docker takes it up when it reloads: systemctl reload docker (or send dockerd a SIGHUP).'
  note 'Then: docker run --rm --runtime railcar debian:12 echo hello'
}

demo() {
  local place=$library/demo
  say "a first container, from $place"
  remember tree "$place"
  "$repository/.install/demo" "$binary" "$library/engine" "$place"
}

next_steps() {
  say 'done'
  note "$binary --help"
  if ! runs_systemd; then note "$binary standby --detach makes every command faster, until this machine restarts."; fi
  note './install.sh --demo runs a first container; --docker, --containerd, --crio, --podman make it a runtime of theirs.'
}

uninstall() {
  [ -r "$manifest" ] || fail "nothing to uninstall: there is no $manifest" 'Was it installed with another --prefix?'
  local left
  left=$(env -i "$binary" list --quiet 2>/dev/null) || left=
  [ -z "$left" ] || fail "these containers still exist; delete them first: $(echo "$left" | tr '\n' ' ')"
  forget_docker
  forget_containerd_and_crio
  forget_standby
  remove_all
  say "removed railcar from $prefix"
}

main "$@"
