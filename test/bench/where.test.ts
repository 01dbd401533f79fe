import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Bench } from '../../bench/bench.ts';
import { where } from '../../bench/scenarios/where.ts';
import type { Step } from '../../bench/timer.ts';

/** Executes nothing: every command takes as long as its name. */
async function perform(steps: readonly Step[]): Promise<never[]> {
  for (const { argv = [] } of steps) {
    const at = argv.indexOf('--trace');
    if (at < 0) continue;
    const verb = argv[at + 2] ?? '';
    const event = {
      ph: 'X',
      pid: 1,
      tid: 1,
      cat: 'launcher',
      name: 'railcar',
      ts: 0,
      dur: verb.length,
      args: {},
    };
    writeFileSync(argv[at + 1] ?? '', JSON.stringify({ traceEvents: [event] }));
  }
  return [];
}

test('every command is traced for cold and standby alone, and the rounds of warming up do not count', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'railcar-where-'));
  const contestants = ['cold', 'standby', 'runc'].map((name) => ({
    name,
    command: [name],
    root: '',
    version: '',
  }));
  const world = { scratch: folder, state: folder, rootfs: folder, cgroup: 'c', timer: { perform } };
  const rows = await where.measure({ world, field: { contestants }, n: 3, full: false } as unknown as Bench);
  rmSync(folder, { recursive: true });
  const totals = rows.filter(({ measure }) => measure.endsWith(': total'));
  expect(totals.map(({ measure }) => measure.split(':')[0])).toEqual([
    'run',
    'create',
    'start',
    'state',
    'exec',
    'kill',
    'delete',
  ]);
  expect(Object.fromEntries(totals[0]?.samples ?? [])).toEqual({ cold: [3, 3, 3], standby: [3, 3, 3] });
});
