# shellcheck shell=bash
twin() {
  # A host that has it would need a processor that takes these values.
  ! grep -q " - resctrl " /proc/self/mountinfo || { cat "$CASE/expect"; return; }
  runtime run --bundle "$BUNDLE" "$ID" 2>&1
}
