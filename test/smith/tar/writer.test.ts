import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTar } from '../../../src/smith/tar/reader.ts';
import { encodeEntry, type NewEntry } from '../../../src/smith/tar/writer.ts';
import { memoryContent } from '../../../src/smith/tree/content.ts';
import { archive } from './archive.ts';

const read = (bytes: Buffer) => [...readTar(memoryContent(bytes))];

describe('what is written', () => {
  test('is one plain header where ustar has room', () => {
    expect(
      encodeEntry({ kind: 'file', path: `${'a'.repeat(155)}/${'b'.repeat(100)}`, uid: 10 }),
    ).toHaveLength(512);
    expect(encodeEntry({ kind: 'directory', path: `${'a'.repeat(120)}` })).toHaveLength(3 * 512);
    expect(encodeEntry({ kind: 'file', path: 'big', size: 8 ** 11 - 1 })).toHaveLength(512);
    expect(encodeEntry({ kind: 'file', path: 'big', size: 8 ** 11 })).toHaveLength(3 * 512);
  });

  test('is what GNU tar reads', () => {
    const long = `${'d/'.repeat(60)}${'n'.repeat(140)}`;
    const bytes = archive(
      { kind: 'directory', path: '', mode: 0o755 },
      { kind: 'file', path: long, content: 'x', mode: 0o755, uid: 3_000_000, gid: 10 },
      { kind: 'symlink', path: 's', target: 't'.repeat(120), mode: 0o777 },
      { kind: 'hardlink', path: 'h', target: long },
    );
    const listing = execFileSync('tar', ['--numeric-owner', '--utc', '-tvf', '-'], {
      input: bytes,
      encoding: 'utf8',
    });
    expect(listing.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 ./',
      `-rwxr-xr-x 3000000/10 1 1970-01-01 00:00 ${long}`,
      `lrwxrwxrwx 0/0 0 1970-01-01 00:00 s -> ${'t'.repeat(120)}`,
      `hrw-r--r-- 0/0 0 1970-01-01 00:00 h link to ${long}`,
      '',
    ]);
  });

  test('is read back', () => {
    const part = fc
      .string({ minLength: 1, maxLength: 120, unit: 'grapheme' })
      .map((s) => `p${s.replaceAll(/[/\0]/g, '_')}`.slice(0, 60));
    const entry: fc.Arbitrary<NewEntry> = fc.record({
      kind: fc.constantFrom('file', 'directory', 'fifo', 'character'),
      path: fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('/')),
      mode: fc.nat(0o7777),
      uid: fc.nat(0xfffffffe),
      gid: fc.nat(0xfffffffe),
      mtime: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
      major: fc.nat(0o777),
      xattrs: fc
        .dictionary(
          fc.constantFrom('user.a', 'security.capability', 'user.ü'),
          fc.uint8Array({ maxLength: 9 }),
        )
        .map((given) => new Map(Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1)))),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 4 }), (entries) => {
        const found = read(archive(...entries));
        expect(found).toHaveLength(entries.length);
        for (const [index, wanted] of entries.entries()) {
          const { xattrs, ...rest } = wanted;
          expect(found[index]).toMatchObject(rest);
          expect([...(found[index]?.xattrs ?? [])].map(([key, value]) => [key, [...value]])).toEqual(
            [...(xattrs ?? [])].map(([key, value]) => [key, [...value]]),
          );
        }
      }),
      { numRuns: 200 },
    );
  });
});
