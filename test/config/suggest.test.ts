import { expect, test } from 'vitest';
import { nearest } from '../../src/config/suggest.ts';

const words = ['network', 'readonly', 'uts', 'nosuid', 'RLIMIT_NOFILE', 'RLIMIT_NPROC'];

test.each([
  ['net', 'network'],
  ['netwrok', 'network'],
  ['readOnly', 'readonly'],
  ['read_only', 'readonly'],
  ['nosiud', 'nosuid'],
  ['RLIMIT_NOFILES', 'RLIMIT_NOFILE'],
  ['ust', 'uts'],
])('%s is nearly %s', (word, candidate) => {
  expect(nearest(word, words)).toBe(candidate);
});

test.each(['u', 'xx', 'storage', 'RLIMIT_BEER', ''])('%s is nothing known', (word) => {
  expect(nearest(word, words)).toBe(null);
});
