import { type Bench, columnsOf, command, freshBundles, type Row, type Scenario, turns } from '../bench.ts';
import { interleave } from '../interleave.ts';
import type { Step } from '../timer.ts';

const together = 8;

export const parallel: Scenario = {
  name: 'parallel',
  isolates: `${together} creates at once: what is shared, locked or waited for`,
  async measure(bench: Bench): Promise<readonly Row[]> {
    const takers = turns(bench, (contestant) => {
      const fresh = freshBundles(bench, contestant, 'parallel', { args: ['/bin/sleep', '1000'] });
      return (round) => {
        const containers = Array.from({ length: together }, (_, index) => fresh(round * together + index));
        const create = ({ id, bundle }: { id: string; bundle: string }): Step => {
          return { verb: 'spawn', argv: command(contestant, 'create', '--bundle', bundle, id) };
        };
        const remove = ({ id }: { id: string }): Step => {
          return { verb: 'spawn', argv: command(contestant, 'delete', '--force', id) };
        };
        return [
          ...containers.map(create),
          { verb: 'join', tag: 'create' },
          ...containers.map(remove),
          { verb: 'join' },
        ];
      };
    });
    const results = await interleave(bench.world.timer, takers, Math.ceil(bench.n / 3));
    const samples = columnsOf(results, (byTag) =>
      (byTag.get('create') ?? []).map(({ milliseconds }) => (together * 1000) / milliseconds),
    );
    return [
      { scenario: 'parallel', measure: `${together} creates`, pauseMs: 0, unit: 'per second', samples },
    ];
  },
};
