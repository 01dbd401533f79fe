# shellcheck shell=bash
# Small C programs of the tests, static, so that they run in containers too. Where there is no compiler and no mkfs, PROGRAMS
# names a folder with what they have made elsewhere.

# program SOURCE: prints where the program is; built once a run.
program() {
  local name=${1##*/} built
  name=${name%.c}
  if [ -n "${PROGRAMS:-}" ]; then
    echo "$PROGRAMS/$name"
    return
  fi
  built=$BATS_RUN_TMPDIR/program-$name
  [ -x "$built" ] || { compile "$1" "$built.$$" && mv "$built.$$" "$built"; } || return 1
  echo "$built"
}

compile() { musl-gcc -static -O1 -D_GNU_SOURCE -Wall -Wextra -Werror -o "$2" "$1"; }

# disk FILE: a small image of ext4.
disk() { if [ -n "${PROGRAMS:-}" ]; then cp "$PROGRAMS/ext4.image" "$1"; else make_disk "$1"; fi; }
make_disk() { truncate -s 4M "$1" && mkfs.ext4 -q -F "$1"; }
