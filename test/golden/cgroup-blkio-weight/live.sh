# shellcheck shell=bash
# Weights of a disk are BFQ's business, which a loop device of the test's own is given.
setup() {
  truncate -s 1M "$CASE/disk"
  LOOP=$(losetup --find --show "$CASE/disk")
  local queue=/sys/block/${LOOP#/dev/}/queue/scheduler device
  SCHEDULER=$(sed 's/.*\[\(.*\)\].*/\1/' "$queue")
  echo bfq >"$queue"
  device=$(cat "/sys/block/${LOOP#/dev/}/dev")
  edit_config ".linux.resources.blockIO.weightDevice[0] |= (.major = ${device%:*} | .minor = ${device#*:})"
  sed -i "s/^254:0 /$device /" "$CASE/expect"
}
twin() {
  runtime run --bundle "$BUNDLE" "$ID"
  echo "$SCHEDULER" >"/sys/block/${LOOP#/dev/}/queue/scheduler"
  losetup --detach "$LOOP"
}
