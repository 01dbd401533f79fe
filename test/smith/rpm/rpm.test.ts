import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { openRpm } from '../../../src/smith/rpm/package.ts';
import { tags } from '../../../src/smith/rpm/tags.ts';
import { unpackRpms } from '../../../src/smith/source/rpm.ts';
import { wholeContent } from '../../../src/smith/tree/content.ts';
import type { Tree } from '../../../src/smith/tree/tree.ts';
import { cpio, demo, type Member, packageOf, rpm, words } from './make.ts';

let folder: string;
let workspace: Workspace;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'railcar-rpm-'));
  workspace = new Workspace(folder);
});
afterAll(() => {
  workspace.close();
  rmSync(folder, { recursive: true });
});

let count = 0;
function written(bytes: Buffer): string {
  const path = join(folder, `${++count}.rpm`);
  writeFileSync(path, bytes);
  return path;
}

const unpack = (...packages: Buffer[]) => unpackRpms(packages.map(written), 'x86_64', workspace);

/** `path: content`, `path -> target`, without directories. */
function listing(tree: Tree): string[] {
  return [...tree.walk()].flatMap(([path, node]) => {
    if (node.kind === 'directory') return [];
    if (node.kind === 'symlink') return [`${path} -> ${node.target}`];
    return [`${path}: ${node.kind === 'file' ? wholeContent(node.content).toString() : node.kind}`];
  });
}

const named = (name: string, architecture = 'noarch') => ({
  [tags.name]: name,
  [tags.architecture]: architecture,
});
const link = (path: string, target: string): Member => ({ path, target, mode: 0o120777 });

describe('a package file', () => {
  test('says what it is, and what it was built of', () => {
    const values = { [tags.epoch]: words(1), [tags.vendor]: 'Fedora Project' };
    expect(openRpm(written(packageOf([], { values })), workspace).about).toEqual({
      type: 'rpm',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      name: 'demo',
      version: '1:1.0-2.fc40',
      architecture: 'noarch',
      source: { name: 'demo-src', version: '1.0-2.fc40' },
      license: 'MIT',
      maintainer: 'Fedora Project',
    });
  });

  test('has files, links, directories and names of one file', async () => {
    const { tree, database } = await unpack(
      packageOf([
        { path: '/usr/bin/demo', text: 'program', mode: 0o104755 },
        link('/usr/bin/other', 'demo'),
        { path: '/usr/share/demo', mode: 0o040755 },
        { path: '/usr/share/demo/empty' },
        { path: '/run/demo.pid', flags: 64 },
      ]),
    );
    expect(listing(tree)).toEqual([
      '/usr/bin/demo: program',
      '/usr/bin/other -> demo',
      '/usr/share/demo/empty: ',
    ]);
    expect(tree.get('/usr/bin/demo')).toMatchObject({ mode: 0o4755, mtime: 1_700_000_000 });
    expect([...database.owners.keys()]).toEqual(['/usr/bin/demo', '/usr/bin/other', '/usr/share/demo/empty']);
  });

  test('has the content of a file with several names with the last of them', async () => {
    const members = ['/a', '/b', '/c'].map((path) => ({ path, text: 'same', inode: 7 }));
    const payload = gzipSync(
      cpio([
        { name: './a', links: 3 },
        { name: './b', links: 3 },
        { name: './c', links: 3, text: 'same' },
      ]),
    );
    const { tree } = await unpack(packageOf(members, { payload }));
    expect(listing(tree)).toEqual(['/a: same', '/b: same', '/c: same']);
    expect(tree.get('/a')).toBe(tree.get('/c'));
  });

  test.each(['xz', 'bzip2', 'zstd', 'gzip', 'none'])('is compressed with %s', async (compressor) => {
    const plain = cpio([{ name: './x', text: 'content' }]);
    const payload =
      compressor === 'zstd'
        ? zstdCompressSync(plain)
        : compressor === 'none'
          ? plain
          : execFileSync(compressor, ['-c'], { input: plain });
    const values = { [tags.payloadCompressor]: compressor };
    const { tree } = await unpack(packageOf([{ path: '/x', text: 'content' }], { values, payload }));
    expect(listing(tree)).toEqual(['/x: content']);
  });

  test('of files beyond 4 GiB has their sizes in the header alone', async () => {
    const stripped = (index: number, text: string) => {
      const head = Buffer.from(`07070X${index.toString(16).padStart(8, '0')}`.padEnd(16, '\0'));
      return Buffer.concat([head, Buffer.from(text), Buffer.alloc((4 - (text.length % 4)) % 4)]);
    };
    const payload = gzipSync(Buffer.concat([stripped(1, 'to'), stripped(0, 'large'), cpio([])]));
    const { tree } = await unpack(packageOf([{ path: '/x', text: 'large' }, link('/y', 'to')], { payload }));
    expect(listing(tree)).toEqual(['/x: large', '/y -> to']);
  });
});

describe('packages over each other', () => {
  test('lie below the links of those that have links, in whatever order they are given', async () => {
    const packages = [
      packageOf([{ path: '/lib64/libc.so.6', text: 'libc' }], { values: named('aaa') }),
      packageOf([link('/lib64', 'usr/lib64'), { path: '/usr/lib64', mode: 0o040755 }], {
        values: named('filesystem'),
      }),
      packageOf([{ path: '/lib64', mode: 0o040755 }], { values: named('zzz') }),
    ];
    const expected = ['/lib64 -> usr/lib64', '/usr/lib64/libc.so.6: libc'];
    expect(listing((await unpack(...packages)).tree)).toEqual(expected);
    const { tree, database } = await unpack(...packages.toReversed());
    expect(listing(tree)).toEqual(expected);
    expect(database.owners.get('/usr/lib64/libc.so.6')?.name).toBe('aaa');
  });

  test('of two architectures: the files of the one that was asked for count', async () => {
    const one = (architecture: string) =>
      packageOf([{ path: '/usr/bin/x', text: architecture }], { values: named('x', architecture) });
    expect(listing((await unpack(one('x86_64'), one('i686'))).tree)).toEqual(['/usr/bin/x: x86_64']);
    expect(listing((await unpack(one('i686'), one('x86_64'))).tree)).toEqual(['/usr/bin/x: x86_64']);
    const paths = [one('i686'), one('x86_64')].map(written);
    expect(listing((await unpackRpms(paths, 'i686', workspace)).tree)).toEqual(['/usr/bin/x: i686']);
  });

  test('tell the distribution', async () => {
    const values = { [tags.vendor]: 'Oracle America', [tags.release]: '35.el9_4' };
    expect((await unpack(packageOf([], { values }))).distribution).toMatchObject({ id: 'ol', version: '9' });
    expect((await unpack(packageOf([]))).distribution).toBeNull();
  });
});

describe('a hostile package', () => {
  const x = { path: '/x', text: 'content' };
  const refused: readonly (readonly [string, () => Buffer, RegExp])[] = [
    ['a name with ".."', () => packageOf([{ path: '/usr/../../../etc/x' }]), /there is a ".." in its name/],
    [
      'a name that is a path',
      () => packageOf([x], { values: { [tags.baseNames]: ['a/../../b'] } }),
      /is in no folder/,
    ],
    [
      'a name in no folder',
      () => packageOf([x], { values: { [tags.directoryIndexes]: words(9) } }),
      /is in no folder/,
    ],
    [
      'fewer values than files',
      () => packageOf([x, { path: '/y' }], { values: { [tags.fileSizes]: words(7) } }),
      /2 files and 1 values/,
    ],
    [
      'a payload with a file that the header lacks',
      () =>
        packageOf([x], {
          payload: gzipSync(cpio([{ name: './x', text: 'content' }, { name: '../../etc/y' }])),
        }),
      /does not have file "..\/..\/etc\/y"/,
    ],
    [
      'a payload with a file twice',
      () =>
        packageOf([x], {
          payload: gzipSync(
            cpio([
              { name: './x', text: 'content' },
              { name: 'x', text: 'content' },
            ]),
          ),
        }),
      /does not have file "x" of its payload/,
    ],
    [
      'a payload that lacks a file',
      () => packageOf([x], { payload: gzipSync(cpio([])) }),
      /its payload lacks file "x"/,
    ],
    [
      'another content',
      () => packageOf([x], { payload: gzipSync(cpio([{ name: './x', text: 'kontent' }])) }),
      /another digest/,
    ],
    [
      'another size',
      () => packageOf([x], { payload: gzipSync(cpio([{ name: './x', text: 'contents' }])) }),
      /another size/,
    ],
    [
      'digests of nothing known',
      () => packageOf([x], { values: { [tags.fileDigestAlgorithm]: words(99) } }),
      /digests of an unknown kind/,
    ],
    [
      'a payload that is cut short',
      () => packageOf([x], { payload: gzipSync(cpio([{ name: './x', text: 'content' }]).subarray(0, 118)) }),
      /it is cut short/,
    ],
    [
      'a payload that ends without saying so',
      () => packageOf([x], { payload: gzipSync(cpio([{ name: './x', text: 'content' }]).subarray(0, 124)) }),
      /it is cut short/,
    ],
    [
      'a payload of something else',
      () => packageOf([x], { payload: gzipSync(Buffer.alloc(4096, 65)) }),
      /there is no entry/,
    ],
    [
      'a payload that never ends',
      () => packageOf([x], { payload: gzipSync(Buffer.alloc(3 << 20)) }),
      /more than \d+ bytes/,
    ],
    [
      'the same, compressed elsewhere',
      () =>
        packageOf([x], {
          values: { [tags.payloadCompressor]: 'xz' },
          payload: execFileSync('xz', ['-c'], { input: Buffer.alloc(64 << 20) }),
        }),
      /more than \d+ bytes/,
    ],
    [
      'a payload that is an archive of tar',
      () => packageOf([x], { values: { [tags.payloadFormat]: 'drpm' } }),
      /of the form "drpm"/,
    ],
    ['a link to nowhere', () => packageOf([link('/x', '')]), /leads nowhere/],
    ['a file of no kind', () => packageOf([{ path: '/x', mode: 0o070644 }]), /of no kind/],
    [
      'a package of sources',
      () => rpm({ ...demo, [tags.sourcePackage]: [] }, Buffer.alloc(0)),
      /a package of sources/,
    ],
    ['no name', () => rpm({ ...demo, [tags.name]: [] }, Buffer.alloc(0)), /neither name nor version/],
    ['no package at all', () => Buffer.from('PK'), /is no RPM package/],
    ['half a package', () => packageOf([x]).subarray(0, 200), /its header is cut short/],
    ['a quarter of one', () => packageOf([x]).subarray(0, 97), /a header is not where it should be/],
    [
      'a header of 4 GB',
      () => Buffer.concat([packageOf([x]).subarray(0, 104), Buffer.from('0000ffffffffffff', 'hex')]),
      /absurdly large/,
    ],
  ];

  test.each(refused)('with %s is refused', async (_, make, reason) => {
    await expect(unpack(make())).rejects.toThrow(reason);
  });

  test('with values beyond its header is refused, wherever it is cut or changed', async () => {
    const good = packageOf([x, link('/y', 'x')], { values: { [tags.payloadCompressor]: 'gzip' } });
    let refusals = 0;
    for (let at = 96; at < good.length; at += 3) {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      // Nothing but a refusal in words, or files below the root.
      try {
        for (const entry of listing((await unpack(bytes)).tree)) expect(entry).not.toContain('..');
      } catch (error) {
        expect(error).toMatchObject({ name: 'RailcarError' });
        refusals++;
      }
    }
    expect(refusals).toBeGreaterThan(50);
  });

  test('with a file where another has a directory with files is refused', async () => {
    const below = packageOf([{ path: '/d/x', text: 'x' }], { values: named('a') });
    const instead = packageOf([{ path: '/d', text: 'd' }], { values: named('b') });
    await expect(unpack(below, instead)).rejects.toThrow(
      /^package ".*": cannot read entry "d" at offset \d+: it is a file where another package has a directory/,
    );
  });

  test('with a link out of the root leads to nothing but the root', async () => {
    const out = packageOf([link('/out', `../../../../../..${folder}/outside`)], { values: named('a') });
    const through = packageOf([{ path: '/out/file', text: 'escaped' }], { values: named('b') });
    const { tree } = await unpack(out, through);
    expect(listing(tree)).toContain(`${folder}/outside/file: escaped`);
    expect(existsSync(join(folder, 'outside'))).toBe(false);
  });
});
