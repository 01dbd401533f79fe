# shellcheck shell=bash
# Sourced after manifest.sh. The runtime handler "railcar" in containerd and in CRI-O: what a RuntimeClass names.

register_with_containerd() {
  local outcome
  make_directory "$(dirname "$containerd_config")"
  outcome=$("$toolchain/node" "$repository/.install/containerd-toml.mjs" add "$containerd_config" "$binary") ||
    fail 'the runtime is not registered with containerd'
  case $outcome in
    unchanged)
      note "$containerd_config names the runtime already"
      return
      ;;
    created) remember containerd-created "$containerd_config" ;;
    added*)
      remember containerd "$containerd_config"
      remember file "${outcome#added }"
      note "backup: ${outcome#added }"
      ;;
  esac
  say "registered the runtime handler \"railcar\" in $containerd_config"
  note 'containerd takes it up when it is restarted, which leaves containers running: systemctl restart containerd'
  note 'Then a pod with "runtimeClassName: railcar" runs with it: docs/engines/kubernetes'
}

# A file of its own: CRI-O adds up what the files in its folder say.
register_with_crio() {
  local file=$crio_folder/50-railcar.conf text
  text=$(sed "s|@BINARY@|$binary|" "$repository/.install/crio.conf")
  if [ -e "$file" ]; then
    if [ "$(cat "$file")" = "$text" ]; then
      note "$file names the runtime already"
      return
    fi
    grep -qxF "$(printf 'crio\t%s' "$file")" "$manifest" || fail "$file is there already and is not of this installation; it was left as it is"
  fi
  make_directory "$crio_folder"
  remember crio "$file"
  printf '%s\n' "$text" | write_whole "$file"
  say "registered the runtime handler \"railcar\" in $file"
  note 'CRI-O takes it up when it is restarted, which leaves containers running: systemctl restart crio'
}

write_whole() {
  install -m 644 /dev/stdin "$1.new"
  mv -Tf "$1.new" "$1"
}

# Before anything else goes: containers that are still there could not be ended without railcar.
forget_containerd_and_crio() {
  local kind path outcome left
  while IFS=$'\t' read -r kind path; do
    case $kind in
      crio) rm -f "$path" ;;
      containerd | containerd-created)
        left=$(containers_of_containerd)
        [ -z "$left" ] || fail "these containers of containerd still exist; delete them first: $left"
        outcome=$("$library/engine" "$repository/.install/containerd-toml.mjs" remove "$path" "$binary") ||
          fail "the runtime is still registered in $path, so nothing was removed"
        note "$path: $outcome"
        if [ "$kind" = containerd-created ] && [ "$outcome" = emptied ]; then rm -f "$path"; fi
        ;;
    esac
  done <"$manifest"
}

containers_of_containerd() {
  local namespace
  for namespace in /run/containerd/railcar/*/; do
    [ ! -d "$namespace" ] || env -i "$binary" --root "$namespace" list --quiet | tr '\n' ' '
  done
}
