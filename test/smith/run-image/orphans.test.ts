import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { removeOrphans } from '../../../src/smith/run-image/orphans.ts';

const folder = mkdtempSync(join(tmpdir(), 'orphans-'));
afterEach(() => rmSync(folder, { recursive: true }));

test('bundles of killed launchers go, and those of containers that are gone', () => {
  const stat = readFileSync(`/proc/${process.pid}/stat`, 'latin1');
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  const make = (name: string, container?: string) => {
    mkdirSync(join(folder, name, 'rootfs'), { recursive: true });
    if (container !== undefined) symlinkSync(join(folder, container), join(folder, name, 'container'));
  };
  mkdirSync(join(folder, 'state'));
  writeFileSync(join(folder, 'state/state.json'), '');
  make(`working.${process.pid}.${start}`);
  make(`working.${process.pid}.${start}.0123abcd.partial`);
  make(`reused.${process.pid}.1`);
  make('dead.4194999.1');
  make('half.4194999.1.0123abcd.partial');
  make('kept.4194999.1', 'state');
  make(`gone.${process.pid}.${start}`, 'no-state');
  make('something else');
  removeOrphans(folder);
  expect(readdirSync(folder).sort()).toEqual([
    'kept.4194999.1',
    'something else',
    'state',
    `working.${process.pid}.${start}`,
    `working.${process.pid}.${start}.0123abcd.partial`,
  ]);
});
