#!/usr/bin/env bats
# Programs that many people run, of Debian's packages, as microcontainers: each starts with a root file system that cannot be
# written to, under railcar and under an unchanged Docker with its own runtime.

load smith
load ../engines/dockerd

setup_file() {
  [ "$(id -u)" = 0 ] || skip 'needs root'
  # Docker as everybody has it.
  export RUNTIME=runc
  start_docker
  . "$REPOSITORY/.install/cache.sh"
  # Packages are fetched once for all of them, and for the next run.
  XDG_CACHE_HOME=$(cache_folder)/smith-packages
  export XDG_CACHE_HOME
}
setup() { [ -n "${XDG_CACHE_HOME:-}" ] || skip 'needs root'; }
teardown() {
  if [ -n "${ID:-}" ]; then railcar delete --force "$ID" 2>/dev/null || true; fi
  if [ -n "${container:-}" ]; then docker rm --force "$container" >/dev/null 2>&1 || true; fi
}
teardown_file() { stop_docker; }

railcar() { "$RAILCAR" --root "$BATS_TEST_TMPDIR/state" "$@" 3>&-; }

# build NAME: the recipe of programs/NAME; makes a bundle with a read-only root of the image, and an image of Docker's.
build() {
  cp -R "$BATS_TEST_DIRNAME/programs/$1" "$BATS_TEST_TMPDIR/recipe"
  cd "$BATS_TEST_TMPDIR/recipe" || return
  smith -f >digest
  smith lint --ignore "${IGNORE:-}" image.tar.gz
  smith unpack --readonly image.tar.gz bundle
  jq '.process.terminal = false | .mounts += [("/run", "/write") | {destination: ., type: "tmpfs", source: "tmpfs", options: ["mode=1777", "nosuid", "nodev"]}]' \
    bundle/config.json >config.json
  mv config.json bundle/config.json
  image=$(docker load --quiet <image.tar.gz)
  image=${image##*ID: }
  echo "# $BATS_TEST_DESCRIPTION: $(($(stat -c %s image.tar.gz) / 1024)) KiB" >&3
}

# The user is the image's, and Docker gives a tmpfs to root.
in_docker() { docker run --read-only --tmpfs /run:uid=10,gid=10 --tmpfs /write:uid=10,gid=10 "$@"; }

# Both print the same.
runs_and_prints() {
  ID=smith-$$-$BATS_TEST_NUMBER
  run -0 railcar run --bundle bundle "$ID"
  contains "$output" "$1"
  run -0 in_docker --rm "$image"
  contains "$output" "$1"
}

# A server: its socket is reached through the root of its process.
starts() {
  ID=smith-$$-$BATS_TEST_NUMBER
  railcar run --detach --bundle bundle "$ID" </dev/null >railcar.log 2>&1
  railcar_pid=$(railcar state "$ID" | jq .pid)
  container=$(in_docker --detach "$image")
  docker_pid=$(docker inspect --format '{{.State.Pid}}' "$container")
}

@test "busybox" {
  IGNORE=shell build busybox
  runs_and_prints 'Read-only file system'
}

@test "curl, in a layer for each package" {
  build curl
  skopeo copy --quiet oci-archive:image.tar.gz:latest oci:layout:latest
  run -0 jq -r '.history[].comment' <(skopeo inspect --config oci:layout:latest)
  contains "$output" 'package libssl3 '
  same "${lines[-1]}" 'what is of no package'
  same "$(skopeo inspect oci:layout:latest | jq '.Layers | length')" "${#lines[@]}"
  runs_and_prints 'data of the overlay'
}

@test "python3 with what its program imports" {
  build python3
  runs_and_prints '{"sha256": "'
  contains "$output" '"most": [["a", 3]]'
}

@test "redis-server" {
  build redis-server
  starts
  wait_for 20 test -S "/proc/$railcar_pid/root/run/redis.sock"
  run -0 railcar exec "$ID" /usr/bin/redis-cli -s /run/redis.sock incr visits
  contains "$output" 1
  wait_for 20 test -S "/proc/$docker_pid/root/run/redis.sock"
  run -0 docker exec "$container" /usr/bin/redis-cli -s /run/redis.sock incr visits
  contains "$output" 1
}

@test "nginx" {
  build nginx
  starts
  local pid
  for pid in "$railcar_pid" "$docker_pid"; do
    wait_for 20 test -S "/proc/$pid/root/run/nginx.sock"
    run -0 curl --silent --unix-socket "/proc/$pid/root/run/nginx.sock" http://localhost/
    same "$output" 'hello from a microcontainer'
  done
}
