import { describe, expect, test } from 'vitest';
import type { LinuxSpec } from '../../src/config/config.ts';
import { refuseMounted } from '../../src/plan/unmount.ts';
import { type Changes, configOf, find, names, planOf, stubOf } from './build.ts';

test('a new mount namespace: isolated, then pivoted', () => {
  const stub = stubOf({});
  const list = names(stub);
  expect(list.indexOf('propagate')).toBeLessThan(list.indexOf('privateParent'));
  expect(list.indexOf('privateParent')).toBeLessThan(list.indexOf('rootfs'));
  expect(find(stub, 'propagate').flags).toEqual(['slave', 'rec']);
  expect(find(stub, 'rootfs')).toMatchObject({ path: '/bundle/rootfs', tree: null });
  expect(find(stub, 'pivot').how).toBe('pivot');
});

test('--no-pivot moves', () => {
  expect(find(stubOf({ options: { noPivot: true } }), 'pivot')).toMatchObject({
    how: 'move',
    origin: '--no-pivot',
  });
});

test('a joined mount namespace keeps the root of those who live in it', () => {
  const linux: LinuxSpec = { namespaces: [{ type: 'mount', path: '/ns' }] };
  const stub = stubOf({ linux });
  expect(find(stub, 'pivot').how).toBe('chroot');
  expect(names(stub)).not.toContain('propagate');
});

test('without a mount namespace the directory is used as it is: nothing is mounted on the host', () => {
  const { hands, stubs } = planOf({ namespaces: ['pid'] });
  expect(hands).toContainEqual(expect.objectContaining({ op: 'open', path: '/bundle/rootfs', into: 'root' }));
  expect(find(hands, 'spawn').pass).toContain('root');
  const list = names(stubs[0] ?? []);
  expect(list.filter((name) => ['rootfs', 'propagate', 'mountFs', 'bind', 'attr'].includes(name))).toEqual(
    [],
  );
  expect(find(stubs[0] ?? [], 'pivot').how).toBe('chroot');
});

describe('without a mount namespace what would change the host is refused', () => {
  const linux = (more: LinuxSpec): LinuxSpec => ({ namespaces: [{ type: 'pid' }], ...more });
  test.each([
    ['root.readonly', { config: { root: { path: 'rootfs', readonly: true } } }],
    ['linux.rootfsPropagation', { linux: linux({ rootfsPropagation: 'shared' }) }],
    ['process.terminal', { process: { terminal: true } }],
  ] satisfies [string, Changes][])('%s', (origin, changes) => {
    expect(() => planOf({ namespaces: ['pid'], ...changes })).toThrow(expect.objectContaining({ origin }));
  });
});

describe('what is mounted without a mount namespace', () => {
  const changes: Changes = {
    namespaces: ['pid'],
    config: {
      mounts: [
        { destination: '/proc', type: 'proc' },
        { destination: 'dev//shm', type: 'tmpfs' },
        { destination: '/proc', options: ['remount', 'ro'] },
      ],
    },
    linux: { namespaces: [{ type: 'pid' }], maskedPaths: ['/proc/keys'], readonlyPaths: ['/proc/sys'] },
  };
  const off = ['/proc/keys', '/proc/sys', '/dev/shm', '/proc'];

  test('is taken off by a create that fails, last first', () => {
    const { hands } = planOf(changes);
    expect(hands.find((op) => op.op === 'open' && op.into === 'root')?.undo).toMatchObject(
      off.map((dest) => ({ op: 'unmount', root: '/bundle/rootfs', dest })),
    );
  });

  test('and when the container is removed', () => {
    const { teardown } = planOf(changes);
    expect(teardown.flatMap((op) => (op.op === 'unmount' ? [op.dest] : []))).toEqual(off);
  });

  test('is refused where something is mounted already, which would be taken off instead', () => {
    const config = configOf(changes);
    const line = (point: string) => `29 23 0:26 / ${point} rw - tmpfs tmpfs rw\n`;
    const refuse = (point: string) => () => refuseMounted(config, '/bundle/rootfs', line(point));
    expect(refuse('/bundle/rootfs/dev/shm')).toThrow(expect.objectContaining({ origin: 'mounts[1]' }));
    expect(refuse('/bundle/rootfs/dev')).not.toThrow();
    expect(refuse('/dev/shm')).not.toThrow();
  });

  test('with one of its own nothing is left to do', () => {
    expect(names(planOf({}).teardown)).not.toContain('unmount');
  });
});

test('a read-only root comes after what is made in it, masks need nothing made', () => {
  const config = { root: { path: 'rootfs', readonly: true } };
  const stub = stubOf({ config });
  const readonly = stub.findIndex((op) => op.op === 'attr' && op.dest === '/');
  expect(stub[readonly]).toMatchObject({ set: ['ro'], recursive: 0, origin: 'root.readonly' });
  expect(readonly).toBeGreaterThan(names(stub).indexOf('makeDir'));
});

test.each([
  ['shared', ['shared'], true],
  ['rslave', ['slave', 'rec'], true],
  ['private', ['private'], false],
  ['rprivate', ['private', 'rec'], false],
  ['unbindable', ['unbindable'], true],
] as const)('rootfsPropagation %s', (rootfsPropagation, flags, again) => {
  const stub = stubOf({ linux: { namespaces: [{ type: 'mount' }], rootfsPropagation } });
  const ops = stub.filter(({ op }) => op === 'propagate');
  expect(ops).toMatchObject(again ? [{ flags }, { flags }] : [{ flags }]);
  if (again) {
    const last = stub.findLastIndex(({ op }) => op === 'propagate');
    expect(last).toBeGreaterThan(names(stub).indexOf('pivot'));
  }
});

test('an absolute root is not in the bundle', () => {
  expect(find(stubOf({ config: { root: { path: '/srv/root/' } } }), 'rootfs').path).toBe('/srv/root');
});
