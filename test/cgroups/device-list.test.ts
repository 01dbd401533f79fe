import { describe, expect, test } from 'vitest';
import { deviceList } from '../../src/cgroups/device-list.ts';
import type { DeviceRule } from '../../src/config/config.ts';

const all: DeviceRule = { allow: true };
const rule = (allow: boolean, type: string, major?: number, minor?: number, access?: string) =>
  ({ allow, type, major, minor, access }) as DeviceRule;

test('exceptions of the same numbers are one', () => {
  const { exceptions } = deviceList([rule(true, 'c', 1, 3, 'r'), rule(true, 'c', 1, 3, 'rw')]);
  expect(exceptions).toEqual([{ type: 'c', major: 1, minor: 3, access: 'rw', origin: 'devices[0]' }]);
});

test('what is always allowed comes last, unless all is', () => {
  const always = [rule(true, 'c', 1, 3)];
  expect(deviceList([rule(false, 'c', 1, 3)], always).exceptions).toHaveLength(1);
  expect(deviceList([all, rule(false, 'c', 1, 3)], always)).toMatchObject({
    allow: true,
    exceptions: [{ major: 1, minor: 3 }],
  });
});

describe('a hole in a wider rule is refused, since v1 would ignore it', () => {
  const cases: readonly [string, readonly DeviceRule[]][] = [
    ['deny "b 8:1 r" only', [rule(true, 'b', 8, -1, 'r'), rule(false, 'b', 8, 1, 'r')]],
    ['deny "c 1:3 rwm" only', [rule(true, 'c', -1, -1, 'm'), rule(false, 'c', 1, 3)]],
    ['deny "c *:3 w" only', [rule(true, 'c', 1, -1, 'rw'), rule(false, 'c', -1, 3, 'w')]],
    ['deny "c 10:* rwm" only', [rule(true, 'c', 10, 200), rule(false, 'c', 10)]],
    ['allow "c 1:3 r" only', [all, rule(false, 'c', 1), rule(true, 'c', 1, 3, 'r')]],
  ];
  test.each(cases)('cannot %s', (message, rules) => {
    const last = rules.length - 1;
    expect(() => deviceList(rules)).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        origin: `linux.resources.devices[${last}]`,
        message: expect.stringContaining(`cannot ${message}: linux.resources.devices[${last - 1}] has`),
      }),
    );
  });

  test('but nothing is refused that has no effect anyway', () => {
    const harmless = [rule(true, 'c', -1, -1, 'm'), rule(false, 'c', 1, 3, 'rw'), rule(false, 'b', 1, 3)];
    expect(() => deviceList(harmless)).not.toThrow();
  });
});

test('the number that v1 takes for all numbers is refused', () => {
  expect(() => deviceList([rule(true, 'c', 1, 0xffffffff)])).toThrow(/4294967295 is no device number/);
});
