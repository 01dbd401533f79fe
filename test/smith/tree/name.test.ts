import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareNames, decodeName, encodeName, quoteName } from '../../../src/smith/tree/name.ts';

test('UTF-8 is what it says, and a byte that is not survives', () => {
  expect(decodeName(Buffer.from('größe'))).toBe('größe');
  expect(decodeName(Buffer.of(0x61, 0xe9, 0x62))).toBe('a\udce9b');
  expect(encodeName('a\udce9b')).toEqual(Buffer.of(0x61, 0xe9, 0x62));
  expect(decodeName(Buffer.of(0xc3))).toBe('\udcc3');
  expect(decodeName(Buffer.from([0xf0, 0x9f, 0x98, 0x80, 0xff]))).toBe('😀\udcff');
});

test('any bytes come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      expect(encodeName(decodeName(bytes))).toEqual(Buffer.from(bytes));
    }),
  );
});

test('the order is that of the bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 5 });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(compareNames(decodeName(a), decodeName(b))).toBe(Buffer.compare(a, b));
    }),
  );
  expect(compareNames('\uffee', '😀')).toBe(-1);
});

test('nothing in a name moves the cursor', () => {
  expect(quoteName('a\u001b[2J\n"\\\udce9ä')).toBe('"a\\x1b[2J\\x0a\\"\\\\\\xe9ä"');
  expect(quoteName('\u202egnp')).toBe('"\\u202egnp"');
  expect(quoteName('x'.repeat(500))).toHaveLength(303);
});
