# shellcheck shell=bash
# Each hook appends its argument and the status that it reads on its standard input. The process waits for poststart,
# which runs beside it.
setup() { write_hooks; edit_config '.process.args[2] += "; until grep -q poststart /log/hooks; do usleep 10000; done"'; }
twin() {
  runtime run --bundle "$BUNDLE" "$ID"
  cat "$CASE/log/hooks"
}
