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
const runs = [...new Set(given.map(({ place }) => place.name))].flatMap((name) => {
  const parts = given.filter(({ place }) => place.name === name);
  const last = parts.at(-1);
  // What was run again counts as it was the last time.
  const results = new Map(
    parts.flatMap((part) => part.results).map((each) => [`${each.runtime} ${each.test}`, each]),
  );
  const commit = [...new Set(parts.map(({ place }) => place.commit))].join(', ');
  return last === undefined ? [] : [{ place: { ...last.place, commit }, results: [...results.values()] }];
});
process.stdout.write(report(runs, excuses));
