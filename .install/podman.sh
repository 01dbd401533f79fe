# shellcheck shell=bash
# Sourced after manifest.sh. Podman reads the files of a folder after its containers.conf: railcar's is one of its own.

register_with_podman() {
  local file=$podman_folder/railcar.conf rendered
  # There is one such file on a machine, so there is one installation that it names.
  if [ -e "$file" ] && ! grep -qxF "railcar = [\"$binary\"]" "$file"; then
    fail "$file names another runtime \"railcar\" already; it was left as it is"
  fi
  rendered=$(mktemp)
  sed "s|@BINARY@|$binary|" "$repository/.install/podman.conf" >"$rendered"
  make_directory "$podman_folder"
  install_file 644 "$rendered" "$file"
  rm -f "$rendered"
  say "registered the runtime \"railcar\" in $file"
  note 'Podman reads it with its next command: podman --runtime railcar run --rm debian:12 echo hello'
  note 'For all containers, in a containers.conf: [engine] runtime = "railcar"'
}
