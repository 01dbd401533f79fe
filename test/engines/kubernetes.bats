#!/usr/bin/env bats
# The manifests of docs/engines/kubernetes, held against the API's published schemas, and what the node installer does to a
# node.
bats_require_minimum_version 1.5.0
HANDLERS=runc
load containerd
load cri

setup_file() {
  export MANIFESTS=$BATS_TEST_DIRNAME/../../docs/engines/kubernetes
  make_folder kubernetes
  make_node
}
teardown_file() { stop_containerd; }

setup() { handler=railcar pods=(); }

# A node with its configuration, and what the installer's image has.
make_node() {
  find_containerd
  write_config_1
  export NODE=$DIR/node PREFIX=$DIR/opt/railcar
  mkdir -p "$NODE/etc/containerd" "$PREFIX/bin" "$PREFIX/lib/railcar" "$DIR/image"
  mv "$DIR/config.toml" "$NODE/etc/containerd/config.toml"
  ln -s "$NODE/etc/containerd/config.toml" "$DIR/config.toml"
  cp "$NODE/etc/containerd/config.toml" "$DIR/original.toml"
  cp "$RAILCAR" "$PREFIX/bin/railcar"
  cp -P "$(dirname "$RAILCAR")"/lib/* "$PREFIX/lib/railcar"
  # As the Containerfile copies them.
  local file
  for file in $(sed -n 's/^COPY \(docs.*\) \/railcar\/$/\1/p' "$MANIFESTS/Containerfile"); do
    cp "$BATS_TEST_DIRNAME/../../$file" "$DIR/image"
  done
}

validate() { node "$BATS_TEST_DIRNAME/kubernetes/validate.ts" "$schemas" "$@"; }

find_schemas() {
  schemas=$("$BATS_TEST_DIRNAME/kubernetes/schemas") || cannot_be_had "the API's schemas" "$schemas"
}

@test "the manifests are of the API, in old and new versions of it" {
  find_schemas
  for version in 1.28 1.32 1.37; do
    run -0 validate $version "$MANIFESTS"/*.yaml
    [ "$output" = '4 objects' ]
  done
}

@test "broken ones are not" {
  find_schemas
  broken() {
    sed "$2" "$MANIFESTS/$1" >"$DIR/broken.yaml"
    run -1 validate 1.32 "$DIR/broken.yaml"
    [[ $output == *"$3"* ]]
  }
  broken runtimeclass.yaml 's/^handler:/handlr:/' 'must NOT have additional properties (handlr)'
  broken runtimeclass.yaml '/^handler:/d' "must have required property 'handler'"
  broken runtimeclass.yaml 's/node.k8s.io.v1/node.k8s.io\/v2/' 'there is no RuntimeClass of node.k8s.io/v2'
  broken node-installer.yaml 's/runAsUser: 0/runAsUser: root/' 'runAsUser: must be integer'
  broken node-installer.yaml 's/drop: /dropp: /' 'must NOT have additional properties (dropp)'
  broken node-installer.yaml 's/hostPath: /hostpath: /' 'must NOT have additional properties (hostpath)'
  broken pod.yaml '/image:/d; s/name: hello$/nam: hello/' "must have required property 'name'"
}

@test "they name the same things as each other, the installation and the image" {
  json() { /usr/bin/python3 -c 'import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)' <"$MANIFESTS/$1"; }
  [ "$(json runtimeclass.yaml | jq -r '.[0].handler')" = railcar ]
  grep -qxF '[crio.runtime.runtimes.railcar]' "$BATS_TEST_DIRNAME/../../.install/crio.conf"
  [ "$(json pod.yaml | jq -r '.[0].spec.runtimeClassName')" = "$(json runtimeclass.yaml | jq -r '.[0].metadata.name')" ]
  # Whoever gets pods gets the installer.
  json node-installer.yaml | jq -e --argjson wanted "$(json runtimeclass.yaml | jq '.[0].scheduling.nodeSelector')" \
    '.[1].spec.template.spec.nodeSelector | contains($wanted)'
  json node-installer.yaml | jq -e '.[1].spec | .selector.matchLabels as $wanted | .template.metadata.labels | contains($wanted)'
  [ "$(json node-installer.yaml | jq -r '.[1].spec.template.spec.containers[0].readinessProbe.exec.command[0]')" = \
    "$(sed -n 's/^ENTRYPOINT \["\(.*\)"\]$/\1/p' "$MANIFESTS/Containerfile")" ]
}

@test "the installer needs no capability: files, entry, nothing changed the second time" {
  run -1 "$DIR/image/node-install" check
  run -0 setpriv --bounding-set -all --inh-caps -all "$DIR/image/node-install" install
  [[ $output == *'restart containerd on this node'* ]]
  run -0 "$DIR/image/node-install" check
  diff -r "$PREFIX" "$NODE$PREFIX"
  before=$(find "$NODE" -printf '%p %i %T@\n')
  run -0 setpriv --bounding-set -all --inh-caps -all "$DIR/image/node-install" install
  [[ $output == *'containerd knows it'* ]]
  [ "$before" = "$(find "$NODE" -printf '%p %i %T@\n')" ]
}

@test "another railcar replaces it, by rename" {
  before=$(stat -c %i "$NODE$PREFIX/bin/railcar")
  echo >>"$PREFIX/lib/railcar/layer.js"
  printf '\0' >>"$PREFIX/bin/railcar"
  run -1 "$DIR/image/node-install" check
  run -0 "$DIR/image/node-install" install
  run -0 "$DIR/image/node-install" check
  [ "$before" != "$(stat -c %i "$NODE$PREFIX/bin/railcar")" ]
}

@test "after a restart a pod of the RuntimeClass's handler runs, and without the entry none" {
  find_cri
  make_place
  write_cni
  start_daemon
  import_images
  export SOCKET=$DIR/containerd.sock
  pod
  run -0 once . echo hello
  [ "$output" = hello ]
  run -0 in_place "$RAILCAR" --root /run/containerd/railcar/k8s.io list --quiet
  [[ $output == *"$pod"* ]]
  remove_pods
  # The DaemonSet's pods are ready in what they have been told to do.
  run -1 env ROLE=leave "$DIR/image/node-install" check
  run -0 "$DIR/image/node-install" remove
  run -0 env ROLE=leave "$DIR/image/node-install" check
  run -1 env ROLE=stay "$DIR/image/node-install" check
  cmp "$DIR/original.toml" "$NODE/etc/containerd/config.toml"
  stop_daemon
  start_daemon
  run -125 pod
  [[ $output == *'no runtime for "railcar" is configured'* ]]
}
