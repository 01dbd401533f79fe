# shellcheck shell=bash
setup() {
  local c=$BUNDLE/rootfs/copied
  mkdir -p "$c/folder" && echo text >"$c/file" && ln -s file "$c/link" && mkfifo "$c/pipe" && mknod "$c/node" c 1 3
  chown 5:6 "$c/file" && chmod 4751 "$c/file" && touch -d @1000000 "$c/file"
  chown 7:8 "$c/folder" && chmod 1700 "$c/folder" && touch -d @2000000 "$c/folder"
  python3 -c 'import os, sys; os.setxattr(sys.argv[1], "trusted.golden", b"kept")' "$c/file"
  edit_config '.process.args[2] += "; sleep 60"'
}
twin() {
  runtime run --detach --bundle "$BUNDLE" "$ID" >"$WORK/output" 2>&1
  eventually '[ "$(wc -l <"$WORK/output")" = 6 ]'
  cat "$WORK/output"
  same "$(python3 -c 'import os, sys; print(os.getxattr(sys.argv[1], "trusted.golden").decode())' "/proc/$(pid_of)/root/copied/file")" kept
  runtime delete --force "$ID"
}
