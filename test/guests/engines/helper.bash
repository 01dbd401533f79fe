# shellcheck shell=bash
# Loaded by the tests of engines in guests: what systemd and the kernel say of a container's unit. Engines are the guest's
# own services here, set up as an administrator does; the guest does not outlive the tests.
#
#   RUNTIME   railcar unless told otherwise: runc and crun prove the tests themselves

bats_require_minimum_version 1.5.0
RAILCAR=$(type -P railcar)
export RAILCAR PATIENCE=4
load ../../engines/engine

export BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-300}
RUNTIME_PATH=$(type -P "$RUNTIME")

same() { [ "$1" = "$2" ] || { printf 'expected: %s\n     got: %s\n' "$2" "$1" >&2; return 1; }; }
contains() { [[ $1 == *"$2"* ]] || { printf 'expected to find: %s\n              in: %s\n' "$2" "$1" >&2; return 1; }; }

# Of each property of the unit, its value, with blanks between them.
shown() {
  local property unit=$1
  shift
  for property; do $manager show "$unit" --property "$property" --value; done | paste -sd ' '
}
# Whom shown and units_of ask: systemd of the machine, or of a user's session.
manager=systemctl

# group_of UNIT: its cgroup's folder. of_group UNIT FILE...: what these files of it say, with blanks between them.
group_of() { echo "/sys/fs/cgroup$($manager show "$1" --property ControlGroup --value)"; }
of_group() {
  local folder file
  folder=$(group_of "$1")
  shift
  for file; do paste -sd ' ' "$folder/$file"; done | paste -sd ' '
}

# units_of PATTERN: scopes and failed units whose name has it.
units_of() { $manager list-units --all --plain --no-legend "*$1*" | awk '$1 ~ /\.scope$/ || $3 == "failed" { print $1, $3 }'; }

# nothing_of ID: soon no unit and no cgroup is left of it.
nothing_of() { wait_for 20 nothing_left "$1" || { units_of "$1"; find /sys/fs/cgroup -name "*$1*"; return 1; } >&2; }
nothing_left() { [ -z "$(units_of "$1")$(find /sys/fs/cgroup -name "*$1*")" ]; }

# wanted SERVICE...: starts what was kept from starting at boot.
wanted() {
  touch /run/engines-wanted
  systemctl start "$@" || { journalctl --no-pager --lines 40 >&2; return 1; }
}

# configure_podman FOLDER: containers.conf of root, or of a user's, with what ./install.sh --podman writes.
configure_podman() {
  mkdir -p "$1/containers.conf.d"
  sed "s|@BINARY@|$RUNTIME_PATH|" "$BATS_TEST_DIRNAME/../../../.install/podman.conf" >"$1/containers.conf.d/railcar.conf"
  printf '%s\n' '[containers]' 'netns = "none"' '[engine]' "runtime = \"$RUNTIME\"" 'events_logger = "file"' >"$1/containers.conf"
  # What --userns=auto shares out.
  if [ "$1" = /etc/containers ] && ! getent passwd containers >/dev/null; then
    useradd --system --no-create-home containers
    echo containers:3000000:655360 | tee -a /etc/subuid >>/etc/subgid
  fi
}
