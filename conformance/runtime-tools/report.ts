import { failed, missing } from './count.ts';
import { type Excuse, type Failure, find, type Judgement, judge, outcomeOf, type Standing } from './judge.ts';
import type { Run } from './place.ts';
import type { Result } from './program.ts';
import { reasons } from './verdict.ts';

interface Judged extends Run {
  readonly judgement: Judgement;
}

/** conformance/report.md: what the suite says, a column for each runtime at each place. */
export function report(runs: readonly Run[], excuses: readonly Excuse[]): string {
  const judged = runs.map((run) => ({ ...run, judgement: judge(run.results, judgedOf(run), excuses) }));
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

function judgedOf(run: Run | undefined): string {
  return run?.place.versions[0]?.[0] ?? '';
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function places(runs: readonly Run[]): string[] {
  const versions = runs.map(({ place }) => place.versions.map(([, version]) => version).join('<br>'));
  return [
    row(['place', 'date', 'commit', 'kernel', 'cgroups', 'pid 1', 'security', 'runtimes']),
    row(Array.from({ length: 8 }, () => '---')),
    ...runs.map(({ place }, at) =>
      row([
        place.name,
        place.date,
        place.commit,
        place.kernel,
        `${place.cgroup}${place.systemdCgroup ? ', with `--systemd-cgroup`' : ''}`,
        place.init,
        place.security.join(', ') || 'none',
        versions[at] ?? '',
      ]),
    ),
    '',
    ...runs.flatMap(({ place }) => place.notes.map((note) => `- ${place.name}: ${inTable(note)}`)),
  ];
}

/** A column for each runtime at each place. */
function columns(runs: readonly Judged[]): { readonly run: Judged; readonly name: string }[] {
  return runs.flatMap((run) => run.place.versions.map(([name]) => ({ run, name })));
}

function heading(first: string, runs: readonly Judged[], alignment: string): string[] {
  const titles = columns(runs).map(({ run, name }) => `${name}<br>${run.place.name}`);
  return [row([first, ...titles]), row(['---', ...titles.map(() => alignment)])];
}

function standings(runs: readonly Judged[]): string[] {
  const line = (title: string, value: (standing: Standing) => number | string) =>
    row([title, ...runs.flatMap(({ judgement }) => judgement.standings.map(value))]);
  return [
    ...heading('', runs, '---:'),
    line('assertions that fail', ({ all }) => all.failing),
    line('assertions not passed', ({ all }) => all.notPassed),
    line('programs with such an assertion', ({ all }) => all.programs),
    line('without what the specification forbids to pass:', () => ''),
    line('assertions that fail', ({ allowed }) => allowed.failing),
    line('assertions not passed', ({ allowed }) => allowed.notPassed),
    line('programs with such an assertion', ({ allowed }) => allowed.programs),
    line('passed, which the specification forbids', (each) => each.wronglyPassed),
  ];
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

function programs(runs: readonly Judged[]): string[] {
  const tests = [...new Set(runs.flatMap(({ results }) => results.map(({ test }) => test)))].sort();
  const cell = (test: string) => (column: { readonly run: Run; readonly name: string }) => {
    const result = find(column.run.results, column.name, test);
    return result === undefined ? '' : describe(result, missing(result, column.run.results));
  };
  return [
    ...heading('program', runs, '---'),
    ...tests.map((test) => row([`\`${test}\``, ...columns(runs).map(cell(test))])),
  ];
}

function describe(result: Result, unreached: readonly string[]): string {
  const failing = result.assertions.filter(failed).length;
  const total = result.assertions.length;
  if (outcomeOf(result) === 'skipped') return `skipped: ${inTable(reasons(result))}`;
  const hidden = unreached.length > 0 ? [`${unreached.length} not reached`] : [];
  const bad = failing > 0 ? [`**${failing} of ${total} fail**`] : [];
  return bad.length + hidden.length > 0 ? [...bad, ...hidden].join(', ') : `ok (${total})`;
}

/** Whose fault it all is. */
function summary({ place, judgement: { failures, faults } }: Judged): string {
  const of = (fault: string) => failures.filter(({ excuse }) => excuse?.fault === fault).length;
  const forbidden = failures.filter(({ excuse }) => excuse?.sentence !== undefined).length;
  const open = failures.filter(({ excused }) => !excused).length;
  return [
    `- ${place.name}: of ${failures.length} assertions, ${of('machine')} want another machine and ${of('suite')} another suite;`,
    `${forbidden} of these must not pass, as the specification says. Without an excuse: ${open}.`,
    ...faults.map((fault) => `**${inTable(fault)}**.`),
  ].join(' ');
}

/** Each failure once, with its places; the cases of one assertion together. */
function explanations(runs: readonly Judged[]): string[] {
  const where = new Map<string, Set<string>>();
  for (const { place, judgement } of runs)
    for (const failure of judgement.failures) {
      const text = explain(failure);
      where.set(text, (where.get(text) ?? new Set()).add(place.name));
    }
  return [...where].map(([text, names]) => `- ${text} (${[...names].join(', ')})`).sort();
}

function explain({ test, assertion, excuse, also, excused }: Failure): string {
  const others = also.length > 0 ? `, nor does ${also.join(', nor ')} pass it` : '';
  const what = `\`${test}\`: ${inTable(assertion.name.replace(/ \(\d+\)$/, ''))}${others}: `;
  if (!excused || excuse === undefined) return `${what}**no excuse**`;
  const { cause, sentence } = excuse;
  return `${what}${cause}${sentence === undefined ? '' : `. The specification: "${sentence}"`}`;
}

function peersFailures(runs: readonly Judged[]): string[] {
  const where = new Map<string, string[]>();
  for (const { run, name } of columns(runs).filter((column) => column.name !== judgedOf(column.run)))
    for (const { test, assertions } of run.results.filter(({ runtime }) => runtime === name)) {
      const own =
        find(run.results, judgedOf(run), test)
          ?.assertions.filter(failed)
          .map((each) => each.name) ?? [];
      const names = assertions.filter((each) => failed(each) && !own.includes(each.name));
      for (const text of new Set(
        names.map((each) => `\`${test}\`: ${inTable(each.name.replace(/ \(\d+\)$/, ''))}`),
      ))
        where.set(text, [...(where.get(text) ?? []), `${name} at ${run.place.name}`]);
    }
  return [...where].map(([text, names]) => `- ${text} (${names.join(', ')})`).sort();
}

function inTable(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
}
