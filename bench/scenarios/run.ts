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

export const run: Scenario = {
  name: 'run',
  isolates:
    'a container from nothing to nothing in one command, in the foreground; "node" is an empty script',
  async measure(bench: Bench): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (const pauseMs of pausesOf(bench, true)) {
      const takers = turns(bench, (contestant) => {
        const fresh = freshBundles(bench, contestant, `run${pauseMs}`, { args: ['/bin/true'] });
        return (round) => {
          const { id, bundle } = fresh(round);
          return [{ verb: 'run', tag: 'run', argv: command(contestant, 'run', '--bundle', bundle, id) }];
        };
      });
      const floor = {
        name: 'node',
        steps: () => [{ verb: 'run' as const, tag: 'run', argv: bench.field.floor }],
      };
      rows.push(...(await timeRows(bench, 'run', pauseMs, [...takers, floor])));
    }
    return rows;
  },
};
