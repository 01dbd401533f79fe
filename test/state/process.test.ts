import { expect, test } from 'vitest';
import { isAlive, parseProcessStat } from '../../src/state/process.ts';
import { procStat } from '../execute/recorder.ts';

test('a name with spaces and parentheses does not shift the fields', () => {
  expect(parseProcessStat(procStat(1, 226211))).toEqual({ startTime: 226211, gone: false });
});

test.each(['Z', 'X', 'x'])('state %s is gone', (state) => {
  expect(isAlive(procStat(1, 5, state), 5)).toBe(false);
});

test('only the process that started then is alive', () => {
  expect(isAlive(procStat(1, 5), 5)).toBe(true);
  expect(isAlive(procStat(1, 6), 5)).toBe(false);
  expect(isAlive(undefined, 5)).toBe(false);
  expect(isAlive('nonsense', 5)).toBe(false);
});
