# shellcheck shell=bash
# Sourced by run: the machine, and what comes out of it.

# The guest has three ports besides its console: what the command prints and says of errors, and what the agent says.
boot() {
  local ending=0
  log=${console:-$scratch/console.log}
  : >"$log"
  : >"$scratch/status"
  mkfifo "$scratch/stdout" "$scratch/stderr"
  cat "$scratch/stdout" &
  cat "$scratch/stderr" >&2 &
  start_machine &
  machine=$!
  wait "$machine" || ending=$?
  machine=
  # Opens for once what a machine that did not even begin has never opened.
  : <>"$scratch/stdout" <>"$scratch/stderr"
  wait
  conclude "$ending"
}

start_machine() {
  local port ports=()
  for port in stdout stderr status; do
    ports+=(-chardev "file,id=$port,path=$scratch/$port" -device "virtserialport,chardev=$port,name=$port")
  done
  # Without cmpxchg16b, behind which QEMU 7.2 leaves wrong flags: an interrupt right after it was the end of a kernel 6.12.
  # What is written to the disk goes to a file that nobody else sees and that is gone with the machine.
  TMPDIR=$scratch exec timeout --kill-after=10 "$timeout" qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot \
    -machine q35 -accel tcg,thread=multi -cpu max,-cx16 -smp "$cpus" -m "$memory" \
    -kernel "$image/vmlinuz" -initrd "$image/initramfs" -append "$(kernel_words)" -serial "file:$log" \
    -drive "file=$image/root.ext4,format=raw,if=virtio,snapshot=on,cache=unsafe" \
    -drive "file=$luggage,format=raw,if=virtio,readonly=on,cache=unsafe" \
    -device virtio-serial-pci "${ports[@]}" </dev/null >"$scratch/qemu.log" 2>&1
}

kernel_words() {
  # Emulated processors share one clock, whatever the kernel thinks of it, and any other is slow. And what was translated
  # is found again by its address: a library that is elsewhere in each process makes starting one three times as dear.
  # A timer that emulation is late with is no broken one.
  local words=(console=ttyS0 loglevel=4 panic=-1 mitigations=off no5lvl tsc=reliable norandmaps no_timer_check)
  case $cgroup in
    v2) words+=(systemd.unified_cgroup_hierarchy=1) ;;
    # The last for systemd 256 and 257, which want to be asked twice.
    v1) words+=(systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1) ;;
  esac
  case $lsm in
    apparmor) words+=(apparmor=1 security=apparmor) ;;
    selinux) words+=(security=selinux selinux=1 enforcing=1) ;;
    none) words+=(apparmor=0 selinux=0) ;;
  esac
  echo "${words[*]} $append"
}

# conclude STATUS-OF-THE-MACHINE: exits as the command did, or says why it did not.
conclude() {
  local code
  code=$(sed -n 's/^exit //p' "$scratch/status")
  [ "$code" != 0 ] || exit 0
  keep_console
  [ -z "$code" ] || exit "$code"
  if [ "$1" -ge 124 ]; then
    note "out of time after $timeout s: the guest had $(progress); its console: $log"
    exit 124
  fi
  note "the guest ended by itself: it had $(progress); its console: $log"
  cat "$scratch/qemu.log" >&2
  exit 125
}

progress() {
  if grep -q started "$scratch/status"; then echo 'begun with the command'; else echo 'not come to the command'; fi
}

keep_console() {
  if [ -z "$console" ]; then
    log=$(mktemp "${TMPDIR:-/tmp}/railcar-guest-console.XXXXXX")
    cp "$scratch/console.log" "$log"
  fi
  [ -z "$code" ] || note "the guest's console: $log"
}
