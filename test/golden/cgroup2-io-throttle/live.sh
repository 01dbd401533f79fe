# shellcheck shell=bash
# The kernel takes rules only for disks that exist: a loop device of the test's own.
setup() {
  unified_with io
  own_disk none
  edit_config ".linux.resources.blockIO |= walk(if type == \"object\" and has(\"major\") then .major = ${DISK%:*} | .minor = ${DISK#*:} else . end)"
  sed -i "s/^254:0 /$DISK /" "$CASE/expect"
}
twin() {
  runtime run --bundle "$BUNDLE" "$ID"
  losetup --detach "$LOOP"
}
