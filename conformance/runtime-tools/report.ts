import { explanations, peersFailures, summary } from './failures.ts';
import { type Excuse, excusesAt, judge } from './judge.ts';
import type { Run } from './place.ts';
import { judgedOf, places, programs, standings } from './tables.ts';

/** conformance/report.md: what the suite says, a column for each runtime at each place. */
export function report(runs: readonly Run[], excuses: readonly Excuse[]): string {
  const judged = runs.map((run) => ({
    ...run,
    judgement: judge(run.results, judgedOf(run), excusesAt(run.place.cgroup, excuses)),
  }));
  return `${[
    '# The OCI runtime-tools validation suite',
    '',
    'Written by `conformance/runtime-tools/pages.ts` from what `conformance/runtime-tools/run --json` has found, and in',
    `guests \`test/guests/runtime-tools GUEST --json\`. The suite is ${[...new Set(runs.map(({ place }) => place.suite))].join(', ')}.`,
    '',
    ...places(runs),
    '',
    ...standings(judged),
    '',
    'A program that ends early fails one assertion and hides the rest, so what fails says little by itself. "Not passed"',
    'is what fails and what is never reached: each assertion that another runtime passes in the same program of the same',
    'run. What the specification forbids to pass counts, in the second half, for no runtime, however it does; and of a',
    'program that has to fail as a whole, nothing does.',
    '',
    ...races(excuses),
    '## Each program',
    '',
    'How many assertions pass; or how many of them fail, and how many are never reached.',
    '',
    ...programs(judged),
    '',
    `## What ${judgedOf(runs[0])} fails`,
    '',
    'A failure is excused where the peers do not pass the same assertion in the same run (they fail it, or end before',
    'they come to it), or where passing it would break the sentence of the specification that is quoted.',
    '',
    ...judged.map((run) => summary(run)),
    '',
    ...explanations(judged),
    '',
    '## What only peers fail',
    '',
    ...peersFailures(judged),
    '',
  ].join('\n')}`;
}

/** What is tried more than once, with every runtime alike. */
function races(excuses: readonly Excuse[]): string[] {
  return excuses
    .filter(({ attempts }) => attempts !== undefined)
    .flatMap(({ test, attempts, cause }) => [
      `Each runtime has up to ${attempts} attempts at the program \`${test}\`: ${cause}.`,
      '',
    ]);
}
