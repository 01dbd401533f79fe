#!/usr/bin/env bats
# Many commands through one standby. The whole, of 10,000 commands, is `test/run soak`.

load standby

@test "hundreds of commands, good and bad, then the same while Node is killed every 200 ms" {
  run inside node "$REPO/test/soak/main.ts" "$RUNTIME" 600 150
  succeeds
  contains "$output" 'No command failed, and nothing was left.'
}

@test "a configuration that is larger than Node's heap" {
  start_standby
  bundle '.process.args = ["echo", "done"]
    | .process.env += [range(1000) | "V\(.)=" + "x" * 50]
    | .mounts += [range(1000) | { destination: "/tmp/m\(.)", type: "tmpfs", source: "tmpfs", options: ["size=4k"] }]
    | .annotations = reduce range(20000) as $i ({}; .["k\($i)"] = "v" * 1000)'
  [ "$(stat -c %s "$BUNDLE/config.json")" -gt 20000000 ]
  same "$(runtime run --bundle "$BUNDLE" "$ID" </dev/null)" 'done'
  eventually serves
  # A container's record is as large.
  create
  same "$(state_of)" created
  runtime delete --force "$ID"
}
