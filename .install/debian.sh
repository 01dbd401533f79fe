# shellcheck shell=bash
# Sourced after say.sh. Debian packages, installed only where they are missing; and npm as this machine needs it.

# need_packages [--auto] NAME...: with --auto they are marked as installed automatically, so that
# `apt-get autoremove` takes them away again.
need_packages() {
  local mark=()
  if [ "$1" = --auto ]; then
    mark=(-o APT::Get::Mark-Auto=true)
    shift
  fi
  local missing=()
  for package; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  command -v apt-get >/dev/null || fail "these Debian packages are needed, and apt-get is not here: ${missing[*]}" \
    'railcar installs itself on Debian and its derivatives; elsewhere install the same tools first.'
  [ "$(id -u)" -eq 0 ] || fail "these Debian packages are needed, and only root can install them: ${missing[*]}"
  say "Debian packages: ${missing[*]}"
  update_lists
  quietly apt-get install --yes --no-install-recommends "${mark[@]}" "${missing[@]}" ||
    fail "apt-get could not install: ${missing[*]}"
}

# debian OPTION... RELEASE FOLDER: packages of a release, with mmdebstrap. They are from where this machine has its own from, if it
# says so; a mirror may be older than a week.
debian() {
  local mirror
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 2>/dev/null | head -n 1)
  need_packages mmdebstrap >&2
  update_lists
  quietly mmdebstrap --quiet --aptopt='Acquire::Check-Valid-Until "false"' "$@" ${mirror:+"$mirror"} ||
    fail "mmdebstrap could not fetch ${*: -2:1}"
}

is_installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Once per run is enough, and a machine whose lists are empty cannot install anything without.
update_lists() {
  [ -z "${lists_updated:-}" ] || return 0
  quietly apt-get update || note 'apt-get update failed; trying with the lists that are here'
  lists_updated=yes
}

# Output only when it failed. Nothing may ask questions: there may be nobody to answer.
quietly() {
  local log status=0
  log=$(mktemp)
  DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 </dev/null || status=$?
  [ "$status" -eq 0 ] || tail -n 25 "$log" >&2
  rm -f "$log"
  return "$status"
}

# Node brings its own list of certificate authorities. What the machine trusts besides (a company's proxy, a mirror)
# is in this file on Debian.
trusting() {
  local authorities=/etc/ssl/certs/ca-certificates.crt
  if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -r "$authorities" ]; then
    NODE_EXTRA_CA_CERTS=$authorities "$@"
  else
    "$@"
  fi
}
