import { makeBundle, type Wanted } from './bundle.ts';
import type { Contestant, Field } from './contestants.ts';
import { type ByTag, interleave, type Turn, turnOf } from './interleave.ts';
import type { Samples } from './statistics.ts';
import type { Step } from './timer.ts';
import type { World } from './world.ts';

/** One table row: a measure of a scenario, for everyone who took part. */
export interface Row {
  readonly scenario: string;
  readonly measure: string;
  readonly pauseMs: number;
  readonly unit: 'ms' | 'KiB' | '/s' | 'count';
  readonly samples: ReadonlyMap<string, Samples>;
}

/** What scenarios are given. */
export interface Bench {
  readonly world: World;
  readonly field: Field;
  readonly n: number;
  readonly full: boolean;
  readonly say: (text: string) => void;
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
export function freshBundles({ world }: Bench, { name }: Contestant, prefix: string, wanted: Wanted) {
  const made = new Map<string, string>();
  return (round: number): { id: string; bundle: string } => {
    const id = `${name}-${prefix}-${round}`;
    const bundle = made.get(id) ?? makeBundle(world, id, wanted);
    made.set(id, bundle);
    return { id, bundle };
  };
}

/** A container that stays while others are measured. */
export async function startContainer(
  { world }: Bench,
  contestant: Contestant,
  prefix: string,
  wanted: Wanted,
): Promise<string> {
  const id = `${contestant.name}-${prefix}`;
  const bundle = makeBundle(world, id, wanted);
  await world.timer.perform([
    { verb: 'run', argv: command(contestant, 'run', '--detach', '--bundle', bundle, id) },
  ]);
  return id;
}

export async function deleteContainer({ world }: Bench, contestant: Contestant, id: string): Promise<void> {
  await world.timer.perform([{ verb: 'run', argv: command(contestant, 'delete', '--force', id) }]);
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
  const tags = [...new Set([...results.values()].flatMap((byTag) => [...byTag.keys()]))];
  const row = (measure: string, of: (byTag: ByTag) => Samples): Row => {
    const samples = new Map([...results].map(([name, byTag]) => [name, of(byTag)]));
    return { scenario, measure, pauseMs, unit: 'ms', samples };
  };
  const single = tags.map((tag) => row(tag, (byTag) => byTag.get(tag) ?? []));
  return tags.length > 1 ? [...single, row('total', sum)] : single;
}

function sum(byTag: ByTag): Samples {
  const columns = [...byTag.values()];
  return (columns[0] ?? []).map((_, round) =>
    columns.reduce((total, column) => total + (column[round] ?? 0), 0),
  );
}
