import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, command, freshBundles, type Row, type Scenario, timeRows, turns } from '../bench.ts';
import { makeBundle } from '../bundle.ts';
import { inHierarchy, kill, members, removeEverywhere } from '../cgroups.ts';
import type { Contestant } from '../contestants.ts';
import { turnOf } from '../interleave.ts';
import { quiet } from '../quiet.ts';

const count = 500;
/**
 * Back to back, a create also pays for what the kernel still does about the container that was deleted before it: it looks
 * at all cpusets again when one of them goes. After a pause it is alone.
 */
const pauses = [0, 50];
const wanted = { args: ['/bin/sleep', '100000'] };

export const many: Scenario = {
  name: 'many',
  isolates: `what commands cost more when ${count} containers are there already`,
  fullOnly: true,
  async measure(bench: Bench): Promise<readonly Row[]> {
    const rows = new Rows();
    // One after the other, so that nobody pays for the other runtimes' 499 containers.
    for (const contestant of bench.field.contestants) {
      rows.add(await measureCreate(bench, contestant, 1));
      await fill(bench, contestant);
      rows.add(await measureCreate(bench, contestant, count));
      await stop(bench, contestant);
    }
    const lists = turns(bench, (contestant) => () => [
      { verb: 'run', tag: `list of ${count - 1}`, argv: command(contestant, 'list') },
    ]);
    rows.add(await timeRows(bench, 'many', 0, lists));
    clear(bench);
    return rows.all();
  },
};

async function measureCreate(bench: Bench, contestant: Contestant, nth: number): Promise<Row[]> {
  const fresh = freshBundles(bench, contestant, `nth${nth}`, wanted);
  const taker = turnOf(contestant, (round) => {
    const { id, bundle } = fresh(round);
    return [
      {
        verb: 'run',
        tag: `create as number ${nth}`,
        argv: command(contestant, 'create', '--bundle', bundle, id),
      },
      { verb: 'run', argv: command(contestant, 'delete', '--force', id) },
    ];
  });
  const rows: Row[] = [];
  for (const pauseMs of pauses) {
    await quiet();
    rows.push(...(await timeRows(bench, 'many', pauseMs, [taker])));
  }
  return rows;
}

async function fill({ world }: Bench, contestant: Contestant): Promise<void> {
  const create = (index: number): readonly string[] => {
    const id = `${contestant.name}-many-${index}`;
    return command(contestant, 'create', '--bundle', makeBundle(world, contestant, id, wanted), id);
  };
  const indices = Array.from({ length: count - 1 }, (_, index) => index);
  await world.timer.perform(indices.map((index) => ({ verb: 'run', argv: create(index) })));
}

/** The containers stay, stopped: what their processes weigh is nobody's advantage. */
async function stop({ world }: Bench, contestant: Contestant): Promise<void> {
  for (const cgroup of cgroupsOf(join(world.cgroup, contestant.name)))
    for (const pid of members(inHierarchy('pids', cgroup))) kill(pid);
  // The timer reaps between programs.
  await world.timer.perform([]);
}

function clear({ world }: Bench): void {
  for (const cgroup of cgroupsOf(world.cgroup)) removeEverywhere(cgroup);
}

function cgroupsOf(parent: string): string[] {
  const names = readdirSync(inHierarchy('pids', parent), { withFileTypes: true });
  return names.filter((entry) => entry.isDirectory()).map(({ name }) => join(parent, name));
}

/** Puts what contestants did one after the other into the same rows. */
class Rows {
  private readonly byMeasure = new Map<string, Row>();

  add(rows: readonly Row[]): void {
    for (const row of rows) {
      const key = `${row.measure} ${row.pauseMs}`;
      const sofar = this.byMeasure.get(key);
      const samples = new Map([...(sofar?.samples ?? []), ...row.samples]);
      this.byMeasure.set(key, { ...row, samples });
    }
  }

  all(): readonly Row[] {
    return [...this.byMeasure.values()];
  }
}
