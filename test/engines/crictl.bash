# shellcheck shell=bash
# Loaded by what asks for pods through crictl: load cri first.

write_crictl_config() {
  printf '%s\n' "runtime-endpoint: unix://$SOCKET" "image-endpoint: unix://$SOCKET" 'timeout: 30' >"$DIR/crictl.yaml"
}

# Sets CRI, or skips.
find_crictl() {
  CRI=$("$BATS_TEST_DIRNAME/go-program" crictl sigs.k8s.io/cri-tools/cmd/crictl) || cannot_be_had crictl "$CRI"
  export CRI
}

crictl() { in_place "$CRI" --config="$DIR/crictl.yaml" "$@"; }
# As cri.bash has it.
cri() {
  case $1 in
    runp) crictl runp --runtime "$2" "$3" ;;
    *) crictl "$@" ;;
  esac
}

# crictl knows the numbers of enumerations, not their names: 1 is CONTAINER.
plain_pod() { pod '.linux.security_context.namespace_options.pid = 1'; }
