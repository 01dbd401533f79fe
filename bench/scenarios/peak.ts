import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Bench,
  columnsOf,
  command,
  freshBundles,
  type Row,
  type Scenario,
  tagsOf,
  turns,
} from '../bench.ts';
import { inHierarchy, removeEverywhere } from '../cgroups.ts';
import { type ByTag, interleave } from '../interleave.ts';
import type { Step } from '../timer.ts';

const rounds = 5;

export const peak: Scenario = {
  name: 'peak',
  isolates:
    'memory of a command at its highest: of its largest process (ru_maxrss), and of all its processes together with what the kernel keeps for them (a memory cgroup around the command)',
  async measure(bench: Bench): Promise<readonly Row[]> {
    const around = new Surroundings(bench);
    const takers = turns(bench, (contestant) => {
      const fresh = freshBundles(bench, contestant, 'peak', { args: ['/bin/sleep', '1000'] });
      const short = freshBundles(bench, contestant, 'peakrun', { args: ['/bin/true'] });
      return (round) => {
        const { id, bundle } = fresh(round);
        const step = (tag: string, ...words: string[]): Step => {
          return {
            verb: 'inside',
            tag,
            argv: [around.of(contestant.name, tag), ...command(contestant, ...words)],
          };
        };
        return [
          step('run', 'run', '--bundle', short(round).bundle, short(round).id),
          step('create', 'create', '--bundle', bundle, id),
          step('start', 'start', id),
          step('state', 'state', id),
          step('exec', 'exec', id, '/bin/true'),
          step('delete --force', 'delete', '--force', id),
        ];
      };
    });
    const results = await interleave(bench.world.timer, takers, rounds);
    const together = around.read();
    around.remove();
    return tagsOf(results).flatMap((tag) => [
      row(`${tag}, largest process`, columnsOf(results, largest(tag))),
      row(`${tag}, all`, new Map([...results.keys()].map((name) => [name, together(name, tag)]))),
    ]);
  },
};

function row(measure: string, samples: Row['samples']): Row {
  return { scenario: 'peak', measure, pauseMs: 0, unit: 'KiB', samples };
}

function largest(tag: string): (byTag: ByTag) => number[] {
  return (byTag) => (byTag.get(tag) ?? []).map(({ kilobytes }) => kilobytes);
}

/** A memory cgroup of its own around each command. */
class Surroundings {
  private readonly parent: string;
  private readonly made: { readonly owner: string; readonly folder: string }[] = [];

  constructor({ world }: Bench) {
    this.parent = `${world.cgroup}-peak`;
  }

  /** The file through which a command enters its own. */
  of(contestant: string, tag: string): string {
    const folder = inHierarchy('memory', join(this.parent, String(this.made.length)));
    mkdirSync(folder, { recursive: true });
    this.made.push({ owner: `${contestant} ${tag}`, folder });
    const tasks = join(folder, 'tasks');
    return existsSync(tasks) ? tasks : join(folder, 'cgroup.procs');
  }

  read(): (contestant: string, tag: string) => number[] {
    const all = this.made.map(({ owner, folder }) => ({ owner, kilobytes: highest(folder) }));
    return (contestant, tag) =>
      all.filter(({ owner }) => owner === `${contestant} ${tag}`).map(({ kilobytes }) => kilobytes);
  }

  remove(): void {
    removeEverywhere(this.parent);
  }
}

function highest(folder: string): number {
  const file = ['memory.max_usage_in_bytes', 'memory.peak']
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
  return file === undefined ? Number.NaN : Number(readFileSync(file, 'utf8')) / 1024;
}
