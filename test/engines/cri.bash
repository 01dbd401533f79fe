# shellcheck shell=bash
# Loaded by the tests of the Container Runtime Interface: pods and containers as the kubelet asks for them, each of them
# described in JSON by what it differs in from a plain one.

# Sets CRI, or skips: in CI it has to be there.
find_cri() {
  CRI=$("$BATS_TEST_DIRNAME/go-program" cri .) || cannot_be_had 'the client' "$CRI"
  export CRI
}

cri() { in_place env CRI_SOCKET="$SOCKET" "$CRI" "$@"; }

# pod [CHANGE]: a pod of the handler $handler, its pids per container as is Kubernetes' default; sets $pod. CHANGE is a
# filter of jq.
pod() {
  local name=pod-$BATS_TEST_NUMBER-$BASHPID-${#pods[@]}
  pod_config=$DIR/$name.json
  mkdir -p "$DIR/logs/$name"
  jq --null-input --arg name "$name" --arg logs "$DIR/logs/$name" --arg cgroup "$CGROUP" '{
    metadata: { name: $name, uid: $name, namespace: "tests" }, hostname: $name, log_directory: $logs,
    linux: { cgroup_parent: $cgroup, security_context: { namespace_options: { pid: "CONTAINER" } } } }
    | '"${1:-.}" >"$pod_config"
  pod=$(cri runp "$handler" "$pod_config") || return
  pods+=("$pod")
}

# create CHANGE WORD...: a container in $pod; sets $container. Its namespaces are the pod's.
create() {
  local change=${1:-.} name=box-$BASHPID-$RANDOM config
  shift
  config=$DIR/$name.json
  jq --null-input --arg name "$name" --arg image "$box" --slurpfile pod "$pod_config" '{
    metadata: { name: $name }, image: { image: $image }, command: $ARGS.positional, log_path: "\($name).log",
    linux: { resources: {}, security_context: { namespace_options: $pod[0].linux.security_context.namespace_options } } }
    | '"$change" --args -- "$@" >"$config"
  container=$(cri create "$pod" "$config" "$pod_config") || return
}

start() {
  create "$@" || return
  cri start "$container"
}

# once CHANGE WORD...: one that runs to its end; its output is printed.
once() {
  start "$@" || return
  wait_for 20 in_state CONTAINER_EXITED
  cri logs "$container"
}

# of_container FILTER, of_pod FILTER: a part of the status.
of_container() { cri inspect "$container" | jq -r "$1"; }
of_pod() { cri inspectp "$pod" | jq -r "$1"; }
in_state() { [ "$(of_container .status.state)" = "$1" ]; }

remove_pods() {
  local each
  for each in "${pods[@]}"; do
    cri stopp "$each" >/dev/null 2>&1 || true
    cri rmp "$each" >/dev/null 2>&1 || true
  done
}
