import type { Contestant } from './contestants.ts';
import { generator } from './statistics.ts';
import type { Measured, Step, Timer } from './timer.ts';

/** Rounds that are executed but not counted. */
const warmUp = 2;

/** By tag, in order of the rounds. */
export type ByTag = ReadonlyMap<string, readonly Measured[]>;

export interface Turn {
  readonly name: string;
  /** What one contestant does in one round. */
  readonly steps: (round: number) => readonly Step[];
}

export function turnOf({ name }: Contestant, steps: Turn['steps']): Turn {
  return { name, steps };
}

/**
 * Everyone takes a turn in every round, in an order that is drawn anew each time: what the machine does besides, and
 * what a command leaves for the next one to pay, meets all alike.
 */
export async function interleave(
  timer: Pick<Timer, 'perform'>,
  turns: readonly Turn[],
  n: number,
  pauseMs = 0,
): Promise<Map<string, ByTag>> {
  const random = generator(n);
  const program: { readonly step: Step; readonly owner: string; readonly counts: boolean }[] = [];
  for (let round = 0; round < n + warmUp; round++)
    for (const { name, steps } of shuffle(turns, random))
      for (const step of steps(round)) program.push({ step, owner: name, counts: round >= warmUp });
  const measured = await timer.perform(
    program.map(({ step }) => step),
    pauseMs,
  );
  const results = new Map(turns.map(({ name }) => [name, new Map<string, Measured[]>()]));
  measured.forEach((result, index) => {
    const { step, owner, counts } = program[index] ?? {};
    if (counts && owner !== undefined && step?.tag !== undefined) add(results.get(owner), step.tag, result);
  });
  return results;
}

function add(results: Map<string, Measured[]> | undefined, tag: string, result: Measured): void {
  const sofar = results?.get(tag);
  if (sofar) sofar.push(result);
  else results?.set(tag, [result]);
}

function shuffle<T>(values: readonly T[], random: () => number): T[] {
  const keyed = values.map((value) => ({ value, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}
