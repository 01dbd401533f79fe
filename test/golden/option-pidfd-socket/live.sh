# shellcheck shell=bash
setup() {
  background python3 "$LIVE/tools/recvpidfd.py" "$CASE/pidfd.sock" "$CASE/received" </dev/null >/dev/null 2>&1
  eventually test -S "$CASE/pidfd.sock"
}
twin() {
  runtime create --pidfd-socket "$CASE/pidfd.sock" --bundle "$BUNDLE" "$ID" >/dev/null 2>&1
  eventually test -s "$CASE/received"
  sed "s/^pid $(pid_of)\$/the process/" "$CASE/received"
}
