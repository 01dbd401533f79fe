import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTar, type TarLimits } from '../../../src/smith/tar/reader.ts';
import { memoryContent } from '../../../src/smith/tree/content.ts';
import { archive, pax, raw } from './archive.ts';

const read = (bytes: Buffer, limits?: TarLimits) => [...readTar(memoryContent(bytes), limits)];
const end = Buffer.alloc(1024);

describe('archives of GNU tar', () => {
  let folder: string;
  const long = `${'long/'.repeat(30)}${'n'.repeat(120)}`;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'railcar-test-'));
    mkdirSync(join(folder, 'root/long/'.concat('long/'.repeat(29))), { recursive: true });
    writeFileSync(join(folder, 'root', long), 'deep');
    writeFileSync(join(folder, 'root/a'), 'hello');
    linkSync(join(folder, 'root/a'), join(folder, 'root/b'));
    symlinkSync(`../${'x/'.repeat(80)}y`, join(folder, 'root/c'));
    writeFileSync(Buffer.concat([Buffer.from(join(folder, 'root/')), Buffer.of(0x65, 0xe9)]), 'latin1');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['gnu', 'posix', 'oldgnu'])('%s', (format) => {
    const bytes = execFileSync(
      'tar',
      [
        `--format=${format}`,
        '--sort=name',
        '--mtime=@1500000000.5',
        '--owner=:3000000',
        '--group=:7',
        '-C',
        `${folder}/root`,
        '-c',
        '.',
      ],
      { maxBuffer: 1 << 24 },
    );
    const entries = read(bytes);
    const by = (path: string) => entries.find((entry) => entry.path === path);
    expect(entries[0]).toMatchObject({ kind: 'directory', path: '', uid: 3_000_000, gid: 7 });
    expect(Math.floor(by('a')?.mtime ?? 0)).toBe(1_500_000_000);
    const deep = by(long);
    expect(bytes.toString('latin1', deep?.start, (deep?.start ?? 0) + (deep?.size ?? 0))).toBe('deep');
    expect(by('b')).toMatchObject({ kind: 'hardlink', target: 'a', size: 0 });
    expect(by('c')?.target).toBe(`../${'x/'.repeat(80)}y`);
    expect(by('e\udce9')).toMatchObject({ kind: 'file', size: 6 });
  });

  test.each(['v7', 'ustar'])('%s', (format) => {
    const bytes = execFileSync('tar', [
      `--format=${format}`,
      '--sort=name',
      '-C',
      `${folder}/root`,
      '-c',
      'a',
      'b',
    ]);
    expect(read(bytes).map(({ kind, path, target }) => [kind, path, target])).toEqual([
      ['file', 'a', ''],
      ['hardlink', 'b', 'a'],
    ]);
  });

  test('sparse files are refused in every form', () => {
    execFileSync('truncate', ['-s', '1M', `${folder}/sparse`]);
    for (const format of ['gnu', 'posix']) {
      const bytes = execFileSync('tar', [`--format=${format}`, '-S', '-C', folder, '-c', 'sparse'], {
        maxBuffer: 1 << 24,
      });
      expect(() => read(bytes), format).toThrow('it is a sparse file');
    }
  });
});

describe('numbers', () => {
  const size = (field: Buffer | string) => () =>
    read(Buffer.concat([raw({ 0: 'f', 124: field }), end]))[0]?.size;

  test('octal with spaces, and base 256', () => {
    expect(read(archive(raw({ 0: 'f', 108: '     12 ', 116: '\0\0\0\0\0\0\0\0' })))[0]).toMatchObject({
      uid: 10,
      gid: 0,
    });
    const huge = Buffer.from('800000000000000000000100', 'hex');
    expect(read(Buffer.concat([raw({ 0: 'f', 124: huge }), Buffer.alloc(256 + 256), end]))[0]?.size).toBe(
      256,
    );
    expect(
      read(archive(raw({ 0: 'f', 136: Buffer.from('ffffffffffffffffffffff9c', 'hex') })))[0]?.mtime,
    ).toBe(-100);
  });

  test.each([
    ['negative', Buffer.from('ffffffffffffffffffffffff', 'hex'), 'its size is negative'],
    [
      'absurd',
      Buffer.from('800000000000000100000000', 'hex'),
      'claims 4294967296 bytes and the archive has 1024 more',
    ],
    ['beyond any number', Buffer.from('80ffffffffffffffffffffff', 'hex'), 'its size is no number'],
    ['not octal', '00000000009\0', 'its size is no number'],
    ['a sign', '-0000000001\0', 'its size is no number'],
  ])('a size that is %s', (_, field, reason) => {
    expect(size(field)).toThrow(reason);
  });

  test.each([
    [{ size: '-1' }, 'its size is no number: "-1"'],
    [{ size: '0x10' }, 'its size is no number'],
    [{ size: '99999999999999999999' }, 'its size is no number'],
    [{ size: '9007199254740991' }, 'cut short, or absurd'],
    [{ uid: '4294967295' }, 'its owner 4294967295:0'],
    [{ mtime: 'yesterday' }, 'its mtime is no number'],
  ])('in an extension header: %o', (records, reason) => {
    expect(() => read(archive(pax(records), { kind: 'file', path: 'f' }))).toThrow(reason);
  });
});

describe('extension headers', () => {
  test('of one entry, of all, and taken back', () => {
    const entries = read(
      archive(
        pax({ gid: '5', mtime: '12.5', 'SCHILY.xattr.user.all': 'yes' }, 'g'),
        pax({ path: 'ä', uid: '7', 'SCHILY.xattr.user.a': Buffer.of(0, 61, 10) }),
        { kind: 'file', path: 'x' },
        pax({ gid: '' }),
        { kind: 'file', path: 'y', gid: 3 },
        pax({ gid: '', mtime: '' }, 'g'),
        { kind: 'file', path: 'z' },
      ),
    );
    expect(entries[0]).toMatchObject({ path: 'ä', uid: 7, gid: 5, mtime: 12.5 });
    expect([...(entries[0]?.xattrs ?? [])]).toEqual([
      ['user.all', Buffer.from('yes')],
      ['user.a', Buffer.of(0, 61, 10)],
    ]);
    expect(entries[1]).toMatchObject({ path: 'y', gid: 3, mtime: 12.5 });
    expect(entries[2]).toMatchObject({ gid: 0, mtime: 0 });
  });

  test.each([
    ['not a record', raw({ 0: 'p', 156: 'x' }, 'hello world\n'), 'its extension header is damaged'],
    ['a record longer than the header', raw({ 0: 'p', 156: 'x' }, '99 path=a\n'), 'is damaged'],
    ['a record of no length', raw({ 0: 'p', 156: 'x' }, '0 path=a\n'), 'is damaged'],
    ['two for one entry', Buffer.concat([pax({ uid: '1' }), pax({ uid: '2' })]), 'two extension headers'],
    [
      'two long names',
      Buffer.concat([raw({ 156: 'L' }, 'a\0'), raw({ 156: 'L' }, 'b\0')]),
      'a second long name',
    ],
    [
      'two kinds of long name',
      Buffer.concat([raw({ 156: 'L' }, 'a\0'), pax({ path: 'b' })]),
      'different names',
    ],
    [
      'absurdly long',
      raw({ 156: 'L', 124: '00004000001\0' }),
      'an extension header of 1048577 bytes is absurd',
    ],
    ['a NUL in a name', pax({ path: 'a\0b' }), 'there is a NUL in its name'],
  ])('%s', (_, bytes, reason) => {
    expect(() => read(archive(bytes, { kind: 'file', path: 'f' }))).toThrow(reason);
  });

  test('with nothing after it', () => {
    expect(() => read(archive(pax({ uid: '1' })))).toThrow('offset 0: nothing follows an extension header');
    expect(() => read(pax({ uid: '1' }), { mayEndEarly: true })).toThrow('nothing follows');
  });
});

describe('names', () => {
  test.each([
    ['../etc/passwd', 'there is a ".." in its name'],
    ['a/../../b', 'there is a ".." in its name'],
    ['..', 'there is a ".." in its name'],
    ['/etc/passwd', 'its name is absolute'],
    ['', 'it has no name'],
    ['.', 'it is the root and no directory'],
    ['a/', 'its name is that of a directory'],
  ])('%s', (name, reason) => {
    expect(() => read(archive(raw({ 0: name })))).toThrow(reason);
  });

  test('the sentence has name and offset', () => {
    expect(() => read(archive({ kind: 'file', path: 'ok' }, raw({ 0: '../\u001b[2J' })))).toThrow(
      'cannot read entry "../\\x1b[2J" at offset 512: there is a ".."',
    );
  });

  test('too long, whole or in part', () => {
    expect(() => read(archive(raw({ 156: 'L' }, 'a/'.repeat(2048)), raw({ 0: 'f' })))).toThrow(
      'longer than 4095',
    );
    expect(() => read(archive({ kind: 'file', path: 'n'.repeat(256) }))).toThrow('longer than 255 bytes');
  });

  test('are made plain', () => {
    expect(read(archive(raw({ 0: './/a/./b//', 156: '5' })))[0]?.path).toBe('a/b');
    expect(read(archive(raw({ 0: '/', 156: '5' })))[0]?.path).toBe('');
  });

  test('of links', () => {
    const link = (target: string) => read(archive(raw({ 0: 'l', 156: '1', 157: target })))[0]?.target;
    expect(link('/usr/bin/x')).toBe('usr/bin/x');
    expect(() => link('../../etc/shadow')).toThrow(
      'it is a hard link to "../../etc/shadow": there is a ".."',
    );
    expect(() => link('')).toThrow('it has no name');
    expect(() => read(archive(raw({ 0: 'l', 156: '2' })))).toThrow('a symbolic link to nothing');
    expect(read(archive(raw({ 0: 'l', 156: '2', 157: '../../../etc' })))[0]?.target).toBe('../../../etc');
    expect(() => read(archive(pax({ linkpath: 'a\0b' }), raw({ 0: 'l', 156: '2' })))).toThrow(
      'a NUL in the target',
    );
  });
});

describe('the archive', () => {
  const good = archive({ kind: 'file', path: 'f', content: 'x'.repeat(600) });

  test.each(['S', 'M', 'D', 'N', 'V', 'Z', 'A'])('an entry of kind %s', (type) => {
    expect(() => read(archive(raw({ 0: 'f', 156: type })))).toThrow('cannot read entry "f" at offset 0: it');
  });

  test('content where there is none', () => {
    expect(() => read(archive(raw({ 0: 'd', 156: '5' }, 'secret')))).toThrow(
      'it is a directory and has content',
    );
    expect(() => read(archive(raw({ 0: 'l', 156: '1', 157: 'x' }, 'secret')))).toThrow(
      'it is a hardlink and has',
    );
  });

  test.each([300, 512, 700, 1100])('cut at %i', (length) => {
    expect(() => read(good.subarray(0, length))).toThrow(/ends in the middle|cut short/);
  });

  test('without its end, where a digest vouches for it', () => {
    expect(read(good.subarray(0, 1536), { mayEndEarly: true })).toHaveLength(1);
    expect(() => read(good.subarray(0, 1536))).toThrow('offset 1536: it is cut short: its end is missing');
  });

  test('something after its end, or after one block of zeros', () => {
    const second = archive({ kind: 'file', path: 'hidden' });
    expect(() => read(Buffer.concat([good, second]))).toThrow('something follows the end of the archive');
    expect(() => read(Buffer.concat([good, Buffer.alloc(10 * 512), Buffer.from('x')]))).toThrow(
      'something follows',
    );
    expect(() => read(Buffer.concat([good.subarray(0, -512), second]))).toThrow('something follows');
    expect(read(Buffer.concat([good, Buffer.alloc(10 * 512 + 7)]))).toHaveLength(1);
  });

  test('a wrong checksum, and no archive at all', () => {
    const bad = Buffer.from(good);
    bad[0] = 0x67;
    expect(() => read(bad)).toThrow('the checksum of the header does not fit');
    expect(() => read(Buffer.from('hello'.repeat(300)))).toThrow('checksum');
    expect(() => read(Buffer.from('hello'))).toThrow('it ends in the middle of a header');
  });

  test('an archive in it stays content', () => {
    const inner = archive({ kind: 'file', path: 'inner' });
    expect(read(archive({ kind: 'file', path: 'x.tar', content: inner })).map(({ path }) => path)).toEqual([
      'x.tar',
    ]);
  });

  test('too many entries', () => {
    const many = archive(...Array.from({ length: 5 }, (_, n) => ({ kind: 'file' as const, path: `f${n}` })));
    expect(() => read(many, { entries: 4 })).toThrow('it has more than 4 entries');
  });
});
