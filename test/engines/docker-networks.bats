#!/usr/bin/env bats
# Docker: several containers that work together, as Compose would set them up: networks of one's own with names, volumes,
# configuration that is mounted, ports.
bats_require_minimum_version 1.5.0
load dockerd

setup_file() {
  start_docker
  docker network create --subnet 10.213.8.0/24 --label of=test front >/dev/null
  docker network create --subnet 10.213.9.0/24 --internal back >/dev/null
  # An HTTP server, by the names web and shop, that keeps its page in a volume.
  docker run --rm --volume pages:/www box sh -c 'echo page >/www/index.html'
  docker run --detach --name web --network front --network-alias shop --volume pages:/www:ro --publish 8081:80 \
    box httpd -f -p 80 -h /www >/dev/null
}
teardown_file() { stop_docker; }
teardown() { if [ -n "${started:-}" ]; then docker rm --force "$started" >/dev/null 2>&1 || true; fi; }

start() {
  started=$(docker run --detach "$@")
}

@test "Docker's name server answers at 127.0.0.11 for names and aliases" {
  run -0 docker run --rm --network front box sh -c 'cat /etc/resolv.conf; nslookup web; wget -q -O - http://shop/'
  [[ $output == *'nameserver 127.0.0.11'* ]]
  [[ $output == *'10.213.8.2'* ]]
  [[ $output == *page ]]
}

@test "names of another network are not known, nor its addresses reached" {
  run ! docker run --rm --network back box sh -c 'nslookup web >/dev/null 2>&1 || ping -c 1 -W 1 10.213.8.2'
}

@test "--link-local aliases, --add-host, --dns, --hostname" {
  run -0 docker run --rm --network front --add-host far:192.0.2.7 --dns 192.0.2.53 --dns-search example.org --hostname here \
    box sh -c 'cat /etc/hosts /etc/resolv.conf; hostname'
  [[ $output == *$'192.0.2.7\tfar'* ]]
  [[ $output == *'search example.org'* ]]
  [[ $output == *here ]]
}

@test "network connect and disconnect change a running container" {
  start --network front box sleep 60
  docker network connect --alias database back "$started"
  run -0 docker exec "$started" ip -4 -o address
  [[ $output == *10.213.8.* && $output == *10.213.9.* ]]
  run -0 docker run --rm --network back box ping -c 1 -w 5 database
  docker network disconnect front "$started"
  run -0 docker exec "$started" ip -4 -o address
  [[ $output != *10.213.8.* && $output == *10.213.9.* ]]
  run ! docker exec "$started" ping -c 1 -W 1 10.213.8.2
}

@test "a container on two networks keeps both over a restart, and its address if it has asked for one" {
  started=$(docker create --network front --ip 10.213.8.77 box sleep 60)
  docker network connect back "$started"
  docker start "$started"
  docker restart --time 0 "$started"
  run -0 docker exec "$started" ip -4 -o address
  [[ $output == *10.213.8.77/* && $output == *10.213.9.* ]]
}

@test "a published port: on all addresses, on one, and chosen by Docker" {
  wait_for 20 in_network busybox wget -q -O /dev/null http://127.0.0.1:8081/
  run -0 in_network busybox wget -q -O - http://10.213.8.1:8081/
  [ "$output" = page ]
  start --publish 127.0.0.1:8082:80/udp --publish 80 --volumes-from web box sh -c 'exec httpd -f -p 80 -h /www'
  run -0 docker port "$started" 80/udp
  [ "$output" = 127.0.0.1:8082 ]
  local port
  port=$(docker port "$started" 80/tcp | sed -n 's/^0.0.0.0://p')
  wait_for 20 in_network busybox wget -q -O /dev/null "http://127.0.0.1:$port/"
}

@test "--link, the old way, gives names and variables" {
  start box sleep 60
  docker rename "$started" linked
  run -0 docker run --rm --link linked:other box sh -c 'grep other /etc/hosts; env'
  [[ ${lines[0]} == 10.213.7.* ]]
  [[ $output == *OTHER_NAME=* ]]
}

@test "--network-alias of two containers: both addresses" {
  start --network front --network-alias twin box sleep 60
  local second
  second=$(docker run --detach --network front --network-alias twin box sleep 60)
  run -0 docker run --rm --network front box nslookup twin 127.0.0.11
  docker rm --force "$second"
  [ "$(grep -c '^Address.*10\.213\.8\.' <<<"$output")" = 2 ]
}

@test "mounts: --mount of each type, a secret's among them" {
  mkdir -p "$DIR/mounted/below"
  echo secret >"$DIR/mounted/below/secret"
  chmod 400 "$DIR/mounted/below/secret"
  run -0 docker run --rm --mount "type=bind,source=$DIR/mounted/below/secret,target=/run/secrets/password,readonly" \
    --mount type=tmpfs,target=/scratch,tmpfs-size=1m --mount type=volume,source=pages,target=/www,readonly \
    box sh -c '
      cat /run/secrets/password; echo x 2>/dev/null >/run/secrets/password || echo read-only
      grep " /scratch " /proc/mounts; cat /www/index.html'
  [ "${lines[0]}" = secret ]
  [ "${lines[1]}" = read-only ]
  [[ ${lines[2]} == tmpfs*size=1024k* ]]
  [ "${lines[3]}" = page ]
}

@test "bind-propagation: what is mounted outside appears inside, and with rshared the other way too" {
  mkdir -p "$DIR/mounted/outside" "$DIR/mounted/inside"
  start --mount "type=bind,source=$DIR/mounted,target=/slave,bind-propagation=rslave" \
    --mount "type=bind,source=$DIR/mounted,target=/shared,bind-propagation=rshared" \
    --mount "type=bind,source=$DIR/mounted,target=/private" --cap-add SYS_ADMIN --security-opt seccomp=unconfined box sleep 60
  in_place mount -t tmpfs outside "$DIR/mounted/outside"
  run -0 docker exec "$started" sh -c 'mount -t tmpfs inside /shared/inside; grep -E "(out|in)side" /proc/mounts | cut -d " " -f 1,2 | sort'
  [ "$output" = $'inside /shared/inside\ninside /slave/inside\noutside /shared/outside\noutside /slave/outside' ]
  run -0 in_place grep -c "^inside $DIR/mounted/inside" /proc/mounts
  in_place umount "$DIR/mounted/inside" "$DIR/mounted/outside"
}

@test "a volume takes over what the image has there, with its owners" {
  started=$(docker create --volume filled:/tmp box sh -c 'stat -c %a /tmp')
  run -0 docker start --attach "$started"
  [ "$output" = 1777 ]
  docker rm "$started"
  docker volume rm filled
}
