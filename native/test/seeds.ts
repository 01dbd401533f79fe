/** Writes a seed for the decoder's fuzzer for every operation: `node seeds.ts FOLDER`. Run by `make fuzz`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePlan } from '../../src/plan/encode.ts';
import { type ArgKind, type HandsOp, handsOps, type StubOp, stubOps } from '../../src/plan/ops.ts';

const folder = process.argv[2] ?? '.';
mkdirSync(folder, { recursive: true });

function value(kind: ArgKind): unknown {
  switch (kind) {
    case 'number':
      return 7;
    case 'string':
      return '/path';
    case 'bytes':
      return Buffer.from([1, 0, 2]);
    case 'strings':
      return ['one', ''];
    case 'template':
      return ['{"pid":', { variable: 'pid' }, '}'];
    case 'slot':
    case 'into':
      return 'slot';
    case 'slots':
      return ['slot', 'other'];
    default:
      return [];
  }
}

type Table = Readonly<Record<string, { readonly args: Readonly<Record<string, ArgKind>> }>>;

function ops(table: Table): (HandsOp & StubOp)[] {
  return Object.entries(table).map(([op, { args }]) => {
    const values = Object.entries(args).map(([name, kind]) => [name, value(kind)]);
    return { op, origin: `from.${op}`, ...Object.fromEntries(values) };
  });
}

function write(name: string, first: number, bytes: Uint8Array | undefined): void {
  writeFileSync(join(folder, name), Buffer.concat([Buffer.from([first]), bytes ?? Buffer.alloc(0)]));
}

for (const op of ops(stubOps)) {
  const twice = { ...op, orElse: { on: ['EPERM', 'ENOSYS'], do: [op] } } as StubOp;
  write(`stub.${op.op}`, 0, encodePlan({ hands: [], stubs: [[twice]], teardown: [] }).programs[3]);
}
for (const op of ops(handsOps)) {
  const undone = { ...op, undo: [op] } as HandsOp;
  const { programs } = encodePlan({ hands: [undone, op], stubs: [], teardown: [] });
  write(`hands.${op.op}`, 1, programs[0]);
  write(`undo.${op.op}`, 1, programs[1]);
}
