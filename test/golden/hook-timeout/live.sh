# shellcheck shell=bash
# A container for each kind, all at once: a hook that would go on for half a minute is killed after its second.
twin() {
  local kind pids=()
  for kind in prestart createRuntime createContainer startContainer poststart poststop; do
    cp -a "$BUNDLE" "$WORK/bundle-$kind"
    jq --arg kind "$kind" '.hooks |= {($kind): .[$kind]}' "$BUNDLE/config.json" >"$WORK/bundle-$kind/config.json"
    one "$kind" >"$CASE/$kind" 2>&1 3>&- &
    pids+=($!)
  done
  wait "${pids[@]}"
  cat "$CASE"/{createContainer,createRuntime,poststart,poststop,prestart,startContainer}
}
one() {
  local begin=$SECONDS result process
  "$RUNTIME" --root "$ROOT" run --bundle "$WORK/bundle-$1" "$ID-$1" </dev/null >"$CASE/$1.out" 2>"$CASE/$1.err" && result='warned of' || result=refused
  grep -q timeout "$CASE/$1.err" || { cat "$CASE/$1.err"; return; }
  grep -q process "$CASE/$1.out" && process=after || process=without
  [ $((SECONDS - begin)) -lt 15 ] || result+=' late'
  echo "$1: $result, $process the process"
}
