# shellcheck shell=bash
# Small C programs of the tests, static, so that they run in containers too. Where there is no compiler, PROGRAMS names a
# folder that has them.

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
