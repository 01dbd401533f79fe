import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RailcarError } from '../../../src/errors.ts';
import { readTar } from '../../../src/smith/tar/reader.ts';
import { memoryContent } from '../../../src/smith/tree/content.ts';
import { archive, pax, raw } from './archive.ts';

const seed = archive(
  { kind: 'directory', path: 'etc', mode: 0o755 },
  { kind: 'file', path: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\n' },
  pax({ path: 'näme', size: '3', 'SCHILY.xattr.user.a': 'b' }),
  raw({ 0: 'short' }, 'abc'),
  raw({ 0: '././@LongLink', 156: 'L' }, `${'l'.repeat(130)}\0`),
  raw({ 0: 'l' }, 'x'),
  { kind: 'hardlink', path: 'h', target: 'etc/passwd' },
  { kind: 'symlink', path: 's', target: '/etc' },
);

/** Bytes changed here and there, the checksums made to fit again so that what comes after them is reached too. */
const damaged = fc
  .array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
  .chain((changes) => fc.tuple(fc.constant(changes), fc.nat(seed.length), fc.boolean()))
  .map(([changes, length, cut]) => {
    const bytes = Buffer.from(seed);
    for (const [at, value] of changes) {
      bytes[at] = value;
      const block = bytes.subarray(at - (at % 512), at - (at % 512) + 512);
      if (!block.includes('ustar')) continue;
      block.fill(0x20, 148, 156);
      block.write(
        `${block
          .reduce((a, b) => a + b, 0)
          .toString(8)
          .padStart(6, '0')}\0 `,
        148,
        'latin1',
      );
    }
    return cut ? bytes.subarray(0, length) : bytes;
  });

interface Outcome {
  readonly problem: string | null;
  readonly refused: boolean;
}

/** What must hold of any bytes whatever. */
function judge(bytes: Buffer, read: typeof readTar): Outcome {
  try {
    for (const entry of read(memoryContent(bytes))) {
      if (/(^|\/)\.\.?(\/|$)|^\/|\0/.test(entry.path))
        return { problem: `path ${entry.path}`, refused: false };
      if (entry.kind === 'hardlink' && /(^|\/)\.\.(\/|$)|^\/|\0/.test(entry.target)) {
        return { problem: `target ${entry.target}`, refused: false };
      }
      const whole =
        Number.isSafeInteger(entry.size) && entry.size >= 0 && entry.start + entry.size <= bytes.length;
      if (!whole) return { problem: `size ${entry.size}`, refused: false };
    }
    return { problem: null, refused: false };
  } catch (error) {
    return { problem: error instanceof RailcarError ? null : String(error), refused: true };
  }
}

// Within a time, not a number: a busy machine tries less.
const budget = { interruptAfterTimeLimit: process.env.CI ? 10_000 : 3_000, numRuns: 1_000_000 };

describe('any bytes', () => {
  test('the seed itself is read', () => {
    expect(judge(seed, readTar)).toEqual({ problem: null, refused: false });
  });

  test('damaged archives', () => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        expect(judge(bytes, readTar).problem).toBeNull();
      }),
      budget,
    );
  });

  test('noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2048 }), (bytes) => {
        expect(judge(Buffer.from(bytes), readTar).problem).toBeNull();
      }),
      { ...budget, interruptAfterTimeLimit: 1_000 },
    );
  });

  test('a reader that believes every name is found out', () => {
    const gullible: typeof readTar = function* (bytes, limits) {
      for (const entry of readTar(bytes, limits)) yield { ...entry, path: entry.path.replace('etc', '..') };
    };
    expect(judge(seed, gullible).problem).toBe('path ..');
    const found = fc.check(
      fc.property(damaged, (bytes) => judge(bytes, gullible).problem === null),
      { numRuns: 500 },
    );
    expect(found.failed).toBe(true);
  });
});
