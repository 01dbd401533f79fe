import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const rows = [...read('docs/contract.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, row]) => row);
const tried = [...read('test/live/contract.bats').matchAll(/^row_(\w+)\(\)/gm)].map(([, row]) => row);

test('each row of docs/contract.md has its test, and each test its row', () => {
  expect(tried).toEqual(rows);
  expect(new Set(rows).size).toBe(rows.length);
});

/** So that none goes with its test. Rows are only added. */
test('no row has been lost', () => {
  expect(rows.length).toBeGreaterThanOrEqual(118);
});
