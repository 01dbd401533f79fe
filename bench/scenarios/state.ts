import {
  type Bench,
  command,
  pausesOf,
  type Row,
  type Scenario,
  timeRows,
  turns,
  withContainers,
} from '../bench.ts';

export const state: Scenario = {
  name: 'state',
  isolates: 'the least that a command can do: read one record, look at one process, print',
  measure(bench: Bench): Promise<readonly Row[]> {
    return withContainers(bench, 'state', { args: ['/bin/sleep', '100000'] }, async (idOf) => {
      const rows: Row[] = [];
      for (const pauseMs of pausesOf(bench, false)) {
        const takers = turns(bench, (contestant) => () => [
          { verb: 'run', tag: 'state', argv: command(contestant, 'state', idOf(contestant)) },
        ]);
        rows.push(...(await timeRows(bench, 'state', pauseMs, takers)));
      }
      return rows;
    });
  },
};
