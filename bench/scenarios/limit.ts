import { type Bench, command, type Row, type Scenario } from '../bench.ts';
import { makeBundle } from '../bundle.ts';
import type { Contestant } from '../contestants.ts';

const page = 4;
const enough = 64 * 1024;
/** A limit counts as enough when this many containers in a row started under it. */
const inRow = 5;

export const limit: Scenario = {
  name: 'limit',
  isolates:
    'the smallest memory limit under which a static program that does nothing starts: what of the runtime is charged to the container',
  async measure(bench: Bench): Promise<readonly Row[]> {
    const samples = new Map<string, number[]>();
    for (const contestant of bench.field.contestants)
      samples.set(contestant.name, [await smallest(bench, contestant)]);
    return [{ scenario: 'limit', measure: 'smallest that starts', pauseMs: 0, unit: 'KiB', samples }];
  },
};

async function smallest(bench: Bench, contestant: Contestant): Promise<number> {
  if (!(await starts(bench, contestant, enough))) return Number.NaN;
  let low = 0;
  let high = enough;
  while (high - low > page) {
    const middle = Math.floor((low + high) / 2 / page) * page;
    if (await starts(bench, contestant, middle)) high = middle;
    else low = middle;
  }
  return high;
}

async function starts({ world }: Bench, contestant: Contestant, kilobytes: number): Promise<boolean> {
  for (let attempt = 0; attempt < inRow; attempt++) {
    const id = `${contestant.name}-limit-${kilobytes}-${attempt}`;
    const bundle = makeBundle(world, contestant, id, {
      args: ['/bin/smallest'],
      memoryLimit: kilobytes * 1024,
    });
    const [result] = await world.timer.perform([
      { verb: 'try', argv: command(contestant, 'run', '--bundle', bundle, id) },
      { verb: 'try', argv: command(contestant, 'delete', '--force', id) },
    ]);
    if (result?.status !== 0) return false;
  }
  return true;
}
