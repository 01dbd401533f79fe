# shellcheck shell=bash
# Sourced by run: what is asked for, and what cannot be had.
# shellcheck disable=SC2034

parse_options() {
  release=bookworm lsm=apparmor cgroup=v2 cpus=2 memory=2048 timeout=600 append='' console='' packages='' make_only=no
  copies=() command=()
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) help ;;
      --make-only) make_only=yes ;;
      --)
        shift
        command=("$@")
        break
        ;;
      --*=*)
        set_option "${1%%=*}" "${1#*=}"
        ;;
      --*)
        [ $# -gt 1 ] || fail "this option needs a value: \"$1\""
        set_option "$1" "$2"
        shift
        ;;
      *) fail "not an option: \"$1\"" 'The command comes after "--".' ;;
    esac
    shift
  done
  check_options
}

help() {
  sed -n 's/^# \{0,1\}//p;/^set /q' "$guest/run" | tail -n +2
  exit 0
}

set_option() {
  case $1 in
    --release) release=$2 ;;
    --lsm) lsm=$2 ;;
    --cgroup) cgroup=$2 ;;
    --copy) copies+=("$2") ;;
    --cpus) cpus=$2 ;;
    --memory) memory=$2 ;;
    --packages) packages=$2 ;;
    --timeout) timeout=$2 ;;
    --append) append=$2 ;;
    --keep-console) console=$2 ;;
    *) fail "no such option: \"$1\"" 'Try: --help' ;;
  esac
}

check_options() {
  one_of --release "$release" bullseye bookworm trixie sid
  one_of --lsm "$lsm" apparmor selinux none
  one_of --cgroup "$cgroup" v1 v2
  positive --cpus "$cpus"
  positive --memory "$memory"
  positive --timeout "$timeout"
  [[ $packages =~ ^[a-z0-9.+,-]*$ ]] || fail "--packages has to be names with commas between them, not \"$packages\""
  [ "$make_only" = yes ] || [ ${#command[@]} -gt 0 ] || fail 'there is no command to run' 'It comes after "--".'
  [ "$release $cgroup" != 'sid v1' ] || fail 'sid has no cgroup v1: its systemd does not know it any more' 'Try: --release trixie'
  [ "$(uname -m)" = x86_64 ] || fail "no guest is known for the architecture $(uname -m)"
}

one_of() {
  local option=$1 value=$2
  shift 2
  [[ " $* " == *" $value "* ]] || fail "$option cannot be \"$value\"" "It can be: $*"
}

positive() {
  [[ $2 =~ ^[1-9][0-9]*$ ]] || fail "$1 has to be a positive number, not \"$2\""
}

# say.sh's, with an exit status that nobody takes for the command's.
fail() {
  printf 'conformance/guest/run: %s\n' "$1" >&2
  shift
  [ $# -eq 0 ] || printf '    %s\n' "$@" >&2
  exit 125
}
