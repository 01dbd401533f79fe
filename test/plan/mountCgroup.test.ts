import { expect, test } from 'vitest';
import { parseCgroupHost } from '../../src/cgroups/host.ts';
import { mountsOf, names } from './build.ts';

const mount = (...options: string[]) => ({
  destination: '/sys/fs/cgroup',
  type: 'cgroup',
  source: 'cgroup',
  options: ['nosuid', 'noexec', 'nodev', ...options],
});

const find = (ops: ReturnType<typeof mountsOf>, dest: string) =>
  ops.find((op) => 'dest' in op && op.dest === `/sys/fs/cgroup${dest}`);

test('v1: a directory with the container’s own cgroup of each hierarchy, and links', () => {
  const ops = mountsOf(mount('ro'));
  expect(ops[0]).toMatchObject({ op: 'mountFs', type: 'tmpfs', attr: ['nosuid', 'noexec', 'nodev'] });
  expect(find(ops, '/memory')).toMatchObject({
    op: 'bind',
    source: '/sys/fs/cgroup/memory/caller/golden',
    set: ['nosuid', 'noexec', 'nodev', 'ro'],
  });
  expect(find(ops, '/cpu,cpuacct')).toMatchObject({ source: '/sys/fs/cgroup/cpu,cpuacct/golden' });
  expect(ops.flatMap((op) => (op.op === 'symlink' ? [`${op.path} ${op.target}`] : []))).toEqual([
    '/sys/fs/cgroup/cpu cpu,cpuacct',
    '/sys/fs/cgroup/cpuacct cpu,cpuacct',
    '/sys/fs/cgroup/net_cls net_cls,net_prio',
    '/sys/fs/cgroup/net_prio net_cls,net_prio',
  ]);
  expect(ops.at(-1)).toMatchObject({ op: 'attr', dest: '/sys/fs/cgroup', set: ['ro'] });
});

test('v1 writable: nothing is closed at the end', () => {
  expect(mountsOf(mount()).at(-1)?.op).not.toBe('attr');
});

test('v1 in a cgroup namespace: each hierarchy is mounted anew', () => {
  const ops = mountsOf(mount(), { namespaces: ['pid', 'mount', 'cgroup'] });
  expect(names(ops)).not.toContain('bind');
  expect(find(ops, '/cpu,cpuacct')).toMatchObject({ type: 'cgroup', options: ['cpu', 'cpuacct'] });
  expect(find(ops, '/systemd')).toMatchObject({ source: 'systemd', options: ['name=systemd'] });
});

test('an access time mode comes with clearing the field', () => {
  expect(find(mountsOf(mount('noatime')), '/pids')).toMatchObject({ clear: ['atime'] });
});

test('v2: the hierarchy, or that of the host where it cannot be mounted', () => {
  const cgroups = {
    ...parseCgroupHost('60 31 0:60 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n', '0::/\n'),
    files: { '/sys/fs/cgroup/cgroup.controllers': 'cpu memory pids' },
  };
  const linux = {
    namespaces: [{ type: 'mount' as const }],
    resources: { devices: [{ allow: true, access: 'rwm' }] },
  };
  const ops = mountsOf(mount('ro'), { facts: { cgroups }, linux });
  expect(ops).toMatchObject([
    {
      op: 'mountFs',
      type: 'cgroup2',
      attr: ['nosuid', 'noexec', 'nodev', 'ro'],
      orElse: { on: ['EPERM', 'EBUSY'], do: [{ op: 'bind', source: '/sys/fs/cgroup' }] },
    },
  ]);
});
