import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goldenCases, missingOf } from '../golden/plan.ts';
import { elsewhere } from './elsewhere.ts';
import { lines, nameOf } from './lines.ts';
import { page } from './page.ts';
import { readProof } from './proof.ts';

const repository = resolve(import.meta.dirname, '../..');
const file = resolve(repository, 'docs/spec.md');

describe('docs/spec.md', { timeout: 120_000 }, () => {
  test('is what the golden plans and cases show', () => {
    const text = page();
    if (process.env.SPEC === 'write') writeFileSync(file, text);
    const differing = difference(readFileSync(file, 'utf8'), text);
    expect(differing, 'npm run spec writes it anew').toEqual([]);
  });

  test('has code, a test and a live test, or a reason why there is none, for every property', () => {
    const bare = lines().filter(
      ({ implemented, tests, live, missing }) =>
        implemented.length === 0 || tests.length === 0 || (live.length === 0 && missing === ''),
    );
    expect(bare.map(nameOf)).toEqual([]);
  });

  test('calls missing what refuses a case, and nothing else', () => {
    const here = goldenCases().names.filter((name) => missingOf(name) !== '');
    const refusals = goldenCases().names.filter((name) => /^~ \.\*config\.json:/.test(expected(name)));
    expect(here).toEqual(refusals);
  });

  test('needs no evidence from elsewhere where a golden plan is another one', () => {
    const used = lines().filter(({ note }) => note !== '');
    expect(Object.keys(elsewhere).toSorted()).toEqual(used.map(nameOf).toSorted());
  });

  test('names tests and files that are there', () => {
    for (const { property, implemented, tests, live } of lines()) {
      for (const path of implemented) expect(existsSync(resolve(repository, path)), path).toBe(true);
      for (const [path, title] of [...tests, ...live]) {
        if (path.includes('/golden') || path.includes('/features.test')) continue;
        expect(readFileSync(resolve(repository, path), 'utf8'), `${property}: ${path}`).toContain(title);
      }
    }
  });

  test('is proved of every property: test/spec/prove has seen its tests red without it', () => {
    const proofs = new Map(readProof().map((proof) => [proof.name, proof]));
    const unproved = lines().filter((line) => {
      const proof = proofs.get(nameOf(line));
      const same = proof?.tests.some(([file, title]) =>
        line.tests.some(([other, name]) => other === file && name === title),
      );
      return !(proof?.red && same);
    });
    const again = unproved.map(nameOf);
    expect(again, `PROOF=write test/spec/prove '${again.join("' '")}'`).toEqual([]);
  });
});

function expected(name: string): string {
  return readFileSync(resolve(repository, 'test/golden', name, 'expect'), 'utf8');
}

/** Lines that only one of two texts has. */
function difference(before: string, after: string): string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !fresh.includes(line)).map((line) => `- ${line}`),
    ...fresh.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
}
