import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
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
import type { Wanted } from '../bundle.ts';

export const exec: Scenario = {
  name: 'exec',
  isolates: 'joining a container that runs: no cgroup, no mount, no record is made',
  measure: (bench) => measureExec(bench, 'exec', { args: ['/bin/sleep', '100000'] }),
};

export const execLarge: Scenario = {
  name: 'exec-large',
  isolates: 'what an exec costs more when the container has 1,000 mounts and 1,000 variables',
  fullOnly: true,
  measure: (bench) => measureExec(bench, 'exec-large', large(bench)),
};

function measureExec(bench: Bench, scenario: string, wanted: Wanted): Promise<readonly Row[]> {
  return withContainers(bench, scenario, wanted, async (idOf) => {
    const rows: Row[] = [];
    for (const pauseMs of pausesOf(bench, false)) {
      const takers = turns(bench, (contestant) => () => [
        { verb: 'run', tag: 'exec', argv: command(contestant, 'exec', idOf(contestant), '/bin/true') },
      ]);
      rows.push(...(await timeRows(bench, scenario, pauseMs, takers)));
    }
    return rows;
  });
}

function large({ world }: Bench): Wanted {
  const source = join(world.scratch, 'source');
  mkdirSync(source, { recursive: true });
  const mounts = Array.from({ length: 1000 }, (_, index) => {
    mkdirSync(join(world.rootfs, 'mnt', String(index)), { recursive: true });
    return { destination: `/mnt/${index}`, type: 'bind', source, options: ['bind'] };
  });
  const env = Array.from({ length: 1000 }, (_, index) => `VARIABLE_${index}=some value of variable ${index}`);
  return { args: ['/bin/sleep', '100000'], mounts, env };
}
