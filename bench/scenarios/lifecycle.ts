import {
  type Bench,
  command,
  freshBundles,
  pausesOf,
  type Row,
  type Scenario,
  timeRows,
  turns,
} from '../bench.ts';
import type { Step } from '../timer.ts';

export const lifecycle: Scenario = {
  name: 'lifecycle',
  isolates: 'what an engine does with every container, each command by itself and their sum',
  async measure(bench: Bench): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (const pauseMs of pausesOf(bench, false)) {
      const takers = turns(bench, (contestant) => {
        const fresh = freshBundles(bench, contestant, `life${pauseMs}`, { args: ['/bin/sleep', '1000'] });
        return (round) => {
          const { id, bundle } = fresh(round);
          const step = (tag: string, ...words: string[]): Step => {
            return { verb: 'run', tag, argv: command(contestant, ...words) };
          };
          return [
            step('create', 'create', '--bundle', bundle, id),
            step('start', 'start', id),
            step('state', 'state', id),
            step('delete --force', 'delete', '--force', id),
          ];
        };
      });
      rows.push(...(await timeRows(bench, 'lifecycle', pauseMs, takers)));
    }
    return rows;
  },
};
