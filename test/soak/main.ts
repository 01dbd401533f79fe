/**
 * Many commands through one standby, then the same while its Node layer is killed again and again. To be run where
 * /run/railcar-standby is nobody else's: `test/run soak`, or the quick one in test/live/standby-soak.bats.
 *
 *     node test/soak/main.ts RUNTIME COMMANDS COMMANDS-WHILE-KILLED [REPORT]
 *
 * Exits 1 if a command failed, something was left, or the standby has grown; writes the report if one is asked for.
 */
import { writeFileSync } from 'node:fs';
import { judge } from './judge.ts';
import { perform } from './phase.ts';
import { reportText } from './report.ts';
import { makeWorld, removeWorld } from './world.ts';

const [runtime = 'build/railcar', commands, whileKilled, report] = process.argv.slice(2);
const world = makeWorld(runtime);
try {
  const steady = await perform(world, {
    name: 'steady',
    commands: Number(commands ?? 10_000),
    standby: 'require',
  });
  const killed = await perform(world, {
    name: 'killed',
    commands: Number(whileKilled ?? 10_000),
    standby: 'auto',
    killEvery: 200,
  });
  const failures = [...steady.failures, ...judge(steady), ...killed.failures];
  const text = reportText([steady, killed], failures);
  process.stdout.write(text);
  if (report !== undefined) writeFileSync(report, text);
  if (failures.length > 0) process.exitCode = 1;
} finally {
  removeWorld(world);
}
