import { ByteWriter } from '../execute/bytes.ts';
import {
  type ArgKind,
  enumTables,
  errnos,
  flagTables,
  type HandsOp,
  handsOps,
  type OrElse,
  type StubOp,
  stubOps,
  type Template,
  variables,
} from './ops.ts';
import type { Plan } from './plan.ts';

/** What the C side calls a slot argument that is null. */
export const NO_SLOT = 0xffff;

/** "RCP1", the first four bytes of a program. */
const MAGIC = 0x31504352;

type AnyOp = HandsOp | StubOp;

interface FlatOp {
  readonly op: AnyOp;
  /** How many operations that follow are its or-else branch. */
  readonly skip: number;
  /** Undo programs only: the operation is armed once the guarded operation of the hands' program has succeeded. */
  readonly guard: number;
}

export interface EncodedPlan {
  /** In the order of PLAN: hands, undo, teardown, stubs. */
  readonly programs: readonly Uint8Array[];
  /** Number of each slot name. */
  readonly slots: ReadonlyMap<string, number>;
}

/**
 * Encodes a plan for the C side. A program is: u32 magic, u32 number of operations, list of origins (strings), then
 * each operation: u16 code (position in its table, from 1), u16 index of its origin, u16 guard, u8 skip, u8 number of
 * errnos, u32 size of what follows, u16 each errno, arguments in the order of the table.
 */
export function encodePlan(plan: Plan): EncodedPlan {
  const slots = new Map<string, number>();
  const hands = flatten(plan.hands);
  const undo: FlatOp[] = hands.flatMap(({ op }, index) =>
    flatten('undo' in op ? (op.undo ?? []) : []).map((flat) => ({ ...flat, guard: index })),
  );
  const programs = [
    encodeProgram(hands, handsLayouts, slots),
    encodeProgram(undo, handsLayouts, slots),
    encodeProgram(flatten(plan.teardown), handsLayouts, slots),
    ...plan.stubs.map((ops) => encodeProgram(flatten(ops), stubLayouts, slots)),
  ];
  return { programs, slots };
}

/** The slot that a Finish names, as a number. */
export function namedSlot(name: string | null | undefined, slots: ReadonlyMap<string, number>): number {
  return name == null ? NO_SLOT : (slots.get(name) ?? NO_SLOT);
}

/** The operations of a program in the order in which the C side sees them, or-else branches in line. */
export function flatten(ops: readonly AnyOp[]): FlatOp[] {
  return ops.flatMap((op): FlatOp[] => {
    const branch = flatten((op.orElse as OrElse<AnyOp> | undefined)?.do ?? []);
    return [{ op, skip: branch.length, guard: 0 }, ...branch];
  });
}

type Slots = Map<string, number>;
type EncodeArgument = (out: ByteWriter, value: unknown, slots: Slots) => void;

interface Layout {
  readonly code: number;
  readonly args: readonly { readonly name: string; readonly encode: EncodeArgument }[];
}

type Layouts = ReadonlyMap<string, Layout>;
type Tables = Readonly<Record<string, { readonly args: Readonly<Record<string, ArgKind>> }>>;

/** Worked out once, since every plan has hundreds of operations. */
const handsLayouts = layouts(handsOps);
const stubLayouts = layouts(stubOps);

function layouts(table: Tables): Layouts {
  const entries = Object.entries(table).map(([name, { args }], index): [string, Layout] => {
    const encoders = Object.entries(args).map(([arg, kind]) => ({ name: arg, encode: encoderOf(kind) }));
    return [name, { code: index + 1, args: encoders }];
  });
  return new Map(entries);
}

/** Of a usual plan, the stub's program is the longest. */
const PROGRAM_ROOM = 16 * 1024;

function encodeProgram(flat: readonly FlatOp[], layouts: Layouts, slots: Slots): Uint8Array {
  const origins = numbered(flat);
  const out = new ByteWriter(PROGRAM_ROOM);
  out.u32(MAGIC);
  out.u32(flat.length);
  out.list([...origins.keys()], (origin) => out.string(origin));
  for (const { op, skip, guard } of flat) {
    const on = op.orElse?.on ?? [];
    const layout = layouts.get(op.op);
    out.u16(layout?.code ?? 0);
    out.u16(origins.get(op.origin) ?? 0);
    out.u16(guard);
    out.u8(skip);
    out.u8(on.length);
    const start = out.open();
    for (const name of on) out.u16(errnos[name]);
    for (const { name, encode } of layout?.args ?? []) {
      encode(out, (op as unknown as Record<string, unknown>)[name], slots);
    }
    out.close(start);
  }
  return out.finish();
}

function numbered(flat: readonly FlatOp[]): Map<string, number> {
  const origins = new Map<string, number>();
  for (const { op } of flat) if (!origins.has(op.origin)) origins.set(op.origin, origins.size);
  return origins;
}

function encoderOf(kind: ArgKind): EncodeArgument {
  switch (kind) {
    case 'number':
      return (out, value) => out.u64(unsigned(value as number | bigint));
    case 'string':
      return (out, value) => out.text(value as string);
    case 'bytes':
      return (out, value) => out.terminated(value as Uint8Array);
    case 'strings':
      return (out, value) => out.list(value as string[], (text) => out.text(text));
    case 'template':
      return (out, value) => encodeTemplate(out, value as Template);
    case 'slot':
    case 'into':
      return (out, value, slots) => out.u64(value === null ? NO_SLOT : slotNumber(value as string, slots));
    case 'slots':
      return (out, value, slots) => out.list(value as string[], (name) => out.u64(slotNumber(name, slots)));
  }
  const [table, name] = kind.split(':') as ['flags' | 'enum', string];
  return table === 'enum' ? enumEncoder(name) : flagsEncoder(name);
}

function unsigned(value: number | bigint): number | bigint {
  return value < 0 ? BigInt.asUintN(64, BigInt(value)) : value;
}

function enumEncoder(name: string): EncodeArgument {
  const numbers = (enumTables as Record<string, Record<string, number>>)[name] ?? {};
  return (out, value) => out.u64(numbers[value as string] ?? 0);
}

function flagsEncoder(name: string): EncodeArgument {
  const bits = (flagTables as Record<string, Record<string, number>>)[name] ?? {};
  // Bit operations on numbers know 32 bits.
  if (Object.values(bits).every((bit) => bit <= 0xffffffff)) {
    return (out, value) =>
      out.u64((value as string[]).reduce((sum, flag) => sum | (bits[flag] ?? 0), 0) >>> 0);
  }
  return (out, value) =>
    out.u64((value as string[]).reduce((sum, flag) => sum | BigInt(bits[flag] ?? 0), 0n));
}

function encodeTemplate(out: ByteWriter, template: Template): void {
  const pieces = typeof template === 'string' ? [template] : template;
  out.list(pieces, (piece) => {
    out.u64(typeof piece === 'string' ? 0 : variables[piece.variable]);
    out.text(typeof piece === 'string' ? piece : '');
  });
}

function slotNumber(name: string, slots: Slots): number {
  const known = slots.get(name);
  if (known !== undefined) return known;
  slots.set(name, slots.size);
  return slots.size - 1;
}
