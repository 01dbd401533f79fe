# shellcheck shell=bash
# The container's mounts are the caller's, here those of a namespace for the test, and are taken off by `delete`.
twin() {
  export -f runtime mounted
  export RUNTIME ROOT BUNDLE ID
  unshare --mount --propagation private bash -c '
    runtime create --bundle "$BUNDLE" "$ID" >"$BUNDLE/output" 2>&1
    mounts=$(mounted)
    runtime start "$ID"
    until [ "$(runtime state "$ID" | jq -r .status)" = stopped ]; do sleep 0.05; done
    head -n 4 "$BUNDLE/output"
    [ "$(tail -n 1 "$BUNDLE/output")" != "$(readlink /proc/self/ns/mnt)" ] || echo inherited
    echo "mounted: $mounts"
    runtime delete "$ID"
    echo "left: $(mounted)"'
}

mounted() { grep -c "$BUNDLE/" /proc/self/mountinfo; }
