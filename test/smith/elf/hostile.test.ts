import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RailcarError } from '../../../src/errors.ts';
import { type ElfFile, readElf } from '../../../src/smith/elf/elf.ts';
import type { Bytes } from '../../../src/smith/tree/node.ts';
import { buildIdNote, dlopenNote, type ElfParts, elfFile } from '../elf-files.ts';

/** More than any sound file needs, and little enough for every file of a root. */
const MAX_READ = 16 * 1024 * 1024;

/** The file, counting what is asked of it. */
function counted(bytes: Buffer, size = bytes.length): Bytes & { asked(): number; largest(): number } {
  let asked = 0;
  let largest = 0;
  return {
    size,
    read: (offset, length) => {
      if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
        throw new Error(`asked for ${length} bytes at ${offset}`);
      }
      asked += length;
      largest = Math.max(largest, length);
      return bytes.subarray(offset, offset + length);
    },
    asked: () => asked,
    largest: () => largest,
  };
}

/** A result, or a reason. */
function attempt(bytes: Buffer): ElfFile | null | string {
  const file = counted(bytes);
  try {
    return readElf(file);
  } catch (error) {
    if (error instanceof RailcarError && error.code === 'elf-invalid') return error.message;
    throw error;
  } finally {
    expect(file.asked()).toBeLessThan(MAX_READ);
  }
}

const full: ElfParts = {
  interpreter: '/lib64/ld-linux-x86-64.so.2',
  needed: ['libz.so.1', 'libc.so.6'],
  soname: 'libx.so.2',
  runpath: '$ORIGIN/../lib',
  auxiliaries: ['libaux.so'],
  notes: [buildIdNote('00112233445566778899'), dlopenNote([{ soname: ['libd.so.1'] }])],
  sections: [{ name: '.gnu_debuglink', content: Buffer.from('x.debug\0\0\0\0\0') }],
};
const layouts: readonly ElfParts[] = [
  full,
  { ...full, littleEndian: false },
  { ...full, bits: 32, machine: 3 },
  { ...full, bits: 32, machine: 20, littleEndian: false },
];

describe('files that somebody has cut or changed', () => {
  test.each(layouts)('cut at any byte: %#', (parts) => {
    const whole = elfFile(parts);
    for (let end = 4; end < whole.length; end++) attempt(whole.subarray(0, end));
  });

  test('any byte changed to what hurts', () => {
    const whole = elfFile(full);
    for (let at = 4; at < whole.length; at++) {
      for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
        const changed = Buffer.from(whole);
        changed[at] = value;
        attempt(changed);
      }
    }
  });

  const number = fc.oneof(
    fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }),
    fc.constantFrom(0n, 1n, 0xffffn, 0x7fffffffn, 0xffffffffn, 0x7fffffffffffffffn, 0xffffffffffffffffn),
    fc.bigInt({ min: 0n, max: 4096n }),
  );
  const change = fc.record({ at: fc.nat(), value: number, size: fc.constantFrom(1, 2, 4, 8) });

  test('any numbers changed to any others', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...layouts),
        fc.array(change, { minLength: 1, maxLength: 12 }),
        (parts, changes) => {
          const bytes = elfFile(parts);
          for (const { at, value, size } of changes) {
            const place = 4 + (at % (bytes.length - 12));
            const written = Buffer.alloc(8);
            written.writeBigUInt64LE(value);
            written.copy(bytes, place, 0, size);
          }
          attempt(bytes);
        },
      ),
      { numRuns: 20_000, interruptAfterTimeLimit: 5_000, markInterruptAsFailure: false },
    );
  });

  test('bytes without sense behind a sound beginning', () => {
    const kind = fc.constantFrom(1, 2);
    fc.assert(
      fc.property(kind, kind, fc.uint8Array({ maxLength: 512 }), (bits, order, rest) => {
        attempt(Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits, order, 1]), rest]));
      }),
      { numRuns: 20_000, interruptAfterTimeLimit: 3_000, markInterruptAsFailure: false },
    );
  });

  // If this one is not found, those above look for nothing.
  test('the canary: a reader that believes the file is found out', () => {
    const trusting = (bytes: Buffer) => {
      const offset = Number(bytes.readBigUInt64LE(32));
      const count = bytes.readUInt16LE(56);
      for (let index = 0; index < count; index++) bytes.readUInt32LE(offset + index * 56);
    };
    expect(() => trusting(elfFile(full))).not.toThrow();
    const result = fc.check(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const bytes = elfFile(full);
        bytes[4 + (at % (bytes.length - 4))] = value;
        trusting(bytes);
      }),
      { numRuns: 20_000 },
    );
    expect(result.failed).toBe(true);
  });
});

describe('each with its reason', () => {
  const place = { phoff: 32, shoff: 40, phentsize: 54, phnum: 56 };
  /** Where the header of a segment is: 0 is PT_LOAD, then PT_INTERP, PT_DYNAMIC, PT_NOTE. */
  const segment = (index: number) => 64 + index * 56;
  /** The place of the value of the first entry of the dynamic section with this tag. */
  const entry = (bytes: Buffer, tag: bigint) => {
    let at = Number(bytes.readBigUInt64LE(segment(2) + 8));
    while (bytes.readBigUInt64LE(at) !== tag) at += 16;
    return at + 8;
  };
  type Change = (bytes: Buffer) => unknown;

  test.each<[string, Change, RegExp]>([
    ['class', (b) => b.writeUInt8(3, 4), /its class is 3/],
    ['byte order', (b) => b.writeUInt8(0, 5), /its byte order is 0/],
    ['version', (b) => b.writeUInt8(2, 6), /its version is 2/],
    [
      'segments outside',
      (b) => b.writeBigUInt64LE(1n << 62n, place.phoff),
      /program headers .* outside the file/,
    ],
    ['segments of another size', (b) => b.writeUInt16LE(57, place.phentsize), /have 57 bytes, not 56/],
    ['too many segments', (b) => b.writeUInt16LE(0xffff, place.phnum), /program headers .* outside the file/],
    ['interpreter outside', (b) => b.writeBigUInt64LE(1n << 40n, segment(1) + 8), /interpreter .* outside/],
    ['interpreter without end', (b) => b.writeBigUInt64LE(5n, segment(1) + 32), /interpreter has no end/],
    [
      'dynamic section outside',
      (b) => b.writeBigUInt64LE(1n << 63n, segment(2) + 8),
      /dynamic section .* outside/,
    ],
    [
      'names in no segment',
      (b) => b.writeBigUInt64LE(1n, entry(b, 5n)),
      /no segment holds the table of names, at 0x1/,
    ],
    ['too long a table', (b) => b.writeBigUInt64LE(1n << 50n, entry(b, 10n)), /table of names .* outside/],
    [
      'a name outside',
      (b) => b.writeBigUInt64LE(1n << 30n, entry(b, 1n)),
      /a name at 1073741824 lies outside/,
    ],
    ['a name without end', (b) => b.writeBigUInt64LE(40n, entry(b, 10n)), /the name at 31 has no end/],
  ])('%s', (_, edit, reason) => {
    const bytes = elfFile(full);
    edit(bytes);
    expect(attempt(bytes)).toMatch(reason);
  });

  test('a table of sections that is nonsense changes nothing for the loader', () => {
    const bytes = elfFile(full);
    bytes.writeBigUInt64LE(1n << 60n, place.shoff);
    expect(attempt(bytes)).toMatchObject({
      dynamic: { needed: ['libz.so.1', 'libc.so.6'] },
      buildId: '00112233445566778899',
      oddities: [expect.stringContaining('table of sections')],
    });
  });

  test('names that overlap do not make a small file ask for much memory', () => {
    const bytes = elfFile({ needed: ['x'.repeat(4000), ...Array.from({ length: 2000 }, () => '')] });
    const at = Number(bytes.readBigUInt64LE(segment(1) + 8));
    const name = bytes.readBigUInt64LE(at + 8);
    for (let index = 0; index < 2000; index++) bytes.writeBigUInt64LE(name, at + index * 16 + 8);
    expect(attempt(bytes)).toMatch(/its names are longer than 262144 bytes together/);
  });

  test('a dynamic section of a megabyte is refused before it is read', () => {
    const bytes = Buffer.concat([elfFile(full), Buffer.alloc(1024 * 1024)]);
    bytes.writeBigUInt64LE(1024n * 1024n, segment(2) + 32);
    expect(attempt(bytes)).toMatch(/the dynamic section has 1048576 bytes, more than 65536/);
  });

  test('a file that is said to be larger than it is ends early', () => {
    expect(() => readElf(counted(elfFile(full).subarray(0, 300), 10_000))).toThrow(/it ends within/);
  });

  test('memory is not asked for because of the size of the file', () => {
    const file = counted(elfFile({ ...full, noSections: true }), 2 ** 40);
    expect(readElf(file)?.dynamic?.needed).toHaveLength(2);
    expect(file.largest()).toBeLessThan(70_000);
  });

  test('megabytes of notes are not read', () => {
    const notes = Array.from({ length: 100 }, () => buildIdNote('00'.repeat(16_000)));
    expect(attempt(elfFile({ notes }))).toMatchObject({
      buildId: null,
      oddities: [expect.stringContaining('a part with notes has')],
    });
  });
});
