import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/execute/bytes.ts';
import { encodePlan, NO_SLOT, namedSlot } from '../../src/plan/encode.ts';
import {
  type ArgKind,
  type EnumTable,
  enumTables,
  errnos,
  type FlagTable,
  flagTables,
  type HandsOp,
  handsOps,
  type StubOp,
  stubOps,
  variables,
} from '../../src/plan/ops.ts';

type Tables = Readonly<Record<string, { readonly args: Readonly<Record<string, ArgKind>> }>>;
type AnyOp = Readonly<Record<string, unknown>> & { readonly op: string };

/** Reads a program as the C side does, by nothing but the table. */
function decode(bytes: Uint8Array, table: Tables) {
  const reader = new ByteReader(bytes);
  expect(reader.u32()).toBe(0x31504352);
  const count = reader.u32();
  const origins = reader.list(() => reader.string());
  const u16 = () => reader.u8() + reader.u8() * 256;
  const ops = Array.from({ length: count }, () => {
    const [code, origin, guard, skip, errnoCount] = [u16(), u16(), u16(), reader.u8(), reader.u8()];
    const body = reader.bytes();
    const [op = '', shape] = Object.entries(table)[code - 1] ?? [];
    const on = Array.from({ length: errnoCount }, (_, index) => body.slice(index * 2, index * 2 + 2));
    const args = new ByteReader(body.subarray(errnoCount * 2));
    const values = Object.entries(shape?.args ?? {}).map(([name, kind]) => [
      name,
      decodeArgument(args, kind),
    ]);
    expect(() => args.u8(), `${op}: all of its size is used`).toThrow(RangeError);
    return {
      op,
      origin: origins[origin],
      guard,
      skip,
      on: on.map(([low = 0, high = 0]) => low + high * 256),
      args: Object.fromEntries(values) as Record<string, unknown>,
    };
  });
  expect(() => reader.u8(), 'nothing follows').toThrow(RangeError);
  return ops;
}

function decodeArgument(reader: ByteReader, kind: ArgKind): unknown {
  const text = () => {
    const bytes = reader.bytes();
    expect(reader.u8()).toBe(0);
    return Buffer.from(bytes);
  };
  if (kind === 'string') return text().toString();
  if (kind === 'bytes') return text();
  if (kind === 'strings') return reader.list(() => text().toString());
  if (kind === 'template') return reader.list(() => [reader.u64(), text().toString()]);
  if (kind === 'slots') return reader.list(() => reader.u64());
  return reader.u64();
}

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => !value.includes('\0'));
const slot = fc.constantFrom('root', 'fifo', 'console', 'a', 'b');

function arbitraryOf(kind: ArgKind): fc.Arbitrary<unknown> {
  const [group, name] = kind.split(':');
  if (group === 'flags') return fc.subarray(Object.keys(flagTables[name as FlagTable]));
  if (group === 'enum') return fc.constantFrom(...Object.keys(enumTables[name as EnumTable]));
  const simple: Record<string, fc.Arbitrary<unknown>> = {
    number: fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    string: text,
    bytes: fc.uint8Array({ maxLength: 64 }),
    strings: fc.array(text, { maxLength: 4 }),
    template: fc.oneof(
      text,
      fc.array(fc.oneof(text, fc.record({ variable: fc.constantFrom(...Object.keys(variables)) })), {
        maxLength: 4,
      }),
    ),
    slot: fc.option(slot),
    into: slot,
    slots: fc.array(slot, { maxLength: 4 }),
  };
  return simple[kind] ?? fc.constant(null);
}

function opOf(table: Tables): fc.Arbitrary<AnyOp> {
  const each = Object.entries(table).map(([op, { args }]) =>
    fc.record({
      op: fc.constant(op),
      origin: fc.constantFrom('mounts[3]', 'process.args', 'state'),
      ...Object.fromEntries(Object.entries(args).map(([name, kind]) => [name, arbitraryOf(kind)])),
    }),
  );
  return fc.oneof(...each) as fc.Arbitrary<AnyOp>;
}

/** What a decoded argument has to be, given the value in the plan. */
function expected(kind: ArgKind, value: unknown, slots: ReadonlyMap<string, number>): unknown {
  const number = (name: unknown) => BigInt(name === null ? NO_SLOT : (slots.get(name as string) ?? -1));
  const [group, name = ''] = kind.split(':');
  if (group === 'flags') {
    const table: Record<string, number> = flagTables[name as FlagTable];
    return (value as string[]).reduce((sum, flag) => sum | BigInt(table[flag] ?? 0), 0n);
  }
  if (group === 'enum')
    return BigInt((enumTables[name as EnumTable] as Record<string, number>)[value as string] ?? -1);
  if (kind === 'number') return BigInt(value as number | bigint);
  if (kind === 'bytes') return Buffer.from(value as Uint8Array);
  if (kind === 'slot' || kind === 'into') return number(value);
  if (kind === 'slots') return (value as string[]).map(number);
  if (kind !== 'template') return value;
  const pieces =
    typeof value === 'string' ? [value] : (value as (string | { variable: keyof typeof variables })[]);
  return pieces.map((piece) =>
    typeof piece === 'string' ? [0n, piece] : [BigInt(variables[piece.variable]), ''],
  );
}

describe.each([
  ['hands', handsOps],
  ['stub', stubOps],
] as const)('operations of the %s', (program, table) => {
  test('arrive as they were written', () => {
    fc.assert(
      fc.property(fc.array(opOf(table), { maxLength: 12 }), (ops) => {
        const plan =
          program === 'hands'
            ? { hands: ops as unknown as HandsOp[], stubs: [], teardown: [] }
            : { hands: [], stubs: [ops as unknown as StubOp[]], teardown: [] };
        const { programs, slots } = encodePlan(plan);
        const decoded = decode(programs[program === 'hands' ? 0 : 3] ?? new Uint8Array(), table);
        expect(decoded.map(({ op, origin }) => [op, origin])).toEqual(
          ops.map(({ op, origin }) => [op, origin]),
        );
        ops.forEach((op, index) => {
          const kinds = (table as Tables)[op.op]?.args ?? {};
          for (const [name, kind] of Object.entries(kinds)) {
            expect(decoded[index]?.args[name], `${op.op}.${name}`).toEqual(expected(kind, op[name], slots));
          }
        });
      }),
      { numRuns: 200 },
    );
  });
});

const unlink = (path: string): HandsOp => ({ op: 'unlink', path, origin: 'x' });

test('or-else branches follow in line, with the number of operations to skip', () => {
  const inner: HandsOp = { ...unlink('b'), orElse: { on: ['EPERM'], do: [unlink('c')] } };
  const outer: HandsOp = { ...unlink('a'), orElse: { on: ['ENOENT', 'EACCES'], do: [inner] } };
  const { programs } = encodePlan({ hands: [outer, unlink('d')], stubs: [], teardown: [] });
  const decoded = decode(programs[0] ?? new Uint8Array(), handsOps);
  expect(decoded.map(({ args, skip }) => [args.path, skip])).toEqual([
    ['a', 2],
    ['b', 1],
    ['c', 0],
    ['d', 0],
  ]);
  expect(decoded[0]?.on).toEqual([errnos.ENOENT, errnos.EACCES]);
});

test('undo operations are guarded by the position of what they undo, branches counted', () => {
  const first: HandsOp = { ...unlink('a'), orElse: { on: ['ENOENT'], do: [unlink('b')] } };
  const second: HandsOp = { ...unlink('c'), undo: [unlink('u'), unlink('v')] };
  const { programs } = encodePlan({ hands: [first, second], stubs: [], teardown: [] });
  const decoded = decode(programs[1] ?? new Uint8Array(), handsOps);
  expect(decoded.map(({ args, guard }) => [args.path, guard])).toEqual([
    ['u', 2],
    ['v', 2],
  ]);
});

test('a slot has one number in all programs, and the console is found by it', () => {
  const receive: HandsOp = { op: 'receive', into: 'console', origin: 'x' };
  const send: StubOp = { op: 'sendSlot', file: 'console', origin: 'x' };
  const { programs, slots } = encodePlan({ hands: [receive], stubs: [[send]], teardown: [] });
  const number = BigInt(slots.get('console') ?? -1);
  expect(decode(programs[0] ?? new Uint8Array(), handsOps)[0]?.args.into).toBe(number);
  expect(decode(programs[3] ?? new Uint8Array(), stubOps)[0]?.args.file).toBe(number);
  const finish = { code: 0, stdout: '', stderr: '', monitor: { console: 'console' } };
  expect(namedSlot(finish.monitor.console, slots)).toBe(Number(number));
  expect(namedSlot(null, slots)).toBe(NO_SLOT);
});

test('a NUL inside text is refused: C would see less of it than was checked', () => {
  expect(() => encodePlan({ hands: [unlink('/a\0b')], stubs: [], teardown: [] })).toThrow(RangeError);
});
