import { describe, expect, test } from 'vitest';
import { hierarchyFor, parseCgroupHost } from '../../src/cgroups/host.ts';
import { hybrid, v1, v2 } from './hosts.ts';

test('modes', () => {
  expect([v1.mode, hybrid.mode, v2.mode]).toEqual(['v1', 'hybrid', 'v2']);
  expect(parseCgroupHost('', '')).toEqual({ mode: 'v1', hierarchies: [], files: {} });
});

test('controllers that are mounted together are one hierarchy', () => {
  expect(hierarchyFor(v1, 'cpuacct')).toBe(hierarchyFor(v1, 'cpu'));
  expect(hierarchyFor(v1, 'cpu')).toMatchObject({
    mountPoint: '/sys/fs/cgroup/cpu,cpuacct',
    controllers: ['cpu', 'cpuacct'],
  });
});

test('the own cgroup is kept for each hierarchy', () => {
  expect(hierarchyFor(v1, 'memory')?.own).toBe('/own/deep');
  expect(hierarchyFor(v1, 'name=systemd')?.own).toBe('/user.slice');
});

describe('mountinfo', () => {
  const line = (root: string, point: string, options = 'memory') =>
    `1 2 0:3 ${root} ${point} rw shared:4 - cgroup cgroup rw,${options}`;

  test('a hierarchy that is mounted twice counts where everybody looks for it', () => {
    const both = [line('/', '/container/sys/fs/cgroup/memory'), line('/', '/sys/fs/cgroup/memory')].join(
      '\n',
    );
    expect(parseCgroupHost(both, '1:memory:/').hierarchies[0]?.mountPoint).toBe('/sys/fs/cgroup/memory');
  });

  test('a mount that a later one covers is not there', () => {
    const old = '10 2 0:3 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory';
    const cover = '11 2 0:4 / /sys/fs/cgroup rw - tmpfs tmpfs rw';
    const shown = '12 11 0:3 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory';
    const found = (...lines: string[]) => parseCgroupHost(lines.join('\n'), '1:memory:/').hierarchies.length;
    expect([found(old), found(old, cover), found(old, cover, shown)]).toEqual([1, 0, 1]);
  });

  test('a root file system that was mounted after what an initramfs moved into it covers nothing', () => {
    const moved = [
      '20 25 0:5 / /sys rw - sysfs sysfs rw',
      '21 20 0:6 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
    ];
    const root = '25 1 8:1 / / rw - ext4 /dev/vda rw';
    expect(parseCgroupHost([...moved, root].join('\n'), '0::/').mode).toBe('v2');
  });

  test('escaped characters are what they stand for, and a colon in a path is no separator', () => {
    const { hierarchies } = parseCgroupHost(line('/a\\040b', '/x\\134y'), '1:memory:/a:b');
    expect(hierarchies[0]).toMatchObject({ root: '/a b', mountPoint: '/x\\y', own: '/a:b' });
  });

  test('an unmounted hierarchy is none, and a named one is not mistaken for a controller', () => {
    expect(parseCgroupHost(line('/', '/m', 'name=memory'), '1:memory:/').hierarchies).toEqual([]);
  });
});
