import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { cgroupOwnerFiles, cgroupOwnerOps } from '../../src/plan/cgroupOwner.ts';
import { buildCreate } from '../../src/plan/create.ts';
import { hybrid, v2 } from '../cgroups/hosts.ts';
import { facts, options } from '../golden/facts.ts';

const mount = { source: 'cgroup', destination: '/sys/fs/cgroup', type: 'cgroup', options: ['rw'] };
const mappings = [{ containerID: 0, hostID: 100000, size: 1000 }];
const delegated = {
  ociVersion: '1.2.0',
  root: { path: 'rootfs' },
  process: { args: ['sh'], cwd: '/', user: { uid: 5, gid: 5 } },
  mounts: [mount],
  linux: { namespaces: [{ type: 'cgroup' }, { type: 'user' }], uidMappings: mappings },
} satisfies Config;

const host = { ...v2, files: { ...v2.files, '/sys/kernel/cgroup/delegate': 'cgroup.procs\nmemory.reclaim' } };
const owners = (config: Config, more: object = {}) =>
  cgroupOwnerOps(config, { ...facts, cgroups: host, ...more }, 'cgroup:unified');

test('the cgroup goes to the host id of the user who runs the process, with what the kernel lists', () => {
  expect(owners(delegated)).toEqual([
    {
      op: 'cgroupOwner',
      dir: 'cgroup:unified',
      files: ['cgroup.procs', 'memory.reclaim'],
      uid: 100005,
      origin: 'linux.cgroupsPath',
    },
  ]);
  expect(cgroupOwnerFiles(delegated, host)).toEqual(['/sys/kernel/cgroup/delegate']);
});

test('it is given when the process has been born into it, which waits for that', () => {
  const { hands, stubs } = buildCreate(delegated, { ...facts, cgroups: host }, options);
  const list = hands.map(({ op }) => op);
  const given = list.indexOf('cgroupOwner');
  expect(list.slice(0, given)).toContain('await');
  expect(hands.slice(given).find(({ op }) => op === 'release')).toMatchObject({ barrier: 'known' });
  expect(stubs[0]).toContainEqual(expect.objectContaining({ op: 'hold', barrier: 'known' }));
});

test('a kernel that lists nothing', () => {
  expect(owners(delegated, { cgroups: v2 })).toMatchObject([
    { files: ['cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'] },
  ]);
});

test('a user without a user namespace', () => {
  const { uidMappings: _, ...linux } = delegated.linux;
  const config = { ...delegated, linux: { ...linux, namespaces: [{ type: 'cgroup' as const }] } };
  expect(owners(config)).toMatchObject([{ uid: 5 }]);
});

describe('nothing is given away', () => {
  const cases: readonly [string, Config][] = [
    ['to what is mounted ro', { ...delegated, mounts: [{ ...mount, options: ['ro'] }] }],
    ['where nothing is mounted', { ...delegated, mounts: [] }],
    ['to a mount elsewhere', { ...delegated, mounts: [{ ...mount, destination: '/cg' }] }],
    ['to a mount of something else', { ...delegated, mounts: [{ ...mount, source: '/sys/fs/cgroup' }] }],
    [
      'without a cgroup namespace',
      { ...delegated, linux: { ...delegated.linux, namespaces: [{ type: 'user' }] } },
    ],
    [
      'in a cgroup namespace that is joined',
      { ...delegated, linux: { ...delegated.linux, namespaces: [{ type: 'cgroup', path: '/x' }] } },
    ],
    [
      'to a user who has no id on the host',
      { ...delegated, process: { ...delegated.process, user: { uid: 1000, gid: 0 } } },
    ],
    [
      'to the caller, whose it is',
      { ...delegated, linux: { namespaces: [{ type: 'cgroup' }] }, process: { args: ['sh'], cwd: '/' } },
    ],
  ];
  test.each(cases)('%s', (_, config) => {
    expect(owners(config)).toEqual([]);
  });

  test('of v1', () => {
    expect(owners(delegated, { cgroups: hybrid })).toEqual([]);
    expect(cgroupOwnerFiles(delegated, hybrid)).toEqual([]);
  });
});

test('a caller who may give nothing to others goes on', () => {
  const caller = { ...facts.caller, uid: 1000 };
  expect(owners(delegated, { caller })).toMatchObject([{ orElse: { on: ['EPERM'], do: [] } }]);
});
