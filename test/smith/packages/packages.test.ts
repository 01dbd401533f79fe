import { describe, expect, test } from 'vitest';
import { readApk } from '../../../src/smith/packages/apk.ts';
import { readParagraphs } from '../../../src/smith/packages/control.ts';
import { readDistribution } from '../../../src/smith/packages/distribution.ts';
import { readDpkg } from '../../../src/smith/packages/dpkg.ts';
import type { PackageDatabase } from '../../../src/smith/packages/package.ts';
import { memoryContent } from '../../../src/smith/tree/content.ts';
import { file, symlink } from '../../../src/smith/tree/node.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';

/** A tree of texts by path; an array is a link. */
function treeOf(files: Readonly<Record<string, string | readonly [string]>>): Tree {
  const tree = new Tree();
  for (const [path, text] of Object.entries(files)) {
    tree.add(path, typeof text === 'string' ? file(memoryContent(text)) : symlink(text[0]));
  }
  return tree;
}

const ownersOf = ({ owners }: PackageDatabase) =>
  Object.fromEntries([...owners].map(([path, { name }]) => [path, name]));

describe('a control file', () => {
  test('is read paragraph by paragraph', () => {
    const text = 'A: 1\nB : not one\n\n\nC-D:  two words \n folded\n\tagain\n.\nE:\n';
    expect([...readParagraphs(text)].map((one) => Object.fromEntries(one))).toEqual([
      { a: '1' },
      { 'c-d': 'two words\nfolded\nagain', e: '' },
    ]);
  });
});

describe('packages of dpkg', () => {
  const status = `Package: coreutils
Status: install ok installed
Maintainer: Somebody <a@b.example>
Architecture: amd64
Version: 9.1-1

Package: libc6
Status: install ok installed
Architecture: amd64
Source: glibc (2.36)
Version: 2.36-9

Package: libc6
Status: install ok installed
Architecture: i386
Source: glibc
Version: 2.36-9

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1
`;
  const tree = treeOf({
    '/var/lib/dpkg/status': status,
    '/var/lib/dpkg/info/coreutils.list': '/.\n/bin\n/bin/cat\n/usr/share/doc/coreutils\n/nowhere\n',
    '/var/lib/dpkg/info/libc6:amd64.list': '/lib/x86_64-linux-gnu/libc.so.6\n/usr/share/doc/libc6\n',
    '/var/lib/dpkg/info/libc6:i386.list': '/lib/i386-linux-gnu/libc.so.6\n',
    '/usr/bin/cat': '',
    '/bin': ['usr/bin'],
    '/lib': ['usr/lib'],
    '/usr/lib/x86_64-linux-gnu/libc.so.6': '',
    '/usr/lib/i386-linux-gnu/libc.so.6': '',
    '/usr/share/doc/coreutils/copyright': '',
  });
  const database = readDpkg(tree);

  test('are those that are installed', () => {
    expect(database.packages.map(({ name, architecture, version }) => [name, architecture, version])).toEqual(
      [
        ['coreutils', 'amd64', '9.1-1'],
        ['libc6', 'amd64', '2.36-9'],
        ['libc6', 'i386', '2.36-9'],
      ],
    );
    expect(database.packages[0]).toMatchObject({ source: null, maintainer: 'Somebody <a@b.example>' });
    expect(database.packages.map(({ source }) => source)).toEqual([
      null,
      { name: 'glibc', version: '2.36' },
      { name: 'glibc', version: '2.36-9' },
    ]);
  });

  test('own files where they are, and no directories', () => {
    expect(ownersOf(database)).toEqual({
      '/usr/bin/cat': 'coreutils',
      '/bin': 'coreutils',
      '/usr/lib/x86_64-linux-gnu/libc.so.6': 'libc6',
      '/usr/lib/i386-linux-gnu/libc.so.6': 'libc6',
    });
    expect(database.owners.get('/usr/lib/i386-linux-gnu/libc.so.6')?.architecture).toBe('i386');
  });

  test('may be in a file each, as in distroless images', () => {
    const distroless = treeOf({
      '/var/lib/dpkg/status.d/tzdata': 'Package: tzdata\nVersion: 2024a\nArchitecture: all\n',
      '/var/lib/dpkg/status.d/tzdata.md5sums': `${'0'.repeat(32)}  usr/share/zoneinfo/UTC\nnonsense\n`,
      '/usr/share/zoneinfo/UTC': '',
    });
    expect(ownersOf(readDpkg(distroless))).toEqual({ '/usr/share/zoneinfo/UTC': 'tzdata' });
  });

  test('are none where there is no database, or a damaged one', () => {
    expect(readDpkg(new Tree()).packages).toEqual([]);
    expect(readDpkg(treeOf({ '/var/lib/dpkg/status': '\0\0:\n: x\nPackage\n\n' })).packages).toEqual([]);
  });
});

describe('packages of apk', () => {
  const installed = `C:Q1abc=
P:busybox
V:1.36.1-r2
A:x86_64
L:GPL-2.0-only
o:busybox
m:Somebody
F:bin
R:busybox
a:0:0:755
F:etc
R:securetty

P:ssl_client
V:1.36.1-r2
A:x86_64
o:busybox
F:usr/bin
R:ssl_client
`;
  test('are read with their files', () => {
    const tree = treeOf({
      '/lib/apk/db/installed': installed,
      '/bin/busybox': '',
      '/usr/bin/ssl_client': '',
    });
    const database = readApk(tree);
    expect(database.packages).toMatchObject([
      { type: 'apk', name: 'busybox', version: '1.36.1-r2', license: 'GPL-2.0-only', source: null },
      { name: 'ssl_client', source: { name: 'busybox', version: '1.36.1-r2' } },
    ]);
    expect(ownersOf(database)).toEqual({ '/bin/busybox': 'busybox', '/usr/bin/ssl_client': 'ssl_client' });
    expect(readApk(new Tree()).packages).toEqual([]);
  });
});

describe('a distribution', () => {
  test('says what it is', () => {
    const tree = treeOf({
      '/etc/os-release': ['../usr/lib/os-release'],
      '/usr/lib/os-release':
        'PRETTY_NAME="Debian GNU/Linux 12 (\\"bookworm\\")"\nID=debian\nVERSION_ID="12"\n# x\n',
    });
    expect(readDistribution(tree)).toEqual({
      id: 'debian',
      version: '12',
      name: 'Debian GNU/Linux 12 ("bookworm")',
    });
    expect(readDistribution(treeOf({ '/etc/os-release': 'NAME=x' }))).toEqual({
      id: 'linux',
      version: null,
      name: 'x',
    });
    expect(readDistribution(new Tree())).toBeNull();
  });
});
