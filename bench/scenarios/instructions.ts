import { spawnSync } from 'node:child_process';
import { type Bench, command, type Row, type Scenario } from '../bench.ts';
import { makeBundle } from '../bundle.ts';
import type { Contestant } from '../contestants.ts';

export const instructions: Scenario = {
  name: 'instructions',
  isolates:
    'what the launcher computes in user space by itself, without the processes it starts: a number without noise',
  fullOnly: true,
  async measure(bench: Bench): Promise<readonly Row[]> {
    // Step by step takes minutes with programs that execute some millions.
    const judged = bench.field.contestants.filter(({ name }) => name === 'cold' || name === 'standby');
    const counted = judged.map((contestant) => [contestant.name, countAll(bench, contestant)] as const);
    const measures = Object.keys(counted[0]?.[1] ?? {});
    return measures.map((measure) => ({
      scenario: 'instructions',
      measure,
      pauseMs: 0,
      unit: 'instructions',
      samples: new Map(counted.map(([name, counts]) => [name, counts[measure] ?? []])),
    }));
  },
};

function countAll(bench: Bench, contestant: Contestant): Record<string, number[]> {
  const id = `${contestant.name}-instructions`;
  const bundle = makeBundle(bench.world, contestant, id, { args: ['/bin/sleep', '1000'] });
  const run = (...words: string[]) => count(bench, command(contestant, ...words));
  return {
    create: run('create', '--bundle', bundle, id),
    start: run('start', id),
    state: run('state', id),
    exec: run('exec', id, '/bin/true'),
    'delete --force': run('delete', '--force', id),
  };
}

/** Nothing for a command that fails, as one may that is slowed down so much. */
function count({ world }: Bench, argv: readonly string[]): number[] {
  const { status, stdout } = spawnSync(world.tools.count, argv, { encoding: 'utf8' });
  return status === 0 ? [Number(stdout)] : [];
}
