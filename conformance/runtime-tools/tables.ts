import { failed, missing } from './count.ts';
import { find, type Judgement, outcomeOf, type Standing } from './judge.ts';
import type { Run } from './place.ts';
import type { Result } from './program.ts';
import { reasons } from './verdict.ts';

export interface Judged extends Run {
  readonly judgement: Judgement;
}

export function judgedOf(run: Run | undefined): string {
  return run?.place.versions[0]?.[0] ?? '';
}

export function places(runs: readonly Run[]): string[] {
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

export function standings(runs: readonly Judged[]): string[] {
  const line = (title: string, value: (standing: Standing) => number | string) =>
    row([title, ...runs.flatMap(({ judgement }) => judgement.standings.map(value))]);
  return [
    ...heading('', runs, '---:'),
    row([
      'programs that were run',
      ...columns(runs).map(({ run, name }) => run.results.filter(({ runtime }) => runtime === name).length),
    ]),
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

export function programs(runs: readonly Judged[]): string[] {
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

function heading(first: string, runs: readonly Judged[], alignment: string): string[] {
  const titles = columns(runs).map(({ run, name }) => `${name}<br>${run.place.name}`);
  return [row([first, ...titles]), row(['---', ...titles.map(() => alignment)])];
}

/** A column for each runtime at each place. */
export function columns(runs: readonly Judged[]): { readonly run: Judged; readonly name: string }[] {
  return runs.flatMap((run) => run.place.versions.map(([name]) => ({ run, name })));
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

export function inTable(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
}
