import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { errnoText, errnoWords } from '../../src/execute/errno.ts';
import { errnos } from '../../src/plan/ops.ts';

test('numbers and names are those of the system', () => {
  // Some names share a number; the other one is used then.
  const second = ['EWOULDBLOCK', 'ENOTSUP', 'EDEADLOCK'];
  for (const [name, number] of Object.entries(constants.errno)) {
    if (!second.includes(name)) expect(errnoText(number)).toMatch(new RegExp(`\\(${name}\\)$`));
  }
});

test('the numbers of plans are the same', () => {
  for (const [name, number] of Object.entries(errnos)) expect(errnoText(number)).toContain(`(${name})`);
});

test('words are lower-case, and an unknown number is still told', () => {
  expect(errnoText(22)).toBe('invalid argument (EINVAL)');
  expect(errnoWords(13)).toBe('permission denied');
  expect(errnoText(999)).toBe('error 999');
});
