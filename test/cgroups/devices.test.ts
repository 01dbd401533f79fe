import { expect, test } from 'vitest';
import { deviceSettings } from '../../src/cgroups/devices.ts';
import type { DeviceRule } from '../../src/config/config.ts';

const lines = (rules?: readonly DeviceRule[]) =>
  deviceSettings(rules).map(({ file, text }) => `${file.replace('devices.', '')} ${text}`);

const always = [
  'allow c *:* m',
  'allow b *:* m',
  'allow c 1:3 rwm',
  'allow c 1:5 rwm',
  'allow c 1:7 rwm',
  'allow c 1:8 rwm',
  'allow c 1:9 rwm',
  'allow c 5:0 rwm',
  'allow c 5:2 rwm',
  'allow c 136:* rwm',
];

test('nothing is allowed but what every container needs', () => {
  expect(lines()).toEqual(['deny a', ...always]);
  expect(lines([{ allow: false, access: 'rwm' }])).toEqual(['deny a', ...always]);
});

test('rules keep their order; -1 and a missing number are all numbers', () => {
  const rules: DeviceRule[] = [
    { allow: false, type: 'a' },
    { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
    { allow: true, type: 'b', major: 8, minor: -1, access: 'r' },
    { allow: false, type: 'b', major: 8 },
  ];
  expect(lines(rules)).toEqual(['deny a', 'allow c 10:229 rw', 'allow b 8:* r', 'deny b 8:* rwm', ...always]);
});

test('what stands before a rule for all devices is forgotten', () => {
  const rules: DeviceRule[] = [
    { allow: true, type: 'c', major: 1, minor: 1 },
    { allow: true, access: 'rwm' },
  ];
  expect(lines(rules)).toEqual(['allow a']);
});

test('what is asked for already is not written twice, unless a rule may have taken it back', () => {
  const fuse: DeviceRule = { allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' };
  expect(lines([fuse]).filter((line) => line === 'allow c 1:3 rwm')).toHaveLength(1);
  const taken: DeviceRule = { allow: false, type: 'c', major: 1, minor: 3, access: 'w' };
  expect(lines([fuse, taken])).toEqual(['deny a', 'allow c 1:3 rwm', 'deny c 1:3 w', ...always]);
});

test('every write says which rule it comes from', () => {
  const origins = deviceSettings([{ allow: false }, { allow: true, type: 'c', major: 9 }]).map(
    ({ origin }) => origin,
  );
  expect(origins.slice(0, 3)).toEqual(['devices[0]', 'devices[1]', 'devices']);
});
