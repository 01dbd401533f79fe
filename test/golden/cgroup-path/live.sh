# shellcheck shell=bash
# The cgroup itself is removed with the container; its parents may be others' and stay.
twin() {
  runtime run --bundle "$BUNDLE" "$ID"
  find /sys/fs/cgroup -path "*/$ID/nested/path" | grep . && return 1
  find /sys/fs/cgroup -depth -type d -path "*/$ID*" -exec rmdir {} +
}
