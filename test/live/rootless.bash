# shellcheck shell=bash
# Ordinary users for tests: one with ranges of ids beside his own (/etc/subuid, /etc/subgid), one without. They are made
# for one file of tests and removed after it. What is below `be` needs `load helper` first.

FIRST_SUBID=2000000
SUBIDS=65536

make_users() {
  [ "$(id -u)" = 0 ] || return 0
  export RANGED=rct$$r SINGLE=rct$$s
  local user
  for user in "$RANGED" "$SINGLE"; do useradd --system --user-group --no-create-home --home-dir / --shell /bin/sh "$user"; done
  usermod --add-subuids "$FIRST_SUBID-$((FIRST_SUBID + SUBIDS - 1))" --add-subgids "$FIRST_SUBID-$((FIRST_SUBID + SUBIDS - 1))" "$RANGED"
}

remove_users() {
  local user
  for user in ${RANGED:-} ${SINGLE:-}; do userdel --force "$user"; done
}

# be USER: from now on `runtime` is what this user executes, in a runtime directory of his own.
be() {
  WHO=$1
  # A user has no standby but his own; a test that wants one says so.
  export RAILCAR_STANDBY=off
  XDG=$WORK/run-$WHO
  [ -d "$XDG" ] || install --directory --owner "$WHO" --group "$WHO" --mode 700 "$XDG"
  ROOT=$XDG/railcar
  # With nothing of root's environment, rights or groups.
  AS=(setpriv --reuid "$WHO" --regid "$WHO" --init-groups --inh-caps=-all
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ USER="$WHO" XDG_RUNTIME_DIR="$XDG")
}

# as COMMAND...: as that user.
as() { "${AS[@]}" RAILCAR_STANDBY="${RAILCAR_STANDBY:-off}" "$@" 3>&-; }

runtime() { as "$RUNTIME" --root "$ROOT" "$@"; }

# users_bundle [FILTER]: a bundle of that user's, with the config.json that `spec --rootless` gives him.
users_bundle() {
  bundle
  rm "$BUNDLE/config.json"
  chown -R "$WHO:" "$BUNDLE"
  (cd "$BUNDLE" && runtime spec --rootless)
  edit_config ".process.terminal = false | .root.readonly = false | .process.args = [\"sleep\", \"600\"] | ${1:-.}"
}

# with_ranges: maps the ids after 0 to those of /etc/subuid and /etc/subgid.
with_ranges() {
  edit_config --argjson first "${1:-$FIRST_SUBID}" --argjson gids "${2:-$FIRST_SUBID}" '
    .linux.uidMappings += [{containerID: 1, hostID: $first, size: 1000}]
    | .linux.gidMappings += [{containerID: 1, hostID: $gids, size: 1000}]'
}
