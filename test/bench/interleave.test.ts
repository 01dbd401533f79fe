import { expect, test } from 'vitest';
import { interleave, type Turn } from '../../bench/interleave.ts';
import type { Measured, Step, Timer } from '../../bench/timer.ts';

/** Answers each step with its place in the program, as milliseconds. */
function recorder(): { timer: Pick<Timer, 'perform'>; program: Step[] } {
  const program: Step[] = [];
  const perform = (steps: readonly Step[]): Promise<Measured[]> => {
    program.push(...steps);
    const result = ({ tag = '-' }: Step, index: number) => {
      return { tag, milliseconds: index, status: 0, kilobytes: 0, pid: 0 };
    };
    return Promise.resolve(steps.map(result));
  };
  return { timer: { perform }, program };
}

const turn = (name: string): Turn => ({
  name,
  steps: (round) => [
    { verb: 'run', argv: [name, String(round), 'prepare'] },
    { verb: 'run', tag: 'act', argv: [name, String(round), 'act'] },
  ],
});

const names = ['a', 'b', 'c'];

test('everyone takes one turn in each round, all of it', async () => {
  const { timer, program } = recorder();
  await interleave(timer, names.map(turn), 20);
  for (let round = 0; round < 22; round++) {
    const steps = program.filter(({ argv = [] }) => argv[1] === String(round));
    const order = steps.filter((_, index) => index % 2 === 0).map(({ argv = [] }) => argv[0]);
    expect(order.toSorted()).toEqual(names);
    expect(steps.map(({ argv = [] }) => argv[2])).toEqual(names.flatMap(() => ['prepare', 'act']));
  }
});

test('nobody always comes after the same one', async () => {
  const { timer, program } = recorder();
  await interleave(timer, names.map(turn), 20);
  const order = program.flatMap(({ tag, argv = [] }) => (tag ? [argv[0]] : []));
  const pairs = new Set(order.slice(1).map((name, index) => `${order[index]}${name}`));
  for (const one of names) for (const other of names) if (one !== other) expect(pairs).toContain(one + other);
});

test('results go to whom they belong; rounds to warm up are not counted', async () => {
  const { timer, program } = recorder();
  const results = await interleave(timer, names.map(turn), 5);
  for (const name of names) {
    const samples = results.get(name)?.get('act') ?? [];
    expect(samples).toHaveLength(5);
    for (const { milliseconds } of samples) expect(program[milliseconds]?.argv?.[0]).toBe(name);
  }
});
