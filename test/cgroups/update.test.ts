import { describe, expect, test } from 'vitest';
import { mergeResources, updateSettings } from '../../src/cgroups/update.ts';
import type { Resources } from '../../src/config/config.ts';

const paths = { memory: '/cg/memory/c1', cpu: '/cg/cpu/c1', pids: '/cg/pids/c1', '': '/cg/unified/c1' };

describe('merging', () => {
  const old: Resources = {
    memory: { limit: 100, swap: 200, swappiness: 60 },
    cpu: { shares: 512, quota: 1000 },
    devices: [{ allow: false }],
  };

  test('what is not named keeps its value, and so does what is 0', () => {
    expect(mergeResources(old, { memory: { limit: 150, swap: 0 }, cpu: { shares: 0 } })).toEqual({
      ...old,
      memory: { limit: 150, swap: 200, swappiness: 60 },
    });
  });

  test('0 is a value where it means something', () => {
    expect(mergeResources(old, { memory: { swappiness: 0 }, cpu: { idle: 0, burst: 0 } })).toMatchObject({
      memory: { swappiness: 0 },
      cpu: { idle: 0, burst: 0, shares: 512 },
    });
  });

  test('memory without a limit has none on swap either', () => {
    expect(mergeResources(old, { memory: { limit: -1 } }).memory).toMatchObject({ limit: -1, swap: -1 });
  });

  test('devices never change', () => {
    expect(mergeResources(old, { devices: [{ allow: true }] }).devices).toEqual([{ allow: false }]);
  });

  test('a group that was not there is added', () => {
    expect(mergeResources({}, { pids: { limit: 5 } })).toEqual({ pids: { limit: 5 } });
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
