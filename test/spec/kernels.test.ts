import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kernelUses, versionNumber } from '../../src/doctor/kernelUses.ts';
import { baseline, kernelsPage } from './kernelsPage.ts';

const repository = resolve(import.meta.dirname, '../..');
const file = resolve(repository, 'docs/kernels.md');
const read = (path: string): string => readFileSync(resolve(repository, path), 'utf8');

describe('docs/kernels.md', () => {
  test('is what the table of uses says', () => {
    const text = kernelsPage();
    if (process.env.SPEC === 'write') writeFileSync(file, text);
    expect(readFileSync(file, 'utf8'), 'npm run spec writes it anew').toBe(text);
  });

  test('goes from older kernels to younger ones, and begins above the baseline', () => {
    const versions = kernelUses.map(({ since }) => versionNumber(since));
    expect(versions).toEqual(versions.toSorted((one, other) => one - other));
    expect(versions.every((version) => version > versionNumber('5.10'))).toBe(true);
  });

  test('knows every system call that native/common/sys.h has a number for', () => {
    const numbers = [...read('native/common/sys.h').matchAll(/^ {4}NR_(\w+) = \d+,$/gm)];
    const calls = numbers.map(([, name = '']) => name.toLowerCase());
    const known = [...baseline, ...kernelUses].map(({ name }) => name);
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.filter((call) => !known.some((name) => name.includes(call)))).toEqual([]);
  });

  test('is asked of every kernel that the tests run on', () => {
    const probe = read('test/live/tools/kernel-probe.py');
    expect(kernelUses.filter(({ name }) => !probe.includes(`"${name}":`))).toEqual([]);
  });
});
