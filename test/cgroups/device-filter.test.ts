import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printProgram } from '../../src/cgroups/bpf.ts';
import { deviceFilter, deviceFilterOp } from '../../src/cgroups/device-filter.ts';
import { deviceSettings } from '../../src/cgroups/devices.ts';
import type { DeviceRule } from '../../src/config/config.ts';
import { PlanError } from '../../src/plan/error.ts';
import { type Access, runFilter, V1 } from './devices/models.ts';

const folder = join(import.meta.dirname, 'devices');
const rulesFile = readFileSync(join(folder, 'rules.json'), 'utf8');
const cases = JSON.parse(rulesFile) as { readonly name: string; readonly rules: readonly DeviceRule[] }[];

/** Those that the live twin of this table probes as well (test/live/cgroup2.bats). */
const devices = ['c 1:3', 'c 1:5', 'c 1:11', 'c 10:200', 'c 10:229', 'b 7:0', 'b 7:1'] as const;
const wishes = ['m', 'r', 'w', 'rw'] as const;

function accessOf(device: string, wanted: string): Access {
  const [type, major, minor] = device.split(/[ :]/);
  return { type: type === 'b' ? 'b' : 'c', major: Number(major), minor: Number(minor), wanted };
}

/** `c 1:3 m+ r+ w+ rw+`, for each device. */
function answers(allows: (access: Access) => boolean): string[] {
  return devices.map((device) =>
    [device, ...wishes.map((wanted) => wanted + (allows(accessOf(device, wanted)) ? '+' : '-'))].join(' '),
  );
}

test('the table has no name twice, and enough of them', () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  expect(cases.length).toBeGreaterThanOrEqual(30);
});

describe('a filter answers as v1 does', () => {
  const text = cases
    .map(({ name, rules }) => {
      const filter = deviceFilter(rules);
      return [name, ...answers((access) => runFilter(filter, access)).map((line) => `  ${line}`)].join('\n');
    })
    .join('\n');

  test.each(cases)('$name', ({ rules }) => {
    const filter = deviceFilter(rules);
    const v1 = new V1(deviceSettings(rules));
    expect(answers((access) => runFilter(filter, access))).toEqual(answers((access) => v1.allows(access)));
    // Whether a file is there is asked without wanting anything of it.
    for (const device of devices) {
      const asking = accessOf(device, '');
      expect(runFilter(filter, asking)).toBe(v1.allows(asking));
    }
  });

  test('and as the table says, which the kernel confirms', () => {
    const file = join(folder, 'answers.txt');
    if (process.env.GOLDEN === 'write') writeFileSync(file, `${text}\n`);
    expect(existsSync(file) && readFileSync(file, 'utf8')).toBe(`${text}\n`);
  });

  test('whatever the rules are', () => {
    const number = fc.constantFrom(undefined, -1, 0, 1, 2, 2 ** 31, 0xfffffffe);
    const rule = fc.record({
      allow: fc.boolean(),
      type: fc.constantFrom('a', 'b', 'c', undefined),
      major: number,
      minor: number,
      access: fc.constantFrom('r', 'w', 'm', 'rw', 'rm', 'wm', 'rwm', 'mr', 'rr', undefined, ''),
    }) as fc.Arbitrary<DeviceRule>;
    const access = fc.record({
      type: fc.constantFrom('b', 'c') as fc.Arbitrary<'b' | 'c'>,
      major: fc.constantFrom(0, 1, 2, 3, 2 ** 31, 0xfffffffe),
      minor: fc.constantFrom(0, 1, 2, 3, 2 ** 31, 0xfffffffe),
      wanted: fc.constantFrom('', 'm', 'r', 'w', 'rw'),
    });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 6 }), fc.array(access, { maxLength: 20 }), (rules, wanted) => {
        const filter = refused(() => deviceFilter(rules));
        const settings = refused(() => deviceSettings(rules));
        expect(settings === null).toBe(filter === null);
        if (filter === null || settings === null) return;
        const v1 = new V1(settings);
        for (const one of wanted) expect(runFilter(filter, one)).toBe(v1.allows(one));
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

function refused<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    expect(error).toBeInstanceOf(PlanError);
    return null;
  }
}

test('the instructions', () => {
  const rules: DeviceRule[] = [
    { allow: true },
    { allow: false, type: 'c', major: 10, minor: 200, access: 'w' },
    { allow: false, type: 'b', access: 'rwm' },
  ];
  expect(printProgram(deviceFilter(rules))).toMatchInlineSnapshot(`
    [
      "0: w2 = *(u32 *)(r1 + 0)",
      "1: w2 &= 65535",
      "2: w3 = *(u32 *)(r1 + 0)",
      "3: w3 >>= 16",
      "4: w4 = *(u32 *)(r1 + 4)",
      "5: w5 = *(u32 *)(r1 + 8)",
      "6: if w2 != 2 goto 14",
      "7: if w4 != 10 goto 14",
      "8: if w5 != 200 goto 14",
      "9: w1 = w3",
      "10: w1 &= 4",
      "11: if w1 == 0 goto 14",
      "12: w0 = 0",
      "13: exit",
      "14: if w2 != 1 goto 20",
      "15: w1 = w3",
      "16: w1 &= 7",
      "17: if w1 == 0 goto 20",
      "18: w0 = 0",
      "19: exit",
      "20: w0 = 1",
      "21: exit",
    ]
  `);
  expect(
    printProgram(deviceFilter([{ allow: true, type: 'c', major: 10, minor: 200, access: 'r' }])),
  ).toMatchInlineSnapshot(`
    [
      "0: w2 = *(u32 *)(r1 + 0)",
      "1: w2 &= 65535",
      "2: w3 = *(u32 *)(r1 + 0)",
      "3: w3 >>= 16",
      "4: w4 = *(u32 *)(r1 + 4)",
      "5: w5 = *(u32 *)(r1 + 8)",
      "6: if w2 != 2 goto 14",
      "7: if w4 != 10 goto 14",
      "8: if w5 != 200 goto 14",
      "9: w1 = w3",
      "10: w1 &= 2",
      "11: if w1 != w3 goto 14",
      "12: w0 = 1",
      "13: exit",
      "14: if w2 != 2 goto 20",
      "15: w1 = w3",
      "16: w1 &= 1",
      "17: if w1 != w3 goto 20",
      "18: w0 = 1",
      "19: exit",
      "20: if w2 != 1 goto 26",
      "21: w1 = w3",
      "22: w1 &= 1",
      "23: if w1 != w3 goto 26",
      "24: w0 = 1",
      "25: exit",
      "26: if w2 != 2 goto 31",
      "27: if w4 != 1 goto 31",
      "28: if w5 != 3 goto 31",
      "29: w0 = 1",
      "30: exit",
      "31: if w2 != 2 goto 36",
      "32: if w4 != 1 goto 36",
      "33: if w5 != 5 goto 36",
      "34: w0 = 1",
      "35: exit",
      "36: if w2 != 2 goto 41",
      "37: if w4 != 1 goto 41",
      "38: if w5 != 7 goto 41",
      "39: w0 = 1",
      "40: exit",
      "41: if w2 != 2 goto 46",
      "42: if w4 != 1 goto 46",
      "43: if w5 != 8 goto 46",
      "44: w0 = 1",
      "45: exit",
      "46: if w2 != 2 goto 51",
      "47: if w4 != 1 goto 51",
      "48: if w5 != 9 goto 51",
      "49: w0 = 1",
      "50: exit",
      "51: if w2 != 2 goto 56",
      "52: if w4 != 5 goto 56",
      "53: if w5 != 0 goto 56",
      "54: w0 = 1",
      "55: exit",
      "56: if w2 != 2 goto 61",
      "57: if w4 != 5 goto 61",
      "58: if w5 != 2 goto 61",
      "59: w0 = 1",
      "60: exit",
      "61: if w2 != 2 goto 65",
      "62: if w4 != 136 goto 65",
      "63: w0 = 1",
      "64: exit",
      "65: w0 = 0",
      "66: exit",
    ]
  `);
});

test('the bytes of the instructions', () => {
  const words = Buffer.from(deviceFilter([{ allow: true }]))
    .toString('hex')
    .match(/.{16}/g);
  expect(words).toEqual([
    '6112000000000000', // w2 = access_type
    '54020000ffff0000', // w2 &= 0xffff
    '6113000000000000', // w3 = access_type
    '7403000010000000', // w3 >>= 16
    '6114040000000000', // w4 = major
    '6115080000000000', // w5 = minor
    'b400000001000000', // w0 = 1
    '9500000000000000', // exit
  ]);
});

test('without the right to filter, a caller who is not root goes on', () => {
  expect(deviceFilterOp('x', [], 'o', true)).toMatchObject({ orElse: { on: ['EPERM'], do: [] } });
  expect(deviceFilterOp('x', [], 'o', false)).not.toHaveProperty('orElse');
});
