# shellcheck shell=bash
# Sourced by run: what goes into the guest, as a tar archive that is its second disk.

pack_luggage() {
  local path
  mkdir -p "$scratch/guest"
  write_command >"$scratch/guest/command"
  luggage=$scratch/luggage.tar
  tar --create --file "$luggage" --owner=0 --group=0 --directory "$scratch" guest/command
  for path in "${copies[@]}"; do
    case $path in
      *:*) pack "${path%:*}" "${path##*:}" ;;
      *) pack "$path" "$(realpath --no-symlinks "$path")" ;;
    esac
  done
  [ ! -x "$repository/build/railcar" ] || pack_railcar
}

# What the agent sources: the words of the command.
write_command() {
  printf 'directory=%q\n' "$PWD"
  printf 'command=('
  printf ' %q' "${command[@]}"
  printf ' )\n'
}

# pack FROM TO: symbolic links are followed only on the way to FROM.
pack() {
  local from
  from=$(realpath --canonicalize-existing "$1" 2>/dev/null) || fail "there is nothing to copy at \"$1\""
  [[ $2 == /* ]] || fail "where it goes in the guest has to be an absolute path: \"$2\""
  tar --append --file "$luggage" --absolute-names --numeric-owner --transform "flags=rh;s,^$(literal "$from"),$(replacement "${2#/}")," "$from"
}

# Text as the pattern, and as the replacement, of the expressions that tar rewrites names with.
literal() { sed 's/[][\\.*^$,]/\\&/g' <<<"$1"; }
replacement() { sed 's/[\\&,]/\\&/g' <<<"$1"; }

# The launcher knows its folder by an absolute path, and there finds Node by a link.
pack_railcar() {
  local lib=$repository/build/lib
  pack "$repository/build/railcar" "$repository/build/railcar"
  pack "$lib" "$lib"
  pack "$lib/engine" "$(realpath "$lib/engine")"
  ln -s "$repository/build/railcar" "$scratch/link"
  tar --append --file "$luggage" --directory "$scratch" --transform 's,^link,usr/local/bin/railcar,' link
}
