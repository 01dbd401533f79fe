import { expect, test } from 'vitest';
import type { LinuxSpec } from '../../src/config/config.ts';
import { type Changes, stubOf } from './build.ts';

const made = (changes: Changes) =>
  stubOf(changes).filter(({ op }) => ['mknod', 'bindDevice', 'symlink'].includes(op));
const devices = (...list: NonNullable<LinuxSpec['devices']>): Changes => ({
  linux: { namespaces: [{ type: 'mount' }], devices: list },
});
const userns = {
  uidMappings: [{ containerID: 0, hostID: 5, size: 1 }],
  gidMappings: [{ containerID: 0, hostID: 5, size: 1 }],
};

test('those that every container has', () => {
  const paths = made({}).map((op) => 'path' in op && op.path);
  expect(paths).toEqual([
    ...['null', 'zero', 'full', 'random', 'urandom', 'tty'].map((name) => `/dev/${name}`),
    ...['fd', 'stdin', 'stdout', 'stderr', 'ptmx'].map((name) => `/dev/${name}`),
  ]);
});

test('one of config.json replaces the default at its path, however that is written', () => {
  const ops = made(devices({ type: 'c', path: '/dev/./null', major: 1, minor: 5, fileMode: 0o640, gid: 7 }));
  const nulls = ops.filter((op) => 'path' in op && op.path === '/dev/null');
  expect(nulls).toMatchObject([
    { op: 'mknod', major: 1, minor: 5, mode: 0o640, uid: 0, gid: 7, origin: 'linux.devices[0]' },
  ]);
});

test('a device that may not be made is the host’s', () => {
  const [op] = made(devices({ type: 'b', path: '/dev/x', major: 8, minor: 1 })).slice(6);
  expect(op).toMatchObject({
    op: 'mknod',
    type: 'b',
    orElse: { on: ['EPERM'], do: [{ op: 'bindDevice', source: '/dev/x', type: 'b', major: 8, minor: 1 }] },
  });
});

test('unbuffered character devices are character devices; set-id bits stay', () => {
  const [op] = made(devices({ type: 'u', path: '/dev/x', major: 9, minor: 1, fileMode: 0o104755 })).slice(6);
  expect(op).toMatchObject({ type: 'c', mode: 0o4755 });
});

test('in a user namespace all are the host’s, except fifos', () => {
  const linux: LinuxSpec = {
    namespaces: [{ type: 'mount' }, { type: 'user' }],
    devices: [{ type: 'p', path: '/dev/pipe' }],
    ...userns,
  };
  const ops = made({ linux });
  expect(ops.filter(({ op }) => op === 'mknod')).toMatchObject([{ path: '/dev/pipe', type: 'p' }]);
  expect(ops.filter(({ op }) => op === 'bindDevice')).toHaveLength(6);
});

test.each(['/dev', '/dev/', '/./dev'])('nothing is made in a /dev that is bound (%s)', (destination) => {
  const mounts = [{ destination, type: 'bind', source: '/dev', options: ['rbind'] }];
  expect(made({ config: { mounts } })).toEqual([]);
});

test('of a /dev that is bound the devices of config.json have to be there, others are made', () => {
  const mounts = [{ destination: '/dev', type: 'bind', source: '/dev' }];
  const own = ['/dev/sub/x', '/devices', '/srv/x'].map((path) => ({ type: 'c', path, major: 1, minor: 3 }));
  const { linux } = devices(...own);
  const ops = stubOf({ config: { mounts }, linux: linux ?? {} }).filter(({ origin }) =>
    origin.startsWith('linux.devices'),
  );
  expect(ops).toMatchObject([
    { op: 'requireDevice', path: '/dev/sub/x', type: 'c', major: 1, minor: 3 },
    { op: 'mknod', path: '/devices' },
    { op: 'mknod', path: '/srv/x' },
  ]);
});
