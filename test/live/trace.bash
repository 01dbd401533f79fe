# shellcheck shell=bash
# What is asked of a trace; its file is $TRACE.

# events FILTER: the steps of the trace that pass.
events() { jq -c ".traceEvents[] | select(.ph == \"X\") | select($1)" "$TRACE"; }
count() { events "$1" | wc -l; }
# happened PROCESS NAME: whether the process has a step of this name.
happened() { [ -n "$(events ".pid == $1 and .name == \"$2\"")" ] || fail "no step $2 of process $1 in $(cat "$TRACE")"; }

# Processes of a trace.
# shellcheck disable=SC2034
LAUNCHER=1 NODE=2 STUB=3

# Every trace, whatever came of its command: one step is the command, all others lie in it, and in one row a step lies in
# another or beside it.
sound() {
  # shellcheck disable=SC2016
  jq -e '
    def close_enough: 0.0005;
    [.traceEvents[] | select(.ph == "X")] as $steps
    | ($steps | map(select(.name == "railcar" and .pid == 1))) as $whole
    | ($whole | length == 1 and .[0].ts == 0)
      and all($steps[]; (.ts >= 0) and (.dur >= 0) and (.ts + .dur <= $whole[0].dur + close_enough))
      and all($steps[]; (.name | type == "string") and (.name != "") and (.args | type == "object"))
      and all($steps | group_by([.pid, .tid])[];
        reduce (sort_by(.ts, -.dur)[]) as $step ({ends: [], fine: true};
          .ends |= map(select(. > $step.ts + close_enough))
          | .fine = (.fine and all(.ends[]; . + close_enough >= $step.ts + $step.dur))
          | .ends += [$step.ts + $step.dur])
        | .fine)
      and ([$steps[].pid] | unique) - [.traceEvents[] | select(.ph == "M" and .name == "process_name") | .pid] == []
    ' "$TRACE" >/dev/null || fail "this trace is not sound: $(cat "$TRACE")"
}

# planned FILTER: every operation that passes, of the plan of the bundle, has a step with its name and origin.
planned() {
  runtime plan --json --bundle "$BUNDLE" "$ID-planned" >"$WORK/plan.json"
  # shellcheck disable=SC2016
  jq -e --slurpfile plan "$WORK/plan.json" '
    [.traceEvents[] | select(.cat == "hands" or .cat == "stub") | [.cat, .name, .args.origin]] as $done
    | [($plan[0].hands[] | ["hands", .op, .origin]), ($plan[0].stubs[][] | ["stub", .op, .origin])]
    | length > 40 and all(group_by(.)[]; . as $same | ([$done[] | select(. == $same[0])] | length) >= ($same | length))
    ' "$TRACE" >/dev/null || fail "operations without a step: $(cat "$TRACE")"
}
