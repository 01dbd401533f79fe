import { expect, test } from 'vitest';
import { parseDuration } from '../../src/cli/duration.ts';

test.each([
  ['5s', 5000],
  ['500ms', 500],
  ['1m30s', 90_000],
  ['0.5h', 1_800_000],
  ['.5s', 500],
  ['10us', 1],
  ['0', 0],
  ['0s', 0],
  ['-5s', -5000],
  ['+2s', 2000],
])('%s', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(['', '5', 's', '5 s', '5x', '1s2', '.s'])('%j is none', (text) => {
  expect(parseDuration(text)).toBe(null);
});
