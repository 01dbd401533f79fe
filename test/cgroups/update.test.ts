import { describe, expect, test } from 'vitest';
import { deviceFilterOp } from '../../src/cgroups/device-filter.ts';
import { currentFiles, mergeResources, updateFilter, updateSettings } from '../../src/cgroups/update.ts';
import type { Resources } from '../../src/config/config.ts';

const paths = {
  devices: '/cg/devices/c1',
  memory: '/cg/memory/c1',
  cpu: '/cg/cpu/c1',
  pids: '/cg/pids/c1',
  '': '/cg/unified/c1',
};

describe('merging', () => {
  const old: Resources = {
    memory: { limit: 100, swap: 200, swappiness: 60 },
    cpu: { shares: 512, quota: 1000 },
    devices: [{ allow: false }],
  };

  test('what is not named keeps its value, and so does what is 0', () => {
    expect(mergeResources(old, { memory: { limit: 150, swap: 0 }, cpu: { shares: 0 } }, paths)).toEqual({
      ...old,
      memory: { limit: 150, swap: 200, swappiness: 60 },
    });
  });

  test('0 is a value where it means something', () => {
    expect(
      mergeResources(old, { memory: { swappiness: 0 }, cpu: { idle: 0, burst: 0 } }, paths),
    ).toMatchObject({
      memory: { swappiness: 0 },
      cpu: { idle: 0, burst: 0, shares: 512 },
    });
  });

  test('memory without a limit has none on swap either', () => {
    expect(mergeResources(old, { memory: { limit: -1 } }, paths).memory).toMatchObject({
      limit: -1,
      swap: -1,
    });
  });

  test("v1's devices never change, a filter's rules are replaced", () => {
    const devices = [{ allow: true }];
    expect(mergeResources(old, { devices }, paths).devices).toEqual([{ allow: false }]);
    expect(mergeResources(old, { devices }, { '': '/cg/c1' }).devices).toEqual(devices);
    expect(mergeResources(old, {}, { '': '/cg/c1' }).devices).toEqual(old.devices);
  });

  test('a group that was not there is added', () => {
    expect(mergeResources({}, { pids: { limit: 5 } }, paths)).toEqual({ pids: { limit: 5 } });
  });
});

test('a filter of devices is replaced, and put back if something fails', () => {
  const old: Resources = { devices: [{ allow: false }] };
  const change: Resources = { devices: [{ allow: true }] };
  const unified = { '': '/cg/c1' };
  const origin = 'devices';
  expect(updateFilter(old, change, unified, false)).toEqual([
    { op: 'open', path: '/cg/c1', flags: ['path', 'directory'], mode: 0, into: 'cgroup:unified', origin },
    {
      ...deviceFilterOp('cgroup:unified', change.devices, origin, false),
      undo: [deviceFilterOp('cgroup:unified', old.devices, origin, false)],
    },
  ]);
  expect(updateFilter(old, { devices: [{ allow: false }] }, unified, false)).toEqual([]);
  expect(updateFilter(old, change, paths, false)).toEqual([]);
});

test('v2: a controller that was not handed down is named', () => {
  const write = (controllers: string) => () =>
    updateSettings({ pids: { limit: 5 } }, { pids: { limit: 5 } }, { '': '/cg/c1' }, { controllers });
  expect(write('cpu memory')).toThrow(/^the container has no cgroup of the controller "pids"$/);
  expect(write('cpu pids')).not.toThrow();
});

test('what is known before an update', () => {
  expect(currentFiles({ '': '/cg/c1' })).toEqual({
    memory: null,
    usage: '/cg/c1/memory.current',
    controllers: '/cg/c1/cgroup.controllers',
  });
  expect(currentFiles(paths)).toEqual({
    memory: '/cg/memory/c1/memory.limit_in_bytes',
    usage: null,
    controllers: null,
  });
});

describe('writes', () => {
  const lines = (
    merged: Resources,
    change: Resources,
    where: Record<string, string> = paths,
    memory?: string,
  ) => updateSettings(merged, change, where, { memory }).map(({ path, text }) => `${path} ${text}`);

  test('only the groups that change, whole, in the order that works now', () => {
    const merged: Resources = { memory: { limit: 300, swap: 400 }, cpu: { shares: 5 } };
    expect(lines(merged, { memory: { limit: 300 } }, paths, '100')).toEqual([
      '/cg/memory/c1/memory.memsw.limit_in_bytes 400',
      '/cg/memory/c1/memory.limit_in_bytes 300',
    ]);
  });

  test('v2 alone has one directory and files that take two members', () => {
    const merged: Resources = { cpu: { quota: 1000, period: 2000 } };
    expect(lines(merged, { cpu: { quota: 1000 } }, { '': '/cg/c1' })).toEqual(['/cg/c1/cpu.max 1000 2000']);
  });

  test('a controller that the container has no cgroup of is named', () => {
    const change: Resources = { hugepageLimits: [{ pageSize: '2MB', limit: 1 }] };
    expect(() => lines(change, change)).toThrow(/"hugetlb"/);
  });
});
