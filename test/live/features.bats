#!/usr/bin/env bats
# `railcar features`, and that what it claims is so on this kernel. Tables and document are compared in test/features.

load helper

@test "features: every namespace that is claimed can be new" {
  railcar_only "it is railcar's document"
  local types
  mapfile -t types < <(runtime features | jq -r '.linux.namespaces[]')
  [ "${#types[@]}" = 8 ] || fail "there are eight kinds: ${types[*]}"
  bundle
  # A user namespace is what the root file system must then be open to, and a golden case is about it.
  script 'cd /proc/self/ns; for ns in *; do echo "$ns $(readlink $ns)"; done'
  edit_config 'del(.hostname) | .linux.namespaces = [{type: "mount"}]'
  run -0 runtime run --bundle "$BUNDLE" "$ID-old" </dev/null
  local before=$output type
  edit_config --argjson types "$(jq -n '$ARGS.positional' --args "${types[@]}")" \
    '.linux.namespaces = [$types[] | select(. != "user") | {type: .}]'
  run -0 runtime run --bundle "$BUNDLE" "$ID" </dev/null
  for type in "${types[@]}"; do
    local name=$type
    case $type in user) continue ;; network) name=net ;; mount) name=mnt ;; esac
    [ "$(grep "^$name " <<<"$output")" != "$(grep "^$name " <<<"$before")" ] || fail "$type is the same"
  done
}

@test "features: every mount option that is claimed is taken" {
  railcar_only "it is railcar's document"
  bundle
  script 'echo mounted'
  mkdir "$BUNDLE/files"
  local mounts recursive='^(rro|rrw|rno|rs[uy]|rdev|rexec|rdir|ratime|rrel|rstrict)'
  # Those that ask for something else than a flag have golden cases of their own.
  mounts=$(runtime features | jq '.mountOptions - ["remount", "idmap", "ridmap"]')
  if ! kernel_since 5.12; then
    mounts=$(jq --arg recursive "$recursive" 'map(select(test($recursive) | not))' <<<"$mounts")
    [ "$(jq length <<<"$mounts")" -ge 40 ] || fail "only $mounts"
  fi
  edit_config --argjson mounts "$mounts" --arg recursive "$recursive" '.mounts += [$mounts[] | if . == "bind" or . == "rbind"
      then {destination: "/option/\(.)", type: "bind", source: "files", options: [.]}
      elif test($recursive)
      then {destination: "/option/\(.)", type: "bind", source: "files", options: ["rbind", .]}
      else {destination: "/option/\(.)", type: "tmpfs", source: "tmpfs", options: [.]} end]'
  run -0 runtime run --bundle "$BUNDLE" "$ID" </dev/null
  contains "$output" mounted
}

@test "features: nothing on standard error, and no rights needed" {
  railcar_only "it is railcar's document"
  run -0 --separate-stderr runtime features
  same "$stderr" ""
  same "$(jq -r .ociVersionMax <<<"$output")" 1.3.0
}

@test "features: every property of docs/spec.md is printed" {
  railcar_only "it is railcar's document"
  local wanted printed
  # shellcheck disable=SC2016
  wanted=$(sed -n '/^## Features/,$ s/^| `\([^`]*\)`.*/\1/p' "$REPO/docs/spec.md" | sort)
  printed=$(runtime features | jq -r 'del(.annotations[]) | paths | select(all(type == "string")) | join(".")' | sort)
  [ -n "$wanted" ] && same "$printed" "$wanted"
}
