import { failed, missing } from './count.ts';
import type { Suite } from './install.ts';
import { type Excuse, type Failure, find, type Judgement, outcomeOf, type Standing } from './judge.ts';
import type { Result } from './program.ts';

export interface Findings {
  readonly suite: Suite;
  /** Name and version of each runtime; the first is the one that is judged. */
  readonly versions: readonly (readonly [string, string])[];
  /** Peers that cannot run the suite at all, and why. */
  readonly unfit: readonly string[];
  readonly results: readonly Result[];
  readonly judgement: Judgement;
}

/** conformance/report.md */
export function report({
  suite,
  versions,
  unfit,
  results,
  judgement,
  excuses,
}: Findings & { readonly excuses: readonly Excuse[] }): string {
  const names = versions.map(([name]) => name);
  const tests = [...new Set(results.map(({ test }) => test))].sort();
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const cell = (name: string, test: string) => {
    const result = find(results, name, test);
    return result === undefined ? '' : describe(result, missing(result, results));
  };
  return `${[
    '# The OCI runtime-tools validation suite',
    '',
    `Written by \`conformance/runtime-tools/run --report\`. The suite is ${suite.version}.`,
    '',
    ...versions.map(([name, version]) => `- ${name}: ${version}`),
    ...unfit.map((reason) => `- not compared, since it cannot run the program \`default\`: ${reason}`),
    '',
    ...table(judgement.standings),
    '',
    'A program that ends early fails one assertion and hides the rest, so what fails says little by itself. "Not passed"',
    'is what fails and what is never reached: each assertion that another runtime passes in the same program of the same',
    'run. What the specification forbids to pass counts, in the second half, for no runtime, however it does; and of a',
    'program that has to fail as a whole, nothing does. A runtime is better than another if it does better there, in',
    'assertions not passed and in programs.',
    '',
    ...races(excuses),
    '## Each program',
    '',
    row(['program', ...names]),
    row(['---', ...names.map(() => '---')]),
    ...tests.map((test) => row([`\`${test}\``, ...names.map((name) => cell(name, test))])),
    '',
    `## What ${names[0]} fails`,
    '',
    summary(judgement.failures),
    '',
    'A failure is excused where the peers do not pass the same assertion in the same run (they fail it, or end before',
    'they come to it), or where passing it would break the sentence of the specification that is quoted.',
    '',
    ...judgement.failures.map(explain).sort(),
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

/** For whoever counts tests: one line a program of the judged runtime, and one for each fault of the whole. */
export function tapOf({ results, versions, unfit, judgement }: Findings): string {
  const [judged = ''] = versions[0] ?? [];
  const own = results.filter(({ runtime }) => runtime === judged).sort((a, b) => (a.test < b.test ? -1 : 1));
  const lines = [
    ...own.map(line),
    `${judgement.faults.length > 0 ? 'not ok' : 'ok'} judgement: ${counts(judgement)}`,
  ];
  const notes = [...unfit.map((reason) => `not compared: ${reason}`), ...judgement.faults];
  const tap = lines.map((text, at) => text.replace(/^(ok|not ok) /, `$1 ${at + 1} `));
  return `1..${lines.length}\n${[...tap, ...notes.map((note) => `# ${note}`)].join('\n')}\n`;

  function line(result: Result): string {
    const faults = judgement.faults.filter((fault) => fault.startsWith(`${result.test}: `));
    const excused = judgement.failures.filter(({ test }) => test === result.test).length;
    if (faults.length > 0) return `not ok runtime-tools ${result.test}`;
    if (outcomeOf(result) === 'skipped') return `ok runtime-tools ${result.test} # skip ${reasons(result)}`;
    if (excused > 0)
      return `ok runtime-tools ${result.test} # skip excused: ${excused} assertions, see report.md`;
    return `ok runtime-tools ${result.test}`;
  }
}

function counts({ standings }: Judgement): string {
  return standings
    .map(({ name, all, allowed }) => `${name} does not pass ${all.notPassed} (allowed: ${allowed.notPassed})`)
    .join(', ');
}

function table(standings: readonly Standing[]): string[] {
  const row = (title: string, value: (standing: Standing) => number | string) =>
    `| ${[title, ...standings.map((each) => String(value(each)))].join(' | ')} |`;
  return [
    row('', ({ name }) => name),
    row('---', () => '---:'),
    row('assertions that fail', ({ all }) => all.failing),
    row('assertions not passed', ({ all }) => all.notPassed),
    row('programs with such an assertion', ({ all }) => all.programs),
    row('without what the specification forbids to pass:', () => ''),
    row('assertions that fail', ({ allowed }) => allowed.failing),
    row('assertions not passed', ({ allowed }) => allowed.notPassed),
    row('programs with such an assertion', ({ allowed }) => allowed.programs),
    row('passed, which the specification forbids', (each) => each.wronglyPassed),
  ];
}

/** Whose fault it all is. */
function summary(failures: readonly Failure[]): string {
  const of = (fault: string) => failures.filter(({ excuse }) => excuse?.fault === fault).length;
  const forbidden = failures.filter(({ excuse }) => excuse?.sentence !== undefined).length;
  const open = failures.filter(({ excused }) => !excused).length;
  return [
    `Of ${failures.length} assertions, ${of('machine')} want another machine and ${of('suite')} another suite;`,
    `${forbidden} of these must not pass, as the specification says. Without an excuse: ${open}.`,
  ].join(' ');
}

function describe(result: Result, unreached: readonly string[]): string {
  const failing = result.assertions.filter(failed);
  const total = result.assertions.length;
  const hidden = unreached.length > 0 ? `, ${unreached.length} not reached` : '';
  if (outcomeOf(result) === 'skipped') return `skipped: ${inTable(reasons(result))}`;
  if (failing.length === 0) return `ok (${total}${hidden})`;
  return `**not ok** (${failing.length} of ${total}${hidden}): ${failing.map(({ name }) => inTable(name)).join('; ')}`;
}

function reasons({ assertions }: Result): string {
  return [...new Set(assertions.map(({ name }) => name))].join('; ');
}

function explain({ test, assertion, excuse, also, excused }: Failure): string {
  const others = also.length > 0 ? ` (nor does ${also.join(', nor ')} pass it)` : '';
  const what = `- \`${test}\`: ${inTable(assertion.name)}${others}: `;
  if (!excused || excuse === undefined) return `${what}**no excuse**`;
  const { cause, sentence } = excuse;
  return `${what}${cause}${sentence === undefined ? '' : `. The specification: "${sentence}"`}`;
}

function inTable(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
}
