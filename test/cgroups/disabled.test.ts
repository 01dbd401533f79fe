import { describe, expect, test } from 'vitest';
import { noCgroups } from '../../src/cgroups/disabled.ts';

const all = [{ allow: false, access: 'rwm' }];

describe('--cgroup-manager=disabled', () => {
  test('makes, joins and records no cgroup, whatever the path and the rules for devices', () => {
    const linux = { cgroupsPath: '/a/b', resources: { devices: all, pids: {}, hugepageLimits: [] } };
    expect(noCgroups({ linux })).toEqual({ birth: [], make: [], joins: [], paths: {}, kept: [] });
    expect(noCgroups({}).joins).toEqual([]);
  });

  test('refuses a limit', () => {
    expect(() => noCgroups({ linux: { resources: { memory: { limit: 1n } } } })).toThrow(/cannot be kept/);
    expect(() => noCgroups({ linux: { resources: { pids: { limit: 0n } } } })).toThrow(/cannot be kept/);
  });
});
