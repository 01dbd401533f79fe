import { expect, test } from 'vitest';
import type { LinuxSpec } from '../../src/config/config.ts';
import {
  intelRdtPlan,
  joinResctrl,
  type Resctrl,
  removeResctrl,
  schemasOf,
} from '../../src/plan/intelRdt.ts';
import { names, planOf } from './build.ts';

const none: Resctrl = { mountPoint: '/sys/fs/resctrl', schemata: null };
const there: Resctrl = { ...none, schemata: '    MB:0= 20;1= 70\n    L3:0=07f0;1=001f' };
const plan = (rdt: LinuxSpec['intelRdt'], host: Resctrl | null = none) => intelRdtPlan(rdt, 'web', host);
const paths = (ops: readonly object[]) => ops.map((op) => ('path' in op ? op.path : ''));

test('without a class of its own a container has one by its id, which is removed with it', () => {
  const { groups, make, join } = plan({ l3CacheSchema: 'L3:0=f', memBwSchema: 'MB:0=20' });
  expect(make).toMatchObject([
    { op: 'mkdir', path: '/sys/fs/resctrl/web', undo: [{ op: 'rmdir', path: '/sys/fs/resctrl/web' }] },
    { op: 'write', path: '/sys/fs/resctrl/web/schemata', text: 'L3:0=f\nMB:0=20\n' },
  ]);
  expect(join).toMatchObject([
    { op: 'write', path: '/sys/fs/resctrl/web/tasks', text: [{ variable: 'pid' }] },
  ]);
  expect(paths(removeResctrl(groups))).toEqual(['/sys/fs/resctrl/web']);
});

test('without a schema nothing is written to one', () => {
  expect(names(plan({}).make)).toEqual(['mkdir']);
});

test('without intelRdt nothing is done to resctrl', () => {
  expect(plan(undefined)).toEqual({ groups: null, make: [], join: [] });
});

test('either schema alone is written', () => {
  expect(plan({ l3CacheSchema: 'L3:0=f' }).make[1]).toMatchObject({ text: 'L3:0=f\n' });
  expect(plan({ memBwSchema: 'MB:0=20' }).make[1]).toMatchObject({ text: 'MB:0=20\n' });
});

test('a class that is named and has schemas is made if it is missing', () => {
  const { groups, make } = plan({ closID: 'gold', memBwSchema: 'MB:0=20' });
  expect(make).toMatchObject([
    { op: 'mkdir', path: '/sys/fs/resctrl/gold' },
    { op: 'write', path: '/sys/fs/resctrl/gold/schemata' },
  ]);
  expect(paths(removeResctrl(groups))).toEqual([]);
});

test('schemata come last', () => {
  const { make } = plan({ l3CacheSchema: 'L3:0=f', schemata: ['L2:0=f', 'MB:0=50'] });
  expect(make[1]).toMatchObject({ text: 'L3:0=f\nL2:0=f\nMB:0=50\n' });
});

test('memBwSchema counts more than a line of l3CacheSchema', () => {
  expect(schemasOf({ l3CacheSchema: 'L3:0=f\nMB:0=10\n', memBwSchema: 'MB:0=20' })).toEqual([
    'L3:0=f',
    'MB:0=20',
  ]);
  expect(schemasOf({ l3CacheSchema: 'L3:0=f\nMB:0=10' })).toEqual(['L3:0=f', 'MB:0=10']);
});

test('monitoring has a group of its own inside the class', () => {
  const { groups, make } = plan({ closID: 'gold', l3CacheSchema: 'L3:0=f', enableMonitoring: true });
  expect(make.at(-1)).toMatchObject({ op: 'mkdir', path: '/sys/fs/resctrl/gold/mon_groups/web' });
  expect(groups?.joined).toEqual(['/sys/fs/resctrl/gold', '/sys/fs/resctrl/gold/mon_groups/web']);
  expect(paths(removeResctrl(groups))).toEqual(['/sys/fs/resctrl/gold/mon_groups/web']);
  expect(make.at(-1)?.orElse).toBeUndefined();
  expect(paths(removeResctrl(plan({ enableMonitoring: true }).groups))).toEqual([
    '/sys/fs/resctrl/web/mon_groups/web',
    '/sys/fs/resctrl/web',
  ]);
});

test('a class that exists is joined, stays, and must be what is asked for', () => {
  const { groups, make } = plan(
    { closID: 'gold', l3CacheSchema: 'L3:0=7f0;1=1f', memBwSchema: 'MB:1=70' },
    there,
  );
  expect(make).toEqual([]);
  expect(groups).toEqual({ joined: ['/sys/fs/resctrl/gold'], made: [] });
  expect(names(plan({ closID: 'gold', schemata: ['L2:0=f'] }, there).make)).toEqual(['write']);
  expect(() => plan({ closID: 'gold', l3CacheSchema: 'L3:0=7f0;1=ff' }, there)).toThrow(
    'the class "gold" exists with another schema: L3 of 1 is 1f, not ff',
  );
});

test('a class that is only named must exist', () => {
  expect(plan({ closID: 'gold' }, there).groups?.made).toEqual([]);
  expect(() => plan({ closID: 'gold' })).toThrow('there is no class "gold" on this host');
});

test('the class "/" is the root’s', () => {
  expect(paths(plan({ closID: '/', enableMonitoring: true }, there).join)).toEqual([
    '/sys/fs/resctrl/tasks',
    '/sys/fs/resctrl/mon_groups/web/tasks',
  ]);
});

test('a host without resctrl is refused, and resctrl named', () => {
  expect(() => plan({}, null)).toThrow('this host has no resctrl file system mounted');
  expect(plan(undefined, null).join).toEqual([]);
});

test('the process is in its class before it may become the user’s', () => {
  const { hands, stubs, teardown } = planOf({ linux: { namespaces: [{ type: 'mount' }], intelRdt: {} } });
  const join = hands.findIndex((op) => op.op === 'write' && op.path.endsWith('/tasks'));
  expect(join).toBeLessThan(hands.findIndex((op) => op.op === 'release' && op.barrier === 'known'));
  expect((stubs[0] ?? []).some((op) => op.op === 'hold' && op.barrier === 'known')).toBe(true);
  expect(names(teardown)).toContain('rmdir');
  expect(joinResctrl([])).toEqual([]);
});
