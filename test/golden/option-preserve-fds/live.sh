# shellcheck shell=bash
twin() {
  echo three >"$CASE/three"
  echo four >"$CASE/four"
  "$RUNTIME" --root "$ROOT" run --preserve-fds 2 --bundle "$BUNDLE" "$ID" 3<"$CASE/three" 4<"$CASE/four" 5<"$CASE/four"
}
