#!/usr/bin/env bats
# Docker Swarm: two nodes, and services whose tasks run with the runtime under test. The kernel of test machines need not
# have IPVS, so that services have no virtual addresses and no published ports here (--endpoint-mode dnsrr); the overlay
# network between the nodes is VXLAN. The tests build on each other.
bats_require_minimum_version 1.5.0
load dockerd
load swarm

setup_file() {
  start_nodes
  on one docker swarm init --advertise-addr 10.214.0.1 --listen-addr 10.214.0.1 --data-path-addr 10.214.0.1 >/dev/null
  on two docker swarm join --advertise-addr 10.214.0.2 --listen-addr 10.214.0.2 --data-path-addr 10.214.0.2 \
    --token "$(on one docker swarm join-token --quiet worker)" 10.214.0.1:2377 >/dev/null
}
teardown_file() { stop_nodes; }

@test "two nodes are ready" {
  wait_for 20 eval '[ "$(on one docker node ls --format "{{.Status}}" | grep -c Ready)" = 2 ]'
}

@test "a replicated service spreads over both, with the runtime under test" {
  on one docker network create --driver overlay --attachable --subnet 10.215.0.0/24 cloth
  printf 'secret' | on one docker secret create word -
  on one docker service create --detach --quiet --name web --replicas 2 --endpoint-mode dnsrr --network cloth --no-resolve-image \
    --restart-delay 100ms --stop-grace-period 1s --secret word --limit-memory 32m box \
    sh -c 'trap "exit 0" TERM; echo "task started"; while :; do sleep 0.1; done'
  wait_for 30 running web 1 1
  local node
  for node in one two; do
    run -0 on "$node" docker inspect --format '{{.HostConfig.Runtime}}' "$(replicas web "$node")"
    [ "$output" = "$RUNTIME" ]
  done
}

@test "a task reaches the other node's over the overlay network, by address and by name" {
  local there
  there=$(on two docker inspect --format '{{.NetworkSettings.Networks.cloth.IPAddress}}' "$(replicas web two)")
  wait_for 20 on one docker exec "$(replicas web one)" ping -c 1 -W 1 "$there"
  run -0 on one docker exec "$(replicas web one)" nslookup web 127.0.0.11
  [ "$(grep -c '^Address.*10\.215\.0\.' <<<"$output")" = 2 ]
}

@test "a task has its secret and its limit" {
  run -0 on two docker exec "$(replicas web two)" cat /run/secrets/word /sys/fs/cgroup/memory/memory.limit_in_bytes
  [ "$output" = secret33554432 ]
}

@test "a container that is no task can be attached to the overlay network" {
  local there
  there=$(on two docker inspect --format '{{.NetworkSettings.Networks.cloth.IPAddress}}' "$(replicas web two)")
  run -0 on one docker run --rm --network cloth box ping -c 3 -W 2 "$there"
}

@test "service logs are of all tasks" {
  wait_for 20 eval '[ "$(on one docker service logs web | grep -c "task started")" = 2 ]'
}

@test "a task that fails is replaced" {
  local failed
  failed=$(replicas web two)
  on two docker kill "$failed"
  wait_for 20 eval '[ -n "$(replicas web two)" ] && [ "$(replicas web two)" != '"$failed"' ]'
  run -0 on one docker service ps --filter desired-state=shutdown --format '{{.CurrentState}}' web
  [[ $output == Failed* ]]
}

@test "scale up and down" {
  on one docker service scale --detach web=5
  wait_for 30 running_in_all web 5
  on one docker service scale --detach web=2
  wait_for 30 running_in_all web 2
}

@test "a rolling update replaces every task, a bad one is rolled back" {
  on one docker service update --detach --quiet --env-add COLOUR=blue --update-parallelism 1 --update-delay 0s --update-order start-first \
    --update-monitor 100ms web
  wait_for 30 eval '[ "$(on one docker service inspect --format "{{.UpdateStatus.State}}" web)" = completed ]'
  wait_for 20 running_in_all web 2
  run -0 on one docker inspect --format '{{.Config.Env}}' $(replicas web one)
  [[ $output == *COLOUR=blue* ]]
  on one docker service update --detach --quiet --args no-such-command --update-failure-action rollback --rollback-monitor 100ms \
    --update-monitor 1s web
  wait_for 40 eval '[ "$(on one docker service inspect --format "{{.UpdateStatus.State}}" web)" = rollback_completed ]'
  wait_for 20 running_in_all web 2
  run -0 on one docker service ps --no-trunc --format '{{.Error}}' web
  [[ $output == *no-such-command*'executable file not found'* ]]
}

@test "a node that is drained gives its tasks to the other, and gets none" {
  local two
  two=$(on two docker info --format '{{.Swarm.NodeID}}')
  on one docker node update --availability drain "$two"
  wait_for 30 running web 2 0
  on one docker node update --availability active "$two"
}

@test "a global service has a task on each node, a job ends" {
  on one docker service create --detach --quiet --name everywhere --mode global --stop-grace-period 1s --endpoint-mode dnsrr --no-resolve-image box sleep 60
  wait_for 20 running everywhere 1 1
  on one docker service create --detach --quiet --name job --mode replicated-job --replicas 2 --no-resolve-image --restart-condition none box echo done
  wait_for 20 eval '[ "$(on one docker service ps --format "{{.CurrentState}}" job | grep -c ^Complete)" = 2 ]'
}

@test "removed services and a node that leaves keep nothing running" {
  on one docker service rm web everywhere job
  wait_for 20 eval 'running_in_all web 0 && running_in_all everywhere 0'
  on two docker swarm leave
  run -0 on two docker info --format '{{.Swarm.LocalNodeState}}'
  [ "$output" = inactive ]
  run -0 on two docker ps --all --quiet
  [ -z "$output" ]
  on one docker swarm leave --force
}
