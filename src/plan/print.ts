import type { HandsOp, StubOp } from './ops.ts';
import { handsPhrases, stubPhrases } from './phrases.ts';
import type { Plan } from './plan.ts';

/** `railcar plan`: a line for each operation with its origin, alternatives and undoing indented below it. */
export function printPlan(plan: Plan): string {
  const programs: [string, readonly Line[]][] = [
    ['The launcher, in the caller’s context', plan.hands.flatMap(handsLines)],
    ...plan.stubs.map((ops): [string, readonly Line[]] => [
      'The container’s process, until it becomes the user’s program',
      ops.flatMap(stubLines),
    ]),
    ['The monitor, after the container has ended', plan.teardown.flatMap(handsLines)],
  ];
  const shown = programs.filter(([, lines]) => lines.length > 0);
  const width = Math.min(
    WIDEST,
    Math.max(...shown.flatMap(([, lines]) => lines.map(({ text }) => text.length))),
  );
  return shown
    .map(([title, lines]) => `${title}\n${lines.map((line) => print(line, width)).join('')}`)
    .join('\n');
}

/** `railcar plan --json`: the plan as data; bytes as `{"bytes": count}`, what a number cannot hold as text. */
export function planJson(plan: Plan): string {
  return `${JSON.stringify(plan, replaceUnprintable, 2)}\n`;
}

export function replaceUnprintable(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
  return value instanceof Uint8Array ? { bytes: value.length } : value;
}

interface Line {
  readonly text: string;
  /** Empty where it is that of the line above. */
  readonly origin: string;
}

/** Longer lines push their origin out instead of everybody's. */
const WIDEST = 76;

function print({ text, origin }: Line, width: number): string {
  return `  ${origin === '' ? text : `${text.padEnd(width)}  ${origin}`}\n`;
}

function handsLines(op: HandsOp): Line[] {
  const phrase = handsPhrases[op.op] as (op: HandsOp) => string;
  const undo = (op.undo ?? []).flatMap(handsLines).map(({ text }) => below(`undone by: ${text}`));
  return [{ text: phrase(op), origin: op.origin }, ...alternatives(op, handsLines), ...undo];
}

function stubLines(op: StubOp): Line[] {
  const phrase = stubPhrases[op.op] as (op: StubOp) => string;
  return [{ text: phrase(op), origin: op.origin }, ...alternatives(op, stubLines)];
}

function alternatives<O extends HandsOp | StubOp>(op: O, lines: (op: O) => Line[]): Line[] {
  if (op.orElse === undefined) return [];
  const { on, do: branch } = op.orElse as { on: readonly string[]; do: readonly O[] };
  const errors = `on ${on.join(', ')}`;
  if (branch.length === 0) return [below(`${errors}: go on`)];
  return branch.flatMap(lines).map(({ text }) => below(`${errors}: ${text}`));
}

function below(text: string): Line {
  return { text: `    ${text}`, origin: '' };
}
