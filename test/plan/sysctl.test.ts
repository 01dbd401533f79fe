import { expect, test } from 'vitest';
import { sysctlPath } from '../../src/plan/sysctl.ts';
import { stubOf } from './build.ts';

test.each([
  ['net.ipv4.ip_forward', 'net/ipv4/ip_forward'],
  ['net/ipv4/ip_forward', 'net/ipv4/ip_forward'],
  ['net.ipv4.conf.eth0/1.forwarding', 'net/ipv4/conf/eth0.1/forwarding'],
  ['net/ipv4/conf/eth0.1/forwarding', 'net/ipv4/conf/eth0.1/forwarding'],
])('%s is %s', (key, path) => {
  expect(sysctlPath(key)).toBe(path);
});

test('values are written as they are, after the root is entered', () => {
  const linux = { namespaces: [{ type: 'mount' as const }], sysctl: { 'kernel.sem': '1\t2 3' } };
  const stub = stubOf({ linux });
  const index = stub.findIndex(({ op }) => op === 'sysctl');
  expect(stub[index]).toMatchObject({
    path: 'kernel/sem',
    value: '1\t2 3',
    origin: 'linux.sysctl["kernel.sem"]',
  });
  expect(index).toBeGreaterThan(stub.findIndex(({ op }) => op === 'pivot'));
});
