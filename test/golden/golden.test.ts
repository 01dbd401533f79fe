import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, goldenCases, goldenPlan } from './plan.ts';

/** `npm run golden` writes what is compared otherwise; the difference is then read in git. */
const write = process.env.GOLDEN === 'write';
const { names, stray } = goldenCases();

describe('golden plans', () => {
  test.each(names)('%s', (name) => {
    const file = join(folder, name, 'plan.json');
    const plan = goldenPlan(name);
    if (write) writeFileSync(file, plan);
    expect(existsSync(file), `${name}/plan.json is missing: npm run golden`).toBe(true);
    expect(plan).toBe(readFileSync(file, 'utf8'));
  });

  test('belong to a config.json', () => {
    const left = stray.filter((file) => existsSync(join(folder, file)));
    if (write) for (const file of left) rmSync(join(folder, file));
    expect(write ? [] : left).toEqual([]);
  });

  test('each have a live twin', () => {
    expect(names.filter((name) => !existsSync(join(folder, name, 'expect')))).toEqual([]);
  });
});
