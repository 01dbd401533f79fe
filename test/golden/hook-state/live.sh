# shellcheck shell=bash
# All that a hook reads. The version is that of config.json, or one that the runtime has.
setup() { mkdir -p "$CASE/log"; }
twin() {
  create && runtime start "$ID"
  jq -cS --arg bundle "$BUNDLE" --argjson pid "$(pid_of)" '
    .bundle |= if . == $bundle then "the bundle" else . end | .pid |= if . == $pid then "of the host" else . end |
    .ociVersion |= sub("^1[.][0-9]+[.][0-9]+$"; "~")' "$CASE/log/createRuntime" "$CASE/log/startContainer"
}
