import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allBits, bitList, parseBitList } from '../../src/config/bit-list.ts';

test.each([
  ['', ''],
  ['0', '0'],
  ['0-3,7', '0-3,7'],
  [' 1 - 2 , 2,3', '1-3'],
  [',5,', '5'],
  ['8191', '8191'],
])('%j is %s', (list, normal) => {
  expect(bitList(parseBitList(list) ?? new Uint8Array([255]))).toBe(normal);
});

test.each(['3-1', '8192', '0-9999', '-1', '1-', 'x', '1-2-3', '0x1'])('%j is no list', (list) => {
  expect(parseBitList(list)).toBeNull();
});

test('the mask has its lowest number in the lowest bit, and whole words', () => {
  expect([...(parseBitList('0,9') ?? [])]).toEqual([1, 2, 0, 0, 0, 0, 0, 0]);
  expect(bitList(allBits())).toBe('0-8191');
});

test('what is written is what is read', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(300)), (numbers) => {
      const mask = parseBitList(numbers.join(',')) ?? new Uint8Array();
      const read = [...mask.keys()].flatMap((byte) =>
        [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (mask[byte] ?? 0) & (1 << bit)).map((bit) => byte * 8 + bit),
      );
      expect(read).toEqual(numbers.toSorted((a, b) => a - b));
      expect(parseBitList(bitList(mask))).toEqual(mask);
    }),
  );
});
