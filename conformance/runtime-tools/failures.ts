import { failed } from './count.ts';
import { type Failure, find } from './judge.ts';
import { columns, inTable, type Judged, judgedOf } from './tables.ts';

/** Whose fault it all is. */
export function summary({ place, judgement: { failures, faults } }: Judged): string {
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
export function explanations(runs: readonly Judged[]): string[] {
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

/** What the judged runtime passes, or does not come to. */
export function peersFailures(runs: readonly Judged[]): string[] {
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
