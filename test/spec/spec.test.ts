import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lines, page } from './page.ts';
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

  test('has code and a test for every property', () => {
    const bare = lines().filter(({ implemented, tests }) => implemented.length === 0 || tests.length === 0);
    expect(bare.map(({ property }) => property)).toEqual([]);
  });

  test('names tests and files that are there', () => {
    for (const { property, implemented, tests } of lines()) {
      for (const path of implemented) expect(existsSync(resolve(repository, path)), path).toBe(true);
      for (const [path, title] of tests) {
        if (path.endsWith('golden.test.ts') || path.endsWith('cases.test.ts')) continue;
        expect(readFileSync(resolve(repository, path), 'utf8'), `${property}: ${path}`).toContain(title);
      }
    }
  });

  test('is proved of every property: test/spec/prove has seen its tests red without it', () => {
    const proofs = new Map(readProof().map((proof) => [proof.property, proof]));
    const unproved = lines().filter(({ property, tests }) => {
      const proof = proofs.get(property);
      const same = proof?.tests.some(([file, title]) =>
        tests.some(([other, name]) => other === file && name === title),
      );
      return !(proof?.red && same);
    });
    const again = unproved.map(({ property }) => property);
    expect(again, `PROOF=write test/spec/prove '${again.join("' '")}'`).toEqual([]);
  });
});

/** Lines that only one of two texts has. */
function difference(before: string, after: string): string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !fresh.includes(line)).map((line) => `- ${line}`),
    ...fresh.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
}
