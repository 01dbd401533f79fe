# shellcheck shell=bash
# The kernel takes rules only for disks that exist: those of config.json are replaced by one of this machine.
setup() {
  local device; device=$(cat "$(first_disk)/dev")
  edit_config ".linux.resources.blockIO[] |= map(.major = ${device%:*} | .minor = ${device#*:})"
  sed -i "s/^254:0 /$device /" "$CASE/expect"
}
