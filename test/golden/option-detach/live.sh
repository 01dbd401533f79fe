# shellcheck shell=bash
twin() {
  run_detached || return
  state_of "$ID"
}
