import { type Judgement, outcomeOf } from './judge.ts';
import type { Run } from './place.ts';
import type { Result } from './program.ts';

/** For whoever counts tests: one line a program of the judged runtime, and one for each fault of the whole. */
export function tapOf({ place, results }: Run, judgement: Judgement): string {
  const [judged = ''] = place.versions[0] ?? [];
  const own = results.filter(({ runtime }) => runtime === judged).sort((a, b) => (a.test < b.test ? -1 : 1));
  const lines = [
    ...own.map(line),
    `${judgement.faults.length > 0 ? 'not ok' : 'ok'} judgement: ${counts(judgement)}`,
  ];
  const notes = [...place.notes, ...judgement.faults];
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

/** Why a program was skipped. */
export function reasons({ assertions }: Result): string {
  return [...new Set(assertions.map(({ name }) => name))].join('; ');
}
