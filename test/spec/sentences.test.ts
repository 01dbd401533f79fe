import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Test } from './sentence.ts';
import { counted, notForRuntimes } from './sentences/elsewhere.ts';
import { sentences } from './sentences.ts';
import { sentencesPage } from './sentencesPage.ts';

const repository = resolve(import.meta.dirname, '../..');
const file = resolve(repository, 'docs/spec-sentences.md');
const read = (path: string) => readFileSync(resolve(repository, path), 'utf8');

test('docs/spec-sentences.md is what the list says', () => {
  const text = sentencesPage();
  if (process.env.SPEC === 'write') writeFileSync(file, text);
  expect(readFileSync(file, 'utf8'), 'npm run spec writes it anew').toBe(text);
});

describe('the sentences', () => {
  test('are all that the specification has', () => {
    const words: Record<string, number> = {};
    for (const { at, words: more } of [...sentences, ...notForRuntimes]) words[at] = (words[at] ?? 0) + more;
    expect(Object.fromEntries(Object.entries(words).filter(([, count]) => count > 0))).toEqual(counted);
  });

  test('each have a test', () => {
    const bare = sentences.filter(({ tests }) => tests.length === 0);
    expect(bare.map(({ at, says }) => `${at}: ${says}`)).toEqual([]);
  });

  test('name tests that are there', () => {
    const missing = sentences.flatMap(({ tests }) => tests).filter((one) => !isThere(one));
    expect(missing).toEqual([]);
  });
});

function isThere([path, title, row]: Test): boolean {
  if (path === 'test/golden') {
    const config = `${path}/${title}/config.json`;
    return existsSync(resolve(repository, config)) && read(config).includes(row ?? '');
  }
  if (!existsSync(resolve(repository, path))) return false;
  const text = read(path);
  return titles(path, text).includes(title) && text.includes(row ?? '');
}

/** What a test or a group of tests is called, as the source has it. */
function titles(path: string, text: string): string[] {
  if (path.endsWith('.bats')) return [...text.matchAll(/^@test "(.*)" \{$/gm)].map(([, title = '']) => title);
  const found = text.matchAll(/^\s*(?:(?:test|describe).*?\(|.*\]\)\()?(['"`])((?:\\.|(?!\1).)*)\1,/gm);
  return [...found].map(([, , title = '']) => title.replaceAll(/\\(['"`])/g, '$1'));
}
