#!/usr/bin/env bats
# Completions in the shells themselves, and the manual as man shows it.

load helper

setup() {
  live_setup
  railcar_only 'scripts and pages of railcar'
}

needs() { command -v "$1" >/dev/null || { [ -z "${CI:-}" ] && skip "no $1 here"; fail "no $1 here"; }; }

# One container that the shells are to find, by a name that no other has.
one_container() {
  BUNDLE=$WORK/bundle
  mkdir "$BUNDLE"
  jq --arg rootfs "$(shared_rootfs)" '.root.path = $rootfs' "$LIVE/base.json" >"$BUNDLE/config.json"
  create
}

# in_bash WORD...: what bash offers for the last of these words.
in_bash() {
  # shellcheck disable=SC2016
  bash --norc -c '
    source <("$0" completion bash)
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _railcar 2>/dev/null; echo "${COMPREPLY[*]}"' "$RUNTIME" "$@" 3>&-
}

@test "bash: commands, options, their values, containers" {
  one_container
  same "$(in_bash railcar cr)" create
  same "$(in_bash railcar --log-fo)" --log-format
  # As bash breaks the line.
  same "$(in_bash railcar --log-format = j)" json
  same "$(in_bash railcar --log-format j)" json
  same "$(in_bash railcar --root "$ROOT" delete --f)" --force
  same "$(in_bash "$RUNTIME" --root "$ROOT" state '')" "$ID"
  same "$(in_bash "$RUNTIME" -r "$ROOT" kill "$ID" K)" KILL
  same "$(in_bash railcar run --bundle "${WORK%/*}/${WORK##*/}/bun")" "$WORK/bundle"
  same "$(in_bash railcar exec "$ID" ls --)" ''
  same "$(in_bash railcar create --bundle . '')" ''
  same "$(in_bash railcar help feat)" features
}

@test "zsh: the same" {
  needs zsh
  one_container
  mkdir "$WORK/functions"
  runtime completion zsh >"$WORK/functions/_railcar"
  ln -s "$RUNTIME" "$WORK/functions/railcar"
  cat >"$WORK/ask" <<'ZSH'
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1=PRO''MPT ; fpath=($1 \$fpath); path=($1 \$path); autoload -U compinit; compinit -D; bindkey '^I' complete-word; echo READ''Y"
# What is typed before the prompt is there is not read by the line editor, and a tab is only a tab.
zpty -r -m z out '*READY*PROMPT*'
shift
for line; do
  # The line is wiped out again, and never executed.
  zpty -n -w z "$line"$'\t\x15'
  zpty -w z "echo END''ED"
  zpty -r -m z out '*ENDED*PROMPT*'
  print -r -- "$out"
done
zpty -d z
ZSH
  said=$(TERM=dumb zsh -f "$WORK/ask" "$WORK/functions" 'railcar crea' 'railcar --log-format js' \
    'railcar delete --reg' "railcar --root $ROOT state rct-" 'railcar completion fi' </dev/null 2>&1 3>&-)
  contains "$said" 'railcar create'
  contains "$said" '--log-format json'
  contains "$said" 'delete --regex'
  contains "$said" "state $ID"
  contains "$said" 'completion fish'
}

@test "fish: the same" {
  needs fish
  one_container
  runtime completion fish >"$WORK/railcar.fish"
  in_fish() { HOME=$WORK fish --no-config -c "source $WORK/railcar.fish; complete -C '$1'" 3>&- | cut -f 1 | xargs; }
  ln -s "$RUNTIME" "$WORK/railcar"
  PATH=$WORK:$PATH
  same "$(in_fish 'railcar cr')" create
  same "$(in_fish 'railcar --log-format j')" json
  same "$(in_fish 'railcar delete --f')" --force
  same "$(in_fish "railcar --root $ROOT state ")" "$ID"
  same "$(in_fish "railcar --root=$ROOT kill $ID K")" KILL
  same "$(in_fish 'railcar completion b')" bash
}

@test "completion of a shell that nobody has heard of" {
  run runtime completion csh
  fails 1
  contains "$output" 'completion: "csh" is none of bash, zsh, fish'
}

@test "man shows every page without a warning, and so does mandoc" {
  needs man
  needs mandoc
  "$(dirname "$LAYER")/engine" "$REPO/src/pages.ts" "$WORK/share"
  [ "$(find "$WORK/share/man" -name '*.1' | wc -l)" -gt 20 ]
  for page in "$WORK"/share/man/man1/*.1; do
    same "$(MANWIDTH=80 man --warnings -l "$page" 2>&1 >/dev/null)" ''
    same "$(mandoc -T lint -W warning "$page")" ''
  done
  contains "$(MANWIDTH=80 man -l "$WORK/share/man/man1/railcar-kill.1" 2>&1)" '-r, --regex'
}
