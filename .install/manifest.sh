# shellcheck shell=bash
# Sourced after say.sh. What was put where: $manifest has a line "KIND<tab>PATH" for everything, in the order in which it was
# made. Entered before the thing is made, so that nothing is ever there without being listed.
#   directory       goes if it is empty by then: only those that were not there before are listed
#   file, link      goes
#   unit            one of systemd's, which is stopped first
#   tree            goes with everything in it
#   docker          a daemon.json into which the runtime was entered; docker-created: and that was not there before
#   containerd      likewise a config.toml of containerd; containerd-created
#   crio            a file that CRI-O reads, all of it railcar's

open_manifest() {
  make_directory "$(dirname "$manifest")"
  remember file "$manifest"
}

remember() {
  local line
  line=$(printf '%s\t%s' "$1" "$2")
  grep -qxF "$line" "$manifest" 2>/dev/null || printf '%s\n' "$line" >>"$manifest"
}

# The directory and all that lead to it. Those above the manifest are made before it can be written, hence the two loops.
make_directory() {
  local path=$1 made=()
  while [ ! -d "$path" ]; do
    made=("$path" "${made[@]}")
    path=$(dirname "$path")
  done
  [ ${#made[@]} -gt 0 ] || return 0
  mkdir -p "$1"
  for path in "${made[@]}"; do remember directory "$path"; done
}

# install_file MODE FROM TO: by rename, so that a running railcar keeps the file it has, and the next one gets a whole file.
install_file() {
  if cmp -s "$2" "$3" && [ "$(stat -c %a "$3")" = "$1" ]; then return 0; fi
  remember file "$3"
  rm -f "$3.new"
  install -m "$1" "$2" "$3.new"
  mv -Tf "$3.new" "$3"
}

install_link() {
  remember link "$2"
  ln -sfn "$1" "$2.new"
  mv -Tf "$2.new" "$2"
}

# Docker's configuration goes first, while the engine that edits it is still there.
forget_docker() {
  local kind path outcome
  while IFS=$'\t' read -r kind path; do
    case $kind in
      docker | docker-created) ;;
      *) continue ;;
    esac
    outcome=$("$library/engine" "$repository/.install/daemon-json.mjs" remove "$path" "$binary") ||
      fail "the runtime is still registered in $path, so nothing was removed"
    note "$path: $outcome"
    if [ "$kind" = docker-created ] && [ "$outcome" = emptied ]; then rm -f "$path"; fi
  done <"$manifest"
}

remove_all() {
  local lines index kind path
  mapfile -t lines <"$manifest"
  for ((index = ${#lines[@]} - 1; index >= 0; index--)); do
    IFS=$'\t' read -r kind path <<<"${lines[index]}"
    case $kind in
      file | link | unit) rm -f "$path" ;;
      tree) rm -rf --one-file-system "${path:?}" ;;
      # Someone else may have put something there since.
      directory) rmdir "$path" 2>/dev/null || true ;;
    esac
  done
}
