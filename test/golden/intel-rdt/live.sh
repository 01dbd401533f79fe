# shellcheck shell=bash
# A host that has it would need a processor that takes these values.
there() { grep -q " - resctrl " /proc/self/mountinfo; }
