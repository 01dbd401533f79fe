# shellcheck shell=bash
# shellcheck disable=SC2016 # the inner shell's pid
twin() {
  echo listening >"$CASE/socket"
  sh -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' - "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3<"$CASE/socket"
}
