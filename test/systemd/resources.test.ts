import { describe, expect, test } from 'vitest';
import type { Resources } from '../../src/config/config.ts';
import { deviceProperties, resourceProperties } from '../../src/systemd/resources.ts';

const shown = (resources: Resources, version: 1 | 2 = 2) =>
  Object.fromEntries(
    [...resourceProperties(resources, version), ...deviceProperties(resources, version)].map(
      ([name, { value }]) => [name, value],
    ),
  );
const INFINITY = 0xffffffffffffffffn;

describe('what systemd is told of linux.resources', () => {
  test.each<[string, Resources, object]>([
    ['nothing', {}, {}],
    ['memory', { memory: { limit: 100, reservation: 50 } }, { MemoryMax: 100n, MemoryLow: 50n }],
    [
      'swap is what is beyond memory',
      { memory: { limit: 100, swap: 150 } },
      { MemoryMax: 100n, MemorySwapMax: 50n },
    ],
    [
      'swap beside unlimited memory',
      { memory: { limit: -1, swap: 300 } },
      { MemoryMax: INFINITY, MemorySwapMax: 300n },
    ],
    ['unlimited memory', { memory: { limit: -1 } }, { MemoryMax: INFINITY, MemorySwapMax: INFINITY }],
    ['no limit', { memory: { limit: -1, swap: -1 } }, { MemoryMax: INFINITY, MemorySwapMax: INFINITY }],
    ['pids', { pids: { limit: 0 } }, { TasksMax: 0n }],
    ['weight', { cpu: { shares: 1024 } }, { CPUWeight: 100n }],
    [
      'a quota in hundredths of a processor, rounded up',
      { cpu: { quota: 12345, period: 100000 } },
      { CPUQuotaPerSecUSec: 130000n, CPUQuotaPeriodUSec: 100000n },
    ],
    ['a quota without a period', { cpu: { quota: 50000 } }, { CPUQuotaPerSecUSec: 500000n }],
    ['no quota', { cpu: { quota: -1 } }, { CPUQuotaPerSecUSec: INFINITY }],
    ['io', { blockIO: { weight: 500 } }, { IOWeight: 4950n }],
  ])('%s', (_, resources, expected) => {
    expect(shown(resources)).toEqual(expected);
  });

  test.each<[string, Record<string, string>, object]>([
    [
      'memory',
      { 'memory.high': '60000000', 'memory.min': '4K' },
      { MemoryHigh: 60000000n, MemoryMin: 4096n },
    ],
    [
      'no limit',
      { 'memory.swap.max': 'max', 'pids.max': 'max' },
      { MemorySwapMax: INFINITY, TasksMax: INFINITY },
    ],
    [
      'a quota and its period',
      { 'cpu.max': '25000 50000' },
      { CPUQuotaPerSecUSec: 500000n, CPUQuotaPeriodUSec: 50000n },
    ],
    ['a quota alone', { 'cpu.max': 'max' }, { CPUQuotaPerSecUSec: INFINITY }],
    ['weights', { 'cpu.weight': '33', 'io.weight': 'default 44' }, { CPUWeight: 33n, IOWeight: 44n }],
    ['a weight of one device', { 'io.weight': '8:0 44' }, {}],
    ['what systemd has no name for', { 'memory.oom.group': '1', 'hugetlb.2MB.max': '0' }, {}],
    ['what is no value', { 'memory.high': 'much', 'cpu.max': '1 0', 'cpuset.cpus': 'a' }, {}],
  ])('of unified: %s', (_, unified, expected) => {
    expect(shown({ unified })).toEqual(expected);
  });

  test('unified wins, as it does in the files', () => {
    const resources = { memory: { limit: 100, reservation: 50 }, unified: { 'memory.max': '80' } };
    expect(shown(resources)).toEqual({ MemoryLow: 50n, MemoryMax: 80n });
    expect(shown({ unified: { 'cpuset.cpus': '3' } })).toEqual({
      AllowedCPUs: new Uint8Array([8, 0, 0, 0, 0, 0, 0, 0]),
    });
  });

  test('processors as bits', () => {
    const { AllowedCPUs, AllowedMemoryNodes } = shown({ cpu: { cpus: '0-2,9', mems: '0' } });
    expect([...(AllowedCPUs as Uint8Array)].slice(0, 2)).toEqual([7, 2]);
    expect([...(AllowedMemoryNodes as Uint8Array)][0]).toBe(1);
  });

  test('of v1 by its own names', () => {
    const resources = { memory: { limit: 100 }, cpu: { shares: 512, cpus: '0' }, blockIO: { weight: 500 } };
    expect(shown(resources, 1)).toEqual({ MemoryLimit: 100n, CPUShares: 512n, BlockIOWeight: 500n });
  });
});

describe('devices', () => {
  const devices = [
    { allow: false, access: 'rwm' },
    { allow: true, type: 'c', major: 10, minor: 200, access: 'rw' },
    { allow: true, type: 'b', major: 7, access: 'r' },
  ] as const;

  test('are told to systemd on v1, which writes them again', () => {
    const { DevicePolicy, DeviceAllow } = shown({ devices: [...devices] }, 1);
    expect(DevicePolicy).toBe('strict');
    expect(DeviceAllow).toEqual(
      expect.arrayContaining([
        ['/dev/char/10:200', 'rw'],
        ['block-7', 'r'],
        ['char-*', 'm'],
        ['/dev/char/1:3', 'rwm'],
        ['char-136', 'rwm'],
      ]),
    );
  });

  test('have a filter of their own on v2', () => {
    expect(shown({ devices: [...devices] })).toEqual({});
  });

  test('that are all allowed are not told', () => {
    expect(shown({ devices: [{ allow: true, access: 'rwm' }] }, 1)).toEqual({});
  });
});
