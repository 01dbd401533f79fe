import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, command, freshBundles, type Row, type Scenario } from '../bench.ts';
import type { Contestant } from '../contestants.ts';
import { quantile } from '../statistics.ts';
import type { Step } from '../timer.ts';
import { timesOf } from '../trace.ts';

/** Rounds that are executed but not counted. */
const warmUp = 2;
/** Steps of a command that are worth a line. */
const shown = 12;

/** By command, by step, one sample a round. */
type Found = Map<string, Map<string, number[]>>;

export const where: Scenario = {
  name: 'where',
  isolates:
    'in which steps the time goes: traced commands of railcar alone, after the others have been measured',
  fullOnly: true,
  async measure(bench: Bench): Promise<readonly Row[]> {
    const contestants = bench.field.contestants.filter(({ name }) => name === 'cold' || name === 'standby');
    const found = new Map<string, Found>();
    for (let round = -warmUp; round < bench.n; round++) {
      for (const contestant of contestants) {
        const times = await trace(bench, contestant, round);
        if (round >= 0) keep(found, contestant.name, times);
      }
    }
    return [...(found.values().next().value ?? new Map()).keys()].flatMap((name: string) =>
      rowsOf(name, found),
    );
  },
};

async function trace(bench: Bench, contestant: Contestant, round: number): Promise<[string, string][]> {
  const run = freshBundles(bench, contestant, 'where-run', { args: ['/bin/true'] })(round + warmUp);
  const stay = freshBundles(bench, contestant, 'where', { args: ['/bin/sleep', '1000'] })(round + warmUp);
  const pidFile = join(stay.bundle, 'pid');
  const lines: [string, readonly string[]][] = [
    ['run', ['--bundle', run.bundle, run.id]],
    ['create', ['--bundle', stay.bundle, '--pid-file', pidFile, stay.id]],
    ['start', [stay.id]],
    ['state', [stay.id]],
    ['exec', [stay.id, '/bin/true']],
    ['kill', [stay.id, 'KILL']],
    ['delete', [stay.id]],
  ];
  const file = (verb: string) => join(bench.world.state, `trace-${verb}`);
  const steps = lines.flatMap(([verb, words]): Step[] => [
    ...(verb === 'delete' ? [{ verb: 'gone', argv: [pidFile] } as const] : []),
    { verb: 'run', argv: command(contestant, '--trace', file(verb), verb, ...words) },
  ]);
  await bench.world.timer.perform(steps);
  return lines.map(([verb]) => [verb, readFileSync(file(verb), 'utf8')]);
}

function keep(found: Map<string, Found>, contestant: string, traces: readonly [string, string][]): void {
  const commands = found.get(contestant) ?? new Map<string, Map<string, number[]>>();
  found.set(contestant, commands);
  for (const [verb, text] of traces) {
    const steps = commands.get(verb) ?? new Map<string, number[]>();
    commands.set(verb, steps);
    for (const [step, time] of timesOf(text)) steps.set(step, [...(steps.get(step) ?? []), time]);
  }
}

/** The largest steps of one command, whoever takes long for them. */
function rowsOf(verb: string, found: ReadonlyMap<string, Found>): Row[] {
  const names = [...found.values()].flatMap((commands) => [...(commands.get(verb)?.keys() ?? [])]);
  const samples = (name: string) =>
    new Map([...found].map(([contestant, commands]) => [contestant, commands.get(verb)?.get(name) ?? []]));
  const largest = (name: string) =>
    Math.max(...[...samples(name).values()].map((of) => (of.length ? quantile(of, 0.5) : 0)));
  return [...new Set(names)]
    .sort((one, other) => largest(other) - largest(one))
    .filter((name, index) => index <= shown || name === 'total')
    .map((name) => ({
      scenario: 'where',
      measure: `${verb}: ${name}`,
      pauseMs: 0,
      unit: 'µs',
      samples: samples(name),
    }));
}
