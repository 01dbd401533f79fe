import { join } from 'node:path';
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

export const kill: Scenario = {
  name: 'kill',
  isolates:
    'the end of a running container as engines bring it about: kill, its process ends ("exit"), delete',
  async measure(bench: Bench): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (const pauseMs of pausesOf(bench, false)) {
      const takers = turns(bench, (contestant) => {
        const fresh = freshBundles(bench, contestant, `kill${pauseMs}`, { args: ['/bin/sleep', '1000'] });
        return (round) => {
          const { id, bundle } = fresh(round);
          const pidFile = join(bundle, 'pid');
          const run = ['run', '--detach', '--bundle', bundle, '--pid-file', pidFile, id];
          return [
            { verb: 'run', argv: command(contestant, ...run) },
            { verb: 'run', tag: 'kill', argv: command(contestant, 'kill', id, 'KILL') },
            { verb: 'gone', tag: 'exit', argv: [pidFile] },
            { verb: 'run', tag: 'delete', argv: command(contestant, 'delete', id) },
          ];
        };
      });
      rows.push(...(await timeRows(bench, 'kill', pauseMs, takers)));
    }
    return rows;
  },
};
