# shellcheck shell=bash
# Sourced after manifest.sh. The standby as a service: systemd holds the socket and starts it with the first command.

units=/etc/systemd/system

# sd_booted(3).
runs_systemd() { [ -d /run/systemd/system ]; }

install_standby() {
  runs_systemd || return 0
  local service=$units/railcar-standby.service
  # There is one socket on a machine, so there is one installation that serves it.
  if [ -e "$service" ] && ! grep -qxF "ExecStart=$binary standby --idle-exit 3600" "$service"; then
    note "$service belongs to another installation and stays as it is"
    return
  fi
  say 'installing the standby'
  remember unit "$units/railcar-standby.socket"
  remember unit "$service"
  write_unit "$units/railcar-standby.socket" <"$repository/.install/railcar-standby.socket"
  sed "s|@BINARY@|$binary|" "$repository/.install/railcar-standby.service" | write_unit "$service"
  quietly systemctl daemon-reload || fail 'systemd does not take the units of the standby'
  # One that runs is of the build that was there before.
  quietly systemctl stop railcar-standby.service || true
  quietly systemctl enable railcar-standby.socket || fail 'the standby is not enabled'
  quietly systemctl restart railcar-standby.socket || fail 'the standby does not listen'
  quietly systemctl start railcar-standby.service || fail 'the standby does not start' 'See: journalctl -u railcar-standby'
  note 'railcar-standby.socket is enabled; ./install.sh --no-standby removes it'
}

write_unit() {
  install -m 644 /dev/stdin "$1.new"
  mv -Tf "$1.new" "$1"
}

# Of this installation only: what its manifest names.
forget_standby() {
  grep -q "^unit$(printf '\t')" "$manifest" 2>/dev/null || return 0
  if runs_systemd; then
    quietly systemctl disable --now railcar-standby.socket || true
    quietly systemctl stop railcar-standby.service || true
  fi
  rm -f "$units/railcar-standby.socket" "$units/railcar-standby.service"
  if runs_systemd; then quietly systemctl daemon-reload || true; fi
}
