import { describe, expect, test } from 'vitest';
import type { CgroupHost } from '../../src/cgroups/host.ts';
import { cgroupPlaces } from '../../src/cgroups/paths.ts';
import { hybrid, v1, v2 } from './hosts.ts';

function pathOf(host: CgroupHost, controller: string, cgroupsPath?: string): string | undefined {
  return cgroupPlaces(cgroupsPath, host, 'id1').find(({ slot }) => slot.includes(controller))?.path;
}

describe('v1', () => {
  test.each([
    [undefined, '/sys/fs/cgroup/memory/own/deep/id1'],
    ['', '/sys/fs/cgroup/memory/own/deep/id1'],
    ['rel/x', '/sys/fs/cgroup/memory/own/deep/rel/x'],
    ['/abs/x', '/sys/fs/cgroup/memory/abs/x'],
    ['//abs//x/', '/sys/fs/cgroup/memory/abs/x'],
    ['/a/./b/../c', '/sys/fs/cgroup/memory/a/c'],
    ['/../../../etc', '/sys/fs/cgroup/memory/etc'],
    ['../../up', '/sys/fs/cgroup/memory/own/deep/up'],
  ])('%j is %s', (cgroupsPath, path) => {
    expect(pathOf(v1, 'memory', cgroupsPath)).toBe(path);
  });

  test.each(['/', '/..', '.'])('%j is the root cgroup and refused', (path) => {
    expect(() => pathOf(v1, 'memory', path)).toThrow(/root cgroup/);
  });

  test('a hierarchy of the distribution is left alone, that of systemd is joined', () => {
    expect(pathOf(v1, 'elogind')).toBeUndefined();
    expect(pathOf(v1, 'systemd', 'x')).toBe('/sys/fs/cgroup/systemd/user.slice/x');
  });
});

test('hybrid: the empty v2 hierarchy is joined as well', () => {
  expect(pathOf(v1, 'unified', '/x')).toBeUndefined();
  expect(pathOf(hybrid, 'unified', '/x')).toBe('/sys/fs/cgroup/unified/x');
});

test('v2: relative paths begin beside the caller, because its own cgroup holds processes', () => {
  expect(pathOf(v2, 'unified')).toBe('/sys/fs/cgroup/user.slice/id1');
  expect(pathOf(v2, 'unified', 'x')).toBe('/sys/fs/cgroup/user.slice/x');
  expect(pathOf(v2, 'unified', '/x')).toBe('/sys/fs/cgroup/x');
});

describe('where only a part of the hierarchy is visible', () => {
  const inside = (root: string, own: string): CgroupHost => ({
    mode: 'v1',
    files: {},
    hierarchies: [{ version: 1, controllers: ['memory'], mountPoint: '/m', root, own }],
  });

  test('paths are told from its root', () => {
    expect(pathOf(inside('/docker/abc', '/docker/abc/sub'), 'memory')).toBe('/m/sub/id1');
    expect(pathOf(inside('/docker/abc', '/docker/abc'), 'memory', '/x')).toBe('/m/x');
  });

  test('a caller outside of it has its root', () => {
    expect(pathOf(inside('/docker/abc', '/docker/abcd'), 'memory')).toBe('/m/id1');
    expect(pathOf(inside('/', '/../other'), 'memory')).toBe('/m/id1');
  });
});
