import type { Suite } from './install.ts';
import { type Failure, failed, find, type Judgement, outcomeOf } from './judge.ts';
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
export function report({ suite, versions, unfit, results, judgement }: Findings): string {
  const names = versions.map(([name]) => name);
  const tests = [...new Set(results.map(({ test }) => test))].sort();
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const cell = (name: string, test: string) => {
    const result = find(results, name, test);
    return result === undefined ? '' : describe(result);
  };
  return `${[
    '# The OCI runtime-tools validation suite',
    '',
    `Written by \`conformance/runtime-tools/run --report\`. The suite is ${suite.version}.`,
    '',
    ...versions.map(([name, version]) => `- ${name}: ${version}`),
    ...unfit.map((reason) => `- not compared, since it cannot run the program \`default\`: ${reason}`),
    '',
    'Assertions that fail, and programs in which one does:',
    '',
    row(['', ...names]),
    row(['---', ...names.map(() => '---:')]),
    row(['assertions', ...names.map((name) => String(judgement.failing[name]))]),
    row([
      'programs',
      ...names.map((name) => String(tests.filter((test) => fails(results, name, test)).length)),
    ]),
    '',
    `Of ${names[0]}'s, the specification forbids ${judgement.forbidden} to pass.`,
    '',
    '## Each program',
    '',
    row(['program', ...names]),
    row(['---', ...names.map(() => '---')]),
    ...tests.map((test) => row([`\`${test}\``, ...names.map((name) => cell(name, test))])),
    '',
    `## What ${names[0]} fails`,
    '',
    'A failure is excused where the peers do not pass the same assertion in the same run (they fail it, or end before',
    'they come to it), or where passing it would break the sentence of the specification that is quoted.',
    '',
    ...judgement.failures.map(explain).sort(),
    '',
  ].join('\n')}`;
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

function counts({ failing, forbidden }: Judgement): string {
  return Object.entries(failing)
    .map(([name, count]) => `${name} fails ${count} assertions`)
    .join(', ')
    .concat(forbidden > 0 ? `; of the first ${forbidden} as the specification demands` : '');
}

function describe(result: Result): string {
  const failing = result.assertions.filter(failed);
  if (outcomeOf(result) === 'skipped') return `skipped: ${inTable(reasons(result))}`;
  if (failing.length === 0) return `ok (${result.assertions.length})`;
  return `**not ok** (${failing.length} of ${result.assertions.length}): ${failing.map(({ name }) => inTable(name)).join('; ')}`;
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

function fails(results: readonly Result[], name: string, test: string): boolean {
  return find(results, name, test)?.assertions.some(failed) ?? false;
}

function inTable(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
}
