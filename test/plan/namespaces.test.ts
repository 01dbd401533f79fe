import { describe, expect, test } from 'vitest';
import { hostId, namespaceRoot } from '../../src/plan/namespaces.ts';
import { type Changes, find, names, planOf, stubOf } from './build.ts';

const joined = (...types: ('network' | 'user' | 'mount' | 'ipc' | 'pid')[]): Changes => ({
  linux: { namespaces: types.map((type) => ({ type, path: `/ns/${type}` })) },
});
const joins = (changes: Changes) =>
  stubOf({ config: { mounts: [] }, ...changes }).flatMap((op) => (op.op === 'setns' ? op.kind : []));
const unprivileged = { uid: 1000, gid: 1000, capabilities: 0n };
const mapping = (hostID: number, size = 1) => [{ containerID: 0, hostID, size }];

test('new namespaces come with the clone, except those that cannot', () => {
  const stub = stubOf({ namespaces: ['pid', 'mount', 'network', 'ipc', 'uts', 'cgroup', 'time'] });
  expect(find(stub, 'clone').namespaces).toEqual(['pid', 'mount', 'network', 'ipc', 'uts']);
  expect(names(stub).indexOf('unshare')).toBeLessThan(names(stub).indexOf('clone'));
  expect(stub.filter(({ op }) => op === 'unshare')).toMatchObject([{ kind: ['time'] }, { kind: ['cgroup'] }]);
});

test('the cgroup namespace begins where the process is once it has joined all cgroups', () => {
  const stub = stubOf({ namespaces: ['mount', 'cgroup'] });
  expect(names(stub).lastIndexOf('joinCgroup')).toBeLessThan(names(stub).indexOf('unshare'));
  expect(names(stub).indexOf('unshare')).toBeLessThan(names(stub).indexOf('rootfs'));
});

test('a privileged caller joins the user namespace last, an unprivileged one first', () => {
  expect(joins(joined('user', 'mount', 'network', 'ipc'))).toEqual(['network', 'ipc', 'mount', 'user']);
  expect(joins({ ...joined('mount', 'network', 'user'), caller: unprivileged })).toEqual([
    'user',
    'network',
    'mount',
  ]);
});

test('nothing foreign is joined by a process that can be traced', () => {
  const stub = names(stubOf(joined('network', 'mount')));
  expect(stub.indexOf('undumpable')).toBeLessThan(stub.indexOf('setns'));
});

test('joined namespaces are opened by the hands and passed on', () => {
  const { hands } = planOf(joined('network', 'mount'));
  expect(hands.filter(({ op, origin }) => op === 'open' && origin.startsWith('linux'))).toMatchObject([
    { path: '/ns/network', into: 'namespace.network', origin: 'linux.namespaces[0]' },
    { path: '/ns/mount', into: 'namespace.mount', origin: 'linux.namespaces[1]' },
  ]);
  expect(find(hands, 'spawn').pass).toEqual(expect.arrayContaining(['namespace.network', 'namespace.mount']));
});

test('time offsets are written before anybody is born into the namespace', () => {
  const stub = stubOf({
    linux: {
      namespaces: [{ type: 'mount' }, { type: 'time' }],
      timeOffsets: { monotonic: { secs: 86400 }, boottime: { secs: -5, nanosecs: 7 } },
    },
  });
  expect(find(stub, 'writeSelf')).toMatchObject({
    name: 'timens_offsets',
    text: 'monotonic 86400 0\nboottime -5 7\n',
  });
  expect(names(stub).slice(0, 4)).toEqual(['unshare', 'writeSelf', 'undumpable', 'clone']);
});

test('maps: root writes any, others their own id, and the tools the rest', () => {
  const userns = (hostID: number, size: number, caller = {}) =>
    find(
      planOf({
        caller,
        linux: {
          namespaces: [{ type: 'mount' }, { type: 'user' }],
          uidMappings: mapping(hostID, size),
          gidMappings: mapping(hostID, size),
        },
      }).hands,
      'userns',
    );
  expect(userns(100000, 65536)).toMatchObject({ uidMap: '0 100000 65536\n', tools: 0, denySetgroups: 0 });
  expect(userns(1000, 1, unprivileged)).toMatchObject({ tools: 0, denySetgroups: 1 });
  expect(userns(100000, 65536, unprivileged)).toMatchObject({ tools: 1, denySetgroups: 0 });
});

test('ids outside: by the mapping that holds them', () => {
  const mappings = [
    { containerID: 0, hostID: 1000, size: 1 },
    { containerID: 1, hostID: 100000, size: 10 },
  ];
  expect([0, 1, 10].map((id) => hostId(mappings, id))).toEqual([1000, 100000, 100009]);
  expect(hostId(undefined, 7)).toBe(7);
});

test('in a user namespace the memory cgroup is joined while the stub still may', () => {
  const stub = names(
    stubOf({
      linux: {
        namespaces: [{ type: 'mount' }, { type: 'user' }],
        uidMappings: mapping(1),
        gidMappings: mapping(1),
      },
    }),
  );
  expect(stub.lastIndexOf('joinCgroup')).toBeLessThan(stub.indexOf('become'));
  const host = names(stubOf({}));
  expect(host.lastIndexOf('joinCgroup')).toBeGreaterThan(host.indexOf('pivot'));
});

describe('the root of a user namespace', () => {
  const mapped = (...ids: readonly [number, number][]) => {
    const mappings = ids.map(([containerID, size]) => ({ containerID, hostID: 1000, size }));
    return namespaceRoot({ uidMappings: mappings, gidMappings: mappings });
  };
  test('is 0, and where that is not mapped the first who is', () => {
    expect(mapped([0, 1])).toEqual({ uid: 0, gid: 0 });
    expect(mapped([10, 1])).toEqual({ uid: 10, gid: 10 });
    expect(mapped([10, 1], [0, 10])).toEqual({ uid: 0, gid: 0 });
    expect(mapped()).toEqual({ uid: 0, gid: 0 });
    expect(namespaceRoot(undefined)).toEqual({ uid: 0, gid: 0 });
  });
});
