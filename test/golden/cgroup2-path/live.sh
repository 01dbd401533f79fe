# shellcheck shell=bash
setup() { unified_with pids; }
twin() {
  runtime run --bundle "$BUNDLE" "$ID"
  rmdir "/sys/fs/cgroup/$ID"
}
