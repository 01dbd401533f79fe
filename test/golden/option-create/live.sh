# shellcheck shell=bash
twin() {
  create || return
  state_of "$ID"
  runtime start "$ID"
  eventually has_status stopped
  cat "$WORK/output"
}
