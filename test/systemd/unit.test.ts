import { describe, expect, test } from 'vitest';
import { parseCgroupHost } from '../../src/cgroups/host.ts';
import { SYSTEMD_MARK, unitOf } from '../../src/systemd/unit.ts';

const mount = '60 31 0:60 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n';
const hostAt = (own: string) => ({
  ...parseCgroupHost(mount, `0::${own}\n`),
  files: { [SYSTEMD_MARK]: '' },
});
const host = hostAt('/system.slice/containerd.service');
const root = { uid: 0, initialUserNamespace: true };
const alice = { uid: 1000, initialUserNamespace: true };

describe('the unit of a container', () => {
  test.each([
    ['a-b.slice:cri:1f', 'cri-1f.scope', 'a-b.slice', '/a.slice/a-b.slice/cri-1f.scope'],
    [':docker:1f', 'docker-1f.scope', 'system.slice', '/system.slice/docker-1f.scope'],
    ['-.slice::x', 'x.scope', '-.slice', '/x.scope'],
    [undefined, 'railcar-c1.scope', 'system.slice', '/system.slice/railcar-c1.scope'],
  ])('%s', (path, name, slice, cgroup) => {
    const bus = '/run/dbus/system_bus_socket';
    expect(unitOf(path, 'c1', host, root, [])).toEqual({ name, slice, bus, cgroup });
  });

  test.each([
    ['/a/b', /"slice:prefix:name"/],
    ['a:b', /"slice:prefix:name"/],
    ['a.slice:b:', /"slice:prefix:name"/],
    ['a:b:c', /"a" is not the name of a slice/],
    ['a--b.slice:b:c', /is not the name of a slice/],
    ['a/b.slice:b:c', /is not the name of a slice/],
    ['-a.slice:b:c', /is not the name of a slice/],
    ['a.slice:b:c.slice', /is a slice, which can hold no process/],
    ['a.slice:b:c/../d', /cannot be the name of a unit/],
    [`a.slice:b:${'c'.repeat(255)}`, /cannot be the name of a unit/],
  ])('%s is refused', (path, message) => {
    expect(() => unitOf(path, 'c1', host, root, [])).toThrow(message);
  });

  test('without systemd there is none', () => {
    expect(() => unitOf('a.slice:b:c', 'c1', { ...host, files: {} }, root, [])).toThrow(
      'systemd is not running on this host',
    );
  });
});

describe('a user asks the manager of his session', () => {
  const session = '/user.slice/user-1000.slice/user@1000.service';

  test('whose cgroup he is in', () => {
    const there = hostAt(`/machine${session}/app.slice/x.scope`);
    const { slice, cgroup } = unitOf(undefined, 'c1', there, alice, []);
    expect([slice, cgroup]).toEqual(['user.slice', `/machine${session}/user.slice/railcar-c1.scope`]);
  });

  test('also as the root of a user namespace, in the scope of his login', () => {
    const there = hostAt('/user.slice/user-1000.slice/session-1.scope');
    const caller = { uid: 0, initialUserNamespace: false };
    const { cgroup } = unitOf('a.slice:b:c', 'c1', there, caller, ['XDG_RUNTIME_DIR=/run/user/1000']);
    expect(cgroup).toBe(`${session}/a.slice/b-c.scope`);
  });

  test('or which is where it always is', () => {
    const { cgroup } = unitOf(
      'a.slice:b:c',
      'c1',
      hostAt('/user.slice/user-1000.slice/session-1.scope'),
      alice,
      [],
    );
    expect(cgroup).toBe(`${session}/a.slice/b-c.scope`);
  });

  test.each([
    [['DBUS_SESSION_BUS_ADDRESS=unix:path=/x/bus,guid=1'], '/x/bus'],
    [['XDG_RUNTIME_DIR=/run/me'], '/run/me/bus'],
    [[], '/run/user/1000/bus'],
  ])('over the bus of %s', (env, bus) => {
    expect(unitOf(undefined, 'c1', host, alice, env).bus).toBe(bus);
  });

  test('and so does root of a user namespace', () => {
    const inside = { uid: 0, initialUserNamespace: false };
    expect(unitOf(undefined, 'c1', host, inside, ['XDG_RUNTIME_DIR=/run/me']).bus).toBe('/run/me/bus');
  });
});
