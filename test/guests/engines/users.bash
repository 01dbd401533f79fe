# shellcheck shell=bash
# Loaded after helper and live/rootless: users with homes and sessions, as those have who log in.

log_users_in() {
  local user uid
  make_users
  for user in "$RANGED" "$SINGLE"; do
    uid=$(id -u "$user")
    usermod --home "/home/$user" "$user"
    install --directory --owner "$user" --group "$user" --mode 700 "/home/$user" "/home/$user/.config"
    loginctl enable-linger "$user"
    # PAM makes the session, and logind moves this process to its scope.
    systemd-run --quiet --unit "login-$user" --uid "$user" --property PAMName=su sleep infinity
    wait_for 60 test -S "/run/user/$uid/bus"
    wait_for 60 session_of "$uid"
  done
}

log_users_out() {
  local user
  for user in "${RANGED:-}" "${SINGLE:-}"; do
    [ -n "$user" ] || continue
    systemctl stop "login-$user" || true
    loginctl disable-linger "$user"
    systemctl stop "user@$(id -u "$user").service"
  done
  remove_users
}

# The folder of the cgroup in which the processes of a login are.
session_of() {
  local folder
  for folder in "/sys/fs/cgroup/user.slice/user-$1.slice"/session-*.scope; do
    if [ -d "$folder" ]; then echo "$folder" && return; fi
  done
  return 1
}

# as USER COMMAND...: as from the shell of his login.
as() {
  local user=$1 uid session
  shift
  uid=$(id -u "$user")
  session=$(session_of "$uid") || return
  # shellcheck disable=SC2016
  sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$session" setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps=-all \
    env -i -C "/home/$user" HOME="/home/$user" USER="$user" LANG=C.UTF-8 TERM=dumb PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
    XDG_RUNTIME_DIR="/run/user/$uid" DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$uid/bus" "$@"
}

# become USER: whom the tests' functions are about from now on.
become() {
  user=$1 uid=$(id -u "$1")
  # shellcheck disable=SC2034
  manager="as $user systemctl --user"
}
