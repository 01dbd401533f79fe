# shellcheck shell=bash
# Sourced. How install.sh, test/run and their parts speak: progress and errors on standard error.

say() { printf '==> %s\n' "$*" >&2; }

note() { printf '    %s\n' "$*" >&2; }

# A problem, and on further lines what to do about it.
fail() {
  printf '%s: %s\n' "$program" "$1" >&2
  shift
  [ $# -eq 0 ] || printf '    %s\n' "$@" >&2
  exit 1
}
