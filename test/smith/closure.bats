#!/usr/bin/env bats
# What smith finds for every ELF file of a Debian, beside what others find; and programs that run with that and nothing else.

bats_require_minimum_version 1.5.0

setup_file() {
  [ "$(id -u)" = 0 ] || skip 'needs root'
  HERE=$(cd "$BATS_TEST_DIRNAME" && pwd)
  local archive
  archive=$("$HERE/debian-programs") || {
    [ "${CI:-}" != true ] || return 1
    skip 'no Debian root: mmdebstrap failed (the network?)'
  }
  DEBIAN=$BATS_FILE_TMPDIR/debian
  mkdir "$DEBIAN"
  tar -C "$DEBIAN" --exclude './dev/*' -xf "$archive"
  export HERE DEBIAN
  node "$HERE/closure/libraries.ts" "$DEBIAN" >"$BATS_FILE_TMPDIR/ours"
}

setup() { [ -n "${DEBIAN:-}" ] || skip 'needs root, and a Debian root'; }
teardown_file() { rm -rf "$BATS_FILE_TMPDIR/debian"; }

compare() { node "$HERE/closure/compare.ts" "$DEBIAN" "$BATS_FILE_TMPDIR/ours" "$@"; }

# Takes the given paths with what they need, and nothing else, to a root of their own.
root_with() {
  local new=$BATS_TEST_TMPDIR/root
  mkdir "$new"
  node "$HERE/closure/select.ts" "$DEBIAN" "$@" >"$BATS_TEST_TMPDIR/list"
  sed 's|^/||' "$BATS_TEST_TMPDIR/list" | tar -C "$DEBIAN" --no-recursion --verbatim-files-from -T - -cf - | tar -C "$new" -xf -
  echo "$new"
}

@test "every ELF file: the libraries that lddtree finds" {
  cut -d ' ' -f 1 "$BATS_FILE_TMPDIR/ours" | xargs /usr/bin/python3 /usr/bin/lddtree -R "$DEBIAN" >"$BATS_TEST_TMPDIR/theirs"
  run compare lddtree "$BATS_TEST_TMPDIR/theirs"
  echo "$output"
  echo "# ${lines[-1]}" >&3
  [ "$status" = 0 ]
}

@test "every ELF file: the libraries that its own loader finds, in a chroot" {
  # A 32-bit loader does not start on a kernel without support for it; then the 64-bit ones are compared.
  # shellcheck disable=SC2016
  cut -d ' ' -f 1 "$BATS_FILE_TMPDIR/ours" | chroot "$DEBIAN" /bin/sh -c '
    unset LD_LIBRARY_PATH
    while read -r file; do
      for loader in /lib64/ld-linux-x86-64.so.2 /lib/ld-linux.so.2; do
        [ "$(readlink -f "$file")" != "$(readlink -f "$loader")" ] || continue
        LD_TRACE_LOADED_OBJECTS=1 "$loader" "$file" >/listed 2>/dev/null || continue
        ! grep -q "statically linked" /listed || continue
        echo "# $file"
        cat /listed
        break
      done
    done
    rm -f /listed' >"$BATS_TEST_TMPDIR/theirs"
  run compare loader "$BATS_TEST_TMPDIR/theirs"
  echo "$output"
  echo "# ${lines[-1]}" >&3
  [ "$status" = 0 ]
}

@test "the canary: a library that is gone from the root is a difference" {
  sed 's| /usr/lib/x86_64-linux-gnu/libz.so.1[^ ]*||' "$BATS_FILE_TMPDIR/ours" >"$BATS_TEST_TMPDIR/ours"
  grep '^/usr/bin/git ' "$BATS_FILE_TMPDIR/ours" | cut -d ' ' -f 1 |
    xargs /usr/bin/python3 /usr/bin/lddtree -R "$DEBIAN" >"$BATS_TEST_TMPDIR/theirs"
  run node "$HERE/closure/compare.ts" "$DEBIAN" "$BATS_TEST_TMPDIR/ours" lddtree "$BATS_TEST_TMPDIR/theirs"
  [ "$status" = 1 ]
  [[ $output == *'/usr/bin/git: only smith: ; only lddtree: /usr/lib/x86_64-linux-gnu/libz.so.1'* ]]
}

@test "curl runs with what is selected, and not without any library of it" {
  local new library
  new=$(root_with /usr/bin/curl)
  run -0 chroot "$new" /usr/bin/curl --version
  [[ $output == curl* ]]
  while read -r library; do
    mv "$new$library" "$BATS_TEST_TMPDIR/hidden"
    run ! chroot "$new" /usr/bin/curl --version
    mv "$BATS_TEST_TMPDIR/hidden" "$new$library"
  done < <(grep '/lib[^/]*\.so' "$BATS_TEST_TMPDIR/list" | grep -v libnss_ | while read -r each; do [ -h "$new$each" ] || echo "$each"; done)
}

@test "nginx, redis, git, perl, python and a script of bash run with what is selected" {
  local new
  new=$(root_with /usr/sbin/nginx /usr/bin/redis-server /usr/bin/git /usr/bin/perl /usr/bin/python3 /usr/lib/python3.11 /usr/bin/ldd)
  mkdir -p "$new/dev"
  : >"$new/dev/null"
  run -0 chroot "$new" /usr/sbin/nginx -v
  run -0 chroot "$new" /usr/bin/redis-server --version
  run -0 chroot "$new" /usr/bin/git --version
  run -0 chroot "$new" /usr/bin/perl -e 'print "perl"'
  run -0 chroot "$new" /usr/bin/python3 -c 'import json, ssl, sqlite3, ctypes, bz2, lzma; print("python")'
  run -0 chroot "$new" /usr/bin/ldd --version
}

@test "a 32-bit library never takes the place of a 64-bit one" {
  # Without a cache, what ld.so.conf names comes before the default directories.
  mv "$DEBIAN/etc/ld.so.cache" "$BATS_TEST_TMPDIR/cache"
  sed -i '1i /lib32' "$DEBIAN/etc/ld.so.conf"
  run -0 --separate-stderr node "$HERE/closure/select.ts" "$DEBIAN" /usr/bin/git
  sed -i 1d "$DEBIAN/etc/ld.so.conf"
  mv "$BATS_TEST_TMPDIR/cache" "$DEBIAN/etc/ld.so.cache"
  [[ $output == *'/x86_64-linux-gnu/libc.so.6'* ]]
  [[ $output != *lib32* ]]
}
