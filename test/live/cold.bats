#!/usr/bin/env bats
# What a Node layer that was started for one command does not load: compiling and evaluating it would cost more than the
# command.

load standby

# Node notes what is heavy, at the moment it is evaluated: zod, by what it leaves in the global scope, and the addon.
trap_heavy() {
  with_layer "{
    const note = (what) => require('node:fs').appendFileSync('$WORK/heavy', what + '\\n');
    let config;
    Object.defineProperty(globalThis, '__zod_globalConfig', {
      configurable: true,
      get: () => config,
      set: (value) => { note('zod'); config = value; },
    });
    const { dlopen } = process;
    process.dlopen = (...rest) => { note('addon'); return dlopen.apply(process, rest); };
  }"
}
# What was loaded since the last time.
heavy() { sort -u "$WORK/heavy" 2>/dev/null | tr '\n' ' '; rm -f "$WORK/heavy"; }

@test "what asks about a container or ends it loads neither the schema nor the addon" {
  trap_heavy
  export RAILCAR_STANDBY=off
  bundle '.process.args = ["sleep", "60"] | .linux.seccomp = {
    defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["personality"], action: "SCMP_ACT_ERRNO" }] }'
  create
  same "$(heavy)" 'addon zod '
  local words
  for words in 'state ID' 'start ID' list 'ps ID' 'pause ID' 'state ID' 'resume ID' '--version' 'kill ID KILL' 'delete --force ID' \
    'delete --force ID'; do
    # shellcheck disable=SC2086
    runtime ${words//ID/$ID} >/dev/null
    same "$words: $(heavy)" "$words: "
  done
  run runtime state "$ID"
  fails 1
  same "$(heavy)" ''
}
