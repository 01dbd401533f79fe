import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { RailcarError } from '../../../src/errors.ts';
import { isFor, readCache } from '../../../src/smith/elf/cache.ts';
import { memoryContent } from '../../../src/smith/tree/content.ts';

interface Entry {
  readonly soname: string;
  readonly path: string;
  readonly flags?: number;
  readonly hwcap?: bigint;
}

const entries: readonly Entry[] = [
  { soname: 'libz.so.1', path: '/lib/x86_64-linux-gnu/libz.so.1', flags: 0x303 },
  { soname: 'libz.so.1', path: '/lib32/libz.so.1', flags: 0x003 },
  { soname: 'libm.so.6', path: '/lib/glibc-hwcaps/x86-64-v3/libm.so.6', flags: 0x303, hwcap: 1n << 62n },
  { soname: 'libm.so.6', path: '/lib/libm.so.6', flags: 0x303 },
];
const expected = [
  ['libz.so.1', '/lib/x86_64-linux-gnu/libz.so.1', 0x303, false],
  ['libz.so.1', '/lib32/libz.so.1', 0x003, false],
  ['libm.so.6', '/lib/glibc-hwcaps/x86-64-v3/libm.so.6', 0x303, true],
  ['libm.so.6', '/lib/libm.so.6', 0x303, false],
];

/** glibc's sysdeps/generic/dl-cache.h: `struct cache_file_new`. */
function newCache(all: readonly Entry[], { littleEndian = true, mark = true } = {}): Buffer {
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    if (littleEndian) bytes.writeUInt32LE(value);
    else bytes.writeUInt32BE(value);
    return bytes;
  };
  const base = 48 + all.length * 24;
  let strings = '';
  const name = (text: string) => {
    strings += `${text}\0`;
    return base + strings.length - text.length - 1;
  };
  const rows = all.map(({ soname, path, flags = 0x303, hwcap = 0n }) => {
    const [high, low] = [u32(Number(hwcap >> 32n)), u32(Number(hwcap & 0xffffffffn))];
    const halves = littleEndian ? [low, high] : [high, low];
    return Buffer.concat([u32(flags), u32(name(soname)), u32(name(path)), u32(0), ...halves]);
  });
  const flag = Buffer.from([mark ? (littleEndian ? 2 : 3) : 0, 0, 0, 0]);
  const header = [
    Buffer.from('glibc-ld.so.cache1.1'),
    u32(all.length),
    u32(strings.length),
    flag,
    Buffer.alloc(16),
  ];
  return Buffer.concat([...header, ...rows, Buffer.from(strings)]);
}

function oldCache(all: readonly Entry[], inner: Buffer = Buffer.alloc(0)): Buffer {
  const rows: Buffer[] = [];
  const end = 16 + all.length * 12;
  const gap = Buffer.alloc(inner.length === 0 ? 0 : -end & 7);
  let strings = '';
  const name = (text: string) => {
    strings += `${text}\0`;
    return gap.length + inner.length + strings.length - text.length - 1;
  };
  for (const { soname, path, flags = 3 } of all) {
    const row = Buffer.alloc(12);
    row.writeUInt32LE(flags);
    row.writeUInt32LE(name(soname), 4);
    row.writeUInt32LE(name(path), 8);
    rows.push(row);
  }
  const header = Buffer.alloc(16);
  header.write('ld.so-1.7.0');
  header.writeUInt32LE(all.length, 12);
  return Buffer.concat([header, ...rows, gap, inner, Buffer.from(strings)]);
}

function read(bytes: Buffer) {
  return [...readCache(memoryContent(bytes)).values()].flatMap((list) =>
    list.map(({ soname, path, flags, forSomeProcessors }) => [soname, path, flags, forSomeProcessors]),
  );
}

describe('formats', () => {
  test.each([true, false])('new, little-endian %s, marked and as before glibc 2.33', (littleEndian) => {
    expect(read(newCache(entries, { littleEndian }))).toEqual(expected);
    expect(read(newCache(entries, { littleEndian, mark: false }))).toEqual(expected);
  });

  test('old, which knows nothing of processors', () => {
    expect(read(oldCache(entries))).toEqual(
      expected.map(([soname, path, flags]) => [soname, path, flags, false]),
    );
  });

  test.each([1, 2])('both in one file: the new one counts (%i entries of the old one)', (count) => {
    const old = entries.slice(0, count).map((entry) => ({ ...entry, path: '/old' }));
    expect(read(oldCache(old, newCache(entries)))).toEqual(expected);
  });

  test('an entry that points outside is left out', () => {
    const bytes = newCache(entries);
    bytes.writeUInt32LE(0x7fffffff, 48 + 8);
    expect(read(bytes)).toEqual(expected.slice(1));
  });
});

test('whose entries a loader looks at', () => {
  const entry = (flags: number) => ({ soname: 'x', path: 'x', flags, forSomeProcessors: false });
  const machine = (number: number, bits: 32 | 64) => ({
    machine: number,
    bits,
    littleEndian: true,
    flags: 0,
  });
  expect(isFor(entry(0x303), machine(62, 64))).toBe(true);
  expect(isFor(entry(0x003), machine(62, 64))).toBe(false);
  expect(isFor(entry(0x003), machine(3, 32))).toBe(true);
  expect(isFor(entry(0x303), machine(3, 32))).toBe(false);
  expect(isFor(entry(0xa03), machine(183, 64))).toBe(true);
  expect(isFor(entry(0x303), machine(9999, 64))).toBe(true);
});

describe('hostile ones', () => {
  const attempt = (bytes: Buffer) => {
    try {
      return readCache(memoryContent(bytes));
    } catch (error) {
      if (error instanceof RailcarError && error.code === 'elf-invalid') return error.message;
      throw error;
    }
  };

  test.each<[string, Buffer, RegExp]>([
    ['empty', Buffer.alloc(0), /of no known format/],
    ['a text', Buffer.from('glibc-ld.so.cache9.9'), /of no known format/],
    ['cut', newCache(entries).subarray(0, 40), /ends within its header/],
    ['more entries than bytes', newCache(entries).fill(0x7f, 20, 24), /more libraries than it has room for/],
  ])('%s', (_, bytes, reason) => {
    expect(attempt(bytes)).toMatch(reason);
  });

  test('a name that all share does not grow', () => {
    const bytes = newCache([
      { soname: 'x', path: 'y'.repeat(4000) },
      ...Array.from({ length: 5000 }, () => entries[0] ?? { soname: '', path: '' }),
    ]);
    for (let index = 1; index <= 5000; index++) bytes.copy(bytes, 48 + index * 24 + 8, 48 + 8, 48 + 12);
    expect(attempt(bytes)).toMatch(/its names are longer than the file/);
  });

  test('any bytes changed or cut: entries or a reason', () => {
    const sound = [newCache(entries), oldCache(entries), oldCache(entries, newCache(entries))];
    fc.assert(
      fc.property(
        fc.constantFrom(...sound),
        fc.array(fc.tuple(fc.nat(), fc.nat(255))),
        fc.nat(),
        (whole, changes, cut) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          attempt(cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes);
        },
      ),
      { numRuns: 10_000, interruptAfterTimeLimit: 3_000, markInterruptAsFailure: false },
    );
  });
});

describe('beside ldconfig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'smith-cache-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['new', 'old', 'compat'])('what it writes as %s', (format) => {
    const directory = join(folder, format);
    mkdirSync(directory);
    writeFileSync(join(folder, 'x.c'), 'int x;\n');
    for (const name of ['libone.so.1', 'libtwo.so.2']) {
      const options = ['-shared', '-fPIC', `-Wl,-soname,${name}`, '-o', join(directory, `${name}.5`)];
      execFileSync('gcc', [...options, join(folder, 'x.c')]);
      symlinkSync(`${name}.5`, join(directory, name));
    }
    const conf = join(directory, 'conf');
    const cache = join(directory, 'cache');
    writeFileSync(conf, `${directory}\n`);
    execFileSync('/sbin/ldconfig', ['-X', '-c', format, '-C', cache, '-f', conf], { stdio: 'ignore' });
    const lines = execFileSync('/sbin/ldconfig', ['-p', '-C', cache]).toString().split('\n');
    const listed = lines.flatMap(
      (line) => (/^\t(\S+) \(.*\) => (.*)$/.exec(line)?.slice(1) ?? []).join(' ') || [],
    );
    const found = read(readFileSync(cache)).map(([soname, path]) => `${soname} ${path}`);
    expect(found.sort()).toEqual(listed.sort());
    expect(found).toContain(`libone.so.1 ${directory}/libone.so.1`);
  });
});
