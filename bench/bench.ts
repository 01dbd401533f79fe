import { makeBundle, type Wanted } from './bundle.ts';
import type { Contestant, Field } from './contestants.ts';
import { type ByTag, interleave, type Turn, turnOf } from './interleave.ts';
import type { Samples } from './statistics.ts';
import type { Measured, Step } from './timer.ts';
import type { World } from './world.ts';

export type Unit = 'ms' | 'µs' | 'KiB' | 'per second' | 'instructions';

/** One table row: a measure of a scenario, for everyone who took part. */
export interface Row {
  readonly scenario: string;
  readonly measure: string;
  readonly pauseMs: number;
  readonly unit: Unit;
  readonly samples: ReadonlyMap<string, Samples>;
}

/** What scenarios are given. */
export interface Bench {
  readonly world: World;
  readonly field: Field;
  readonly n: number;
  readonly full: boolean;
}

export interface Scenario {
  readonly name: string;
  readonly isolates: string;
  readonly fullOnly?: boolean;
  readonly measure: (bench: Bench) => Promise<readonly Row[]>;
}

/** Back to back, and with pauses: in the quick mode only where pauses are known to matter. */
export function pausesOf({ full }: Bench, matter: boolean): readonly number[] {
  return full || matter ? [0, 50] : [0];
}

export function command({ command }: Contestant, ...words: readonly string[]): readonly string[] {
  return [...command, ...words];
}

/** A bundle for each round of each contestant: no container is like the one before it. */
export function freshBundles({ world }: Bench, contestant: Contestant, prefix: string, wanted: Wanted) {
  const made = new Map<string, string>();
  return (round: number): { id: string; bundle: string } => {
    const id = `${contestant.name}-${prefix}-${round}`;
    const bundle = made.get(id) ?? makeBundle(world, contestant, id, wanted);
    made.set(id, bundle);
    return { id, bundle };
  };
}

/** A container of each contestant that stays while others are measured. */
export async function withContainers<T>(
  { world, field }: Bench,
  prefix: string,
  wanted: Wanted,
  measure: (idOf: (contestant: Contestant) => string) => Promise<T>,
): Promise<T> {
  const idOf = ({ name }: Contestant) => `${name}-${prefix}`;
  const all = (argv: (contestant: Contestant) => readonly string[]) =>
    world.timer.perform(field.contestants.map((contestant) => ({ verb: 'run', argv: argv(contestant) })));
  await all((contestant) => {
    const bundle = makeBundle(world, contestant, idOf(contestant), wanted);
    return command(contestant, 'run', '--detach', '--bundle', bundle, idOf(contestant));
  });
  const result = await measure(idOf);
  await all((contestant) => command(contestant, 'delete', '--force', idOf(contestant)));
  return result;
}

export function turns(
  { field }: Bench,
  steps: (contestant: Contestant) => (round: number) => readonly Step[],
): readonly Turn[] {
  return field.contestants.map((contestant) => turnOf(contestant, steps(contestant)));
}

/** Times in rows of their own, one for each tag and one for their sum if a turn has several. */
export async function timeRows(
  { world, n }: Bench,
  scenario: string,
  pauseMs: number,
  takers: readonly Turn[],
): Promise<Row[]> {
  const results = await interleave(world.timer, takers, n, pauseMs);
  const row = (measure: string, of: (byTag: ByTag) => Samples): Row => {
    return { scenario, measure, pauseMs, unit: 'ms', samples: columnsOf(results, of) };
  };
  const tags = tagsOf(results);
  const single = tags.map((tag) => row(tag, (byTag) => times(byTag.get(tag))));
  return tags.length > 1 ? [...single, row('total', sum)] : single;
}

export function tagsOf(results: ReadonlyMap<string, ByTag>): string[] {
  return [...new Set([...results.values()].flatMap((byTag) => [...byTag.keys()]))];
}

export function columnsOf(
  results: ReadonlyMap<string, ByTag>,
  of: (byTag: ByTag) => Samples,
): Map<string, Samples> {
  return new Map([...results].map(([name, byTag]) => [name, of(byTag)]));
}

function times(measured: readonly Measured[] = []): Samples {
  return measured.map(({ milliseconds }) => milliseconds);
}

function sum(byTag: ByTag): Samples {
  const columns = [...byTag.values()].map(times);
  return (columns[0] ?? []).map((_, round) =>
    columns.reduce((total, column) => total + (column[round] ?? 0), 0),
  );
}
