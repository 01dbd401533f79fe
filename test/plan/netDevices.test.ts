import { expect, test } from 'vitest';
import { find, names, planOf } from './build.ts';

const netDevices = { eth1: { name: 'eth0' }, 'wlan-0': {} };
const network = { type: 'network' as const };

test('devices move when the process exists, and hooks wait for them', () => {
  const { hands, stubs } = planOf({
    linux: { namespaces: [{ type: 'mount' }, network], netDevices },
    config: { hooks: { createRuntime: [{ path: '/hook' }] } },
  });
  const moves = hands.filter((op) => op.op === 'moveDevice');
  expect(moves).toMatchObject([
    { device: 'eth1', name: 'eth0', from: null, to: 'network', origin: 'linux.netDevices.eth1' },
    { device: 'wlan-0', name: 'wlan-0', origin: 'linux.netDevices["wlan-0"]' },
  ]);
  const list = names(hands);
  expect(list.indexOf('receive')).toBeLessThan(list.indexOf('moveDevice'));
  expect(list.indexOf('moveDevice')).toBeLessThan(list.indexOf('hook'));
  const stub = stubs[0] ?? [];
  const waits = stub.findIndex((op) => op.op === 'hold' && op.barrier === 'network');
  expect(names(stub).indexOf('sendNetwork')).toBeLessThan(waits);
  expect(waits).toBeLessThan(stub.findIndex((op) => op.op === 'report'));
});

test('a device comes back under its old name if the container is not made', () => {
  const { hands } = planOf({ linux: { namespaces: [network], netDevices } });
  expect(find(hands, 'moveDevice').undo).toMatchObject([
    { op: 'moveDevice', device: 'eth0', name: 'eth1', from: 'network', to: null },
  ]);
});

test('nothing of a device is undone when the container ends', () => {
  const { teardown } = planOf({ linux: { namespaces: [network], netDevices } });
  expect(names(teardown)).toContain('removeTree');
  expect(names(teardown)).not.toContain('moveDevice');
});

test('a joined namespace is known before', () => {
  const { hands, stubs } = planOf({
    linux: { namespaces: [{ ...network, path: '/run/netns/x' }], netDevices },
  });
  expect(find(hands, 'moveDevice').to).toBe('namespace.network');
  expect(names(stubs[0] ?? [])).not.toContain('sendNetwork');
});

test('without devices nothing waits', () => {
  const { stubs } = planOf({ linux: { namespaces: [network], netDevices: {} } });
  expect(names(stubs[0] ?? [])).not.toContain('hold');
});
