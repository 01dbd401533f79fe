import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type Bench, command, type Row, type Scenario } from '../bench.ts';
import { cgroupOf, makeBundle } from '../bundle.ts';
import { inHierarchy, members } from '../cgroups.ts';
import type { Contestant } from '../contestants.ts';
import { descendants, memoryOf } from '../processes.ts';
import type { Step } from '../timer.ts';

export const resident: Scenario = {
  name: 'resident',
  isolates: 'what stays in memory for each running container besides its own processes',
  async measure(bench: Bench): Promise<readonly Row[]> {
    const count = bench.full ? 100 : 10;
    const detached = new Map<string, number[]>();
    const foreground = new Map<string, number[]>();
    for (const contestant of bench.field.contestants) {
      detached.set(contestant.name, [await besides(bench, contestant, count, ['run', '--detach'], 'run')]);
      foreground.set(contestant.name, [await besides(bench, contestant, count, ['run'], 'spawn')]);
    }
    const row = (measure: string, samples: Row['samples']): Row => {
      return { scenario: 'resident', measure, pauseMs: 0, unit: 'KiB', samples };
    };
    const standby = bench.field.standby;
    const waiting = standby ? [standby, ...descendants(standby)].map((pid) => memoryOf(pid)) : [];
    return [
      row(`per detached container, of ${count}`, detached),
      row(`per container in the foreground, of ${count}`, foreground),
      ...(standby
        ? [row('standby itself, once', new Map([['standby', [waiting.reduce((a, b) => a + b, 0)]]]))]
        : []),
    ];
  },
};

/** Milliseconds after which whoever was about to end has ended. */
const settled = 300;

/** Kilobytes for each container: of all that the commands left behind and that is in no container. */
async function besides(
  { world }: Bench,
  contestant: Contestant,
  count: number,
  words: readonly string[],
  verb: 'run' | 'spawn',
): Promise<number> {
  const ids = Array.from({ length: count }, (_, index) => `${contestant.name}-${verb}-${index}`);
  const steps = ids.map((id): Step => {
    const bundle = makeBundle(world, contestant, id, { args: ['/bin/sleep', '100000'] });
    return { verb, argv: command(contestant, ...words, '--bundle', bundle, id) };
  });
  await world.timer.perform(steps);
  const inside = (id: string) => members(inHierarchy('pids', cgroupOf(world, contestant, id)));
  await all(() => ids.every((id) => inside(id).some(sleeps)));
  await wait(settled);
  const contained = new Set(ids.flatMap(inside));
  const left = descendants(world.timer.process.pid ?? 0).filter((pid) => !contained.has(pid));
  const kilobytes = left.reduce((total, pid) => total + memoryOf(pid), 0) / count;
  await remove(world.timer, contestant, ids);
  return kilobytes;
}

async function remove(
  timer: Bench['world']['timer'],
  contestant: Contestant,
  ids: readonly string[],
): Promise<void> {
  // In the foreground, the command that waits deletes the container, perhaps before this one does.
  const deletes = ids.map(
    (id): Step => ({ verb: 'try', argv: command(contestant, 'delete', '--force', id) }),
  );
  await timer.perform([...deletes, { verb: 'collect' }]);
}

function sleeps(pid: number): boolean {
  return readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n';
}

async function all(isTrue: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (attempt > 0) await wait(20);
    try {
      if (isTrue()) return;
    } catch {
      // A cgroup that is not there yet, or a process that has just ended.
    }
  }
  throw new Error('the containers do not start');
}
