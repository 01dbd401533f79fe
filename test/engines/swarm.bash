# shellcheck shell=bash
# Loaded by swarm.bats: two daemons, "one" and "two", each in namespaces of its own, on one wire.

# on NODE COMMAND...: as if that daemon were the only one.
on() {
  local -x DIR
  DIR=$(readlink "$NODES/$1")
  shift
  "$@"
}

start_nodes() {
  NODES=$(mktemp -d /tmp/railcar-swarm.XXXXXX)
  export NODES
  start_node one
  start_node two
  ip link add name wire netns "$(<"$NODES/one/place.pid")" type veth peer name wire netns "$(<"$NODES/two/place.pid")"
  on one in_network sh -c 'ip address add 10.214.0.1/24 dev wire; ip link set wire up'
  on two in_network sh -c 'ip address add 10.214.0.2/24 dev wire; ip link set wire up'
}

# There is no registry that a node could have the image from.
start_node() {
  make_docker_place
  ln -s "$DIR" "$NODES/$1"
  start_daemon --bip 10.213.7.1/24
  import_busybox
}

stop_nodes() {
  local node
  for node in two one; do
    [ -e "$NODES/$node" ] || continue
    on "$node" docker swarm leave --force >/dev/null 2>&1 || true
    on "$node" stop_docker
  done
  rm -r "$NODES"
}

# replicas SERVICE NODE: the ids of its tasks' containers that run there.
replicas() { on "$2" docker ps --quiet --filter "label=com.docker.swarm.service.name=$1"; }

# running SERVICE ONE TWO: as many on each node.
running() { [ "$(replicas "$1" one | wc -l) $(replicas "$1" two | wc -l)" = "$2 $3" ]; }
running_in_all() { [ "$(($(replicas "$1" one | wc -l) + $(replicas "$1" two | wc -l)))" = "$2" ]; }
