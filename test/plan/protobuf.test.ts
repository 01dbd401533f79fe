import { expect, test } from 'vitest';
import { encodeFields, type Field } from '../../src/plan/protobuf.ts';

const hex = (fields: readonly Field[]) => Buffer.from(encodeFields(fields)).toString('hex');

/** The examples of the encoding's own documentation. */
test.each<[string, readonly Field[], string]>([
  ['a number', [[1, 150]], '089601'],
  ['a text', [[2, 'testing']], '120774657374696e67'],
  ['a message', [[3, [[1, 150]]]], '1a03089601'],
])('%s', (_, fields, bytes) => {
  expect(hex(fields)).toBe(bytes);
});

test('field numbers above 15 take two bytes, flags of 31 bits five', () => {
  expect(hex([[38, 0x40000000]])).toBe('b0028080808004');
});

test('truth is 1 or 0, and nothing is nothing', () => {
  expect(hex([[3, true]])).toBe('1801');
  expect(hex([[3, false]])).toBe('1800');
  expect(hex([[2, '']])).toBe('1200');
  expect(hex([])).toBe('');
});
