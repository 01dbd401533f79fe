# shellcheck shell=bash
# Sourced after manifest.sh. Which Node runs railcar, fixed by absolute path: root must never find it through PATH.
# docs/decisions/0001-engine.md tells why.

# Release lines that upstream maintains. railcar itself also runs on 20, for those who ask for it.
supported_lines=' 22 24 26 '
usable_lines=" 20$supported_lines"

choose_engine() {
  local origin
  if [ -n "$engine" ]; then
    engine=$(realpath -e "$engine" 2>/dev/null) || fail 'the path given with --engine does not exist'
    local reason
    reason=$(unsafe "$engine") && fail "$engine cannot be the engine: $reason" \
      'Whoever can change it would be root as soon as root runs railcar.'
    reason=$(unusable "$engine" "$usable_lines") && fail "$engine cannot be the engine: $reason"
    origin='as asked for'
  elif find_engine; then
    origin="the machine's own"
  else
    engine=$(realpath "$toolchain/node")
    origin="railcar's own, pinned; it goes to $library/node"
  fi
  note "engine: Node $(version_of_node "$engine"), $engine ($origin)"
  note "cold start: $("$toolchain/node" "$repository/.install/cold-start.mjs" "$engine") ms (median of 11)"
}

# Fixed places: what PATH says is the caller's affair.
find_engine() {
  local path reason
  for path in /usr/local/bin/node /usr/bin/node; do
    [ -e "$path" ] || continue
    path=$(realpath "$path")
    if reason=$(unsafe "$path" || unusable "$path" "$supported_lines"); then
      note "$path is not the engine: $reason"
    else
      engine=$path
      return 0
    fi
  done
  return 1
}

# Succeeds, and says why, if anyone but root can change the file or any directory that leads to it.
unsafe() {
  local path=$1 uid gid mode
  if [ ! -f "$path" ] || [ ! -x "$path" ]; then
    echo 'it is not an executable file'
    return 0
  fi
  while :; do
    read -r uid gid mode < <(stat -c '%u %g %A' "$path")
    if [ "$uid" -ne 0 ]; then
      echo "$path belongs to uid $uid"
      return 0
    elif [ "${mode:5:1}" = w ] && [ "$gid" -ne 0 ]; then
      echo "$path can be written to by the group $gid"
      return 0
    elif [ "${mode:8:1}" = w ]; then
      echo "$path can be written to by everyone"
      return 0
    fi
    [ "$path" != / ] || return 1
    path=$(dirname "$path")
  done
}

# Succeeds, and says why, if the engine does not run railcar: with nothing in the environment, as the launcher starts it.
unusable() {
  local version
  version=$(version_of_node "$1") || {
    echo 'it does not run as Node'
    return 0
  }
  case $2 in
    *" ${version%%.*} "*) ;;
    *)
      echo "Node $version is not of the lines$2that railcar can use here"
      return 0
      ;;
  esac
  env -i "$1" -e 'require(process.argv[1])' "$built/lib/railcar.node" 2>/dev/null && return 1
  echo "Node $version cannot load the addon"
}

version_of_node() {
  env -i "$1" -p process.versions.node 2>/dev/null | grep -E '^[0-9]+\.'
}

# railcar's own Node is copied: the build folder may go, and belongs to whoever cloned the repository.
install_engine() {
  case $engine in
    "$repository"/build/*)
      install_file 755 "$engine" "$library/node"
      install_link "$library/node" "$library/engine"
      ;;
    *)
      install_link "$engine" "$library/engine"
      if [ "$engine" != "$library/node" ]; then rm -f "$library/node"; fi
      ;;
  esac
}
