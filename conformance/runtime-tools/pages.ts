import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Excuse } from './judge.ts';
import type { Run } from './place.ts';
import { report } from './report.ts';

// pages.ts FILE...: one page of what runs with --json have kept; parts of one place together.

const excuses: readonly Excuse[] = JSON.parse(
  readFileSync(resolve(import.meta.dirname, 'excuses.json'), 'utf8'),
);
const given = process.argv.slice(2).map((file): Run => JSON.parse(readFileSync(file, 'utf8')));
const names = [...new Set(given.map(({ place }) => place.name))];
const runs = names.flatMap((name) => {
  const parts = given.filter(({ place }) => place.name === name);
  const [first] = parts;
  return first === undefined
    ? []
    : [{ place: first.place, results: parts.flatMap(({ results }) => results) }];
});
process.stdout.write(report(runs, excuses));
