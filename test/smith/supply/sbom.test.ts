import { describe, expect, test } from 'vitest';
import type { Package, PackageDatabase } from '../../../src/smith/packages/package.ts';
import { cyclonedxDocument } from '../../../src/smith/supply/cyclonedx.ts';
import { takeInventory } from '../../../src/smith/supply/inventory.ts';
import { purlOf } from '../../../src/smith/supply/purl.ts';
import { spdxDocument } from '../../../src/smith/supply/spdx.ts';
import { memoryContent } from '../../../src/smith/tree/content.ts';
import { file, symlink } from '../../../src/smith/tree/node.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';

const libc: Package = {
  type: 'deb',
  name: 'libc6',
  version: '2.36-9+deb12u1',
  architecture: 'amd64',
  source: { name: 'glibc', version: '2.36-9+deb12u1' },
  license: null,
  maintainer: 'GNU Libc Maintainers <libc@lists.example>',
};
const gxx: Package = {
  ...libc,
  name: 'libstdc++6',
  source: null,
  license: 'GPL-3.0-or-later',
  maintainer: null,
};
const unused: Package = { ...libc, name: 'apt', source: null };
const debian = { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' };

const source = new Tree();
source.add('/lib/libc.so.6', file(memoryContent('libc')));
source.add('/lib/libstdc++.so.6', symlink('libstdc++.so.6.0.30'));
source.add('/lib/libstdc++.so.6.0.30', file(memoryContent('c++')));
source.add('/usr/bin/apt', file(memoryContent('apt')));
const database: PackageDatabase = {
  packages: [unused, libc, gxx],
  owners: new Map([
    ['/lib/libc.so.6', libc],
    ['/lib/libstdc++.so.6', gxx],
    ['/lib/libstdc++.so.6.0.30', gxx],
    ['/usr/bin/apt', unused],
  ]),
};

function image(): Tree {
  const tree = new Tree();
  for (const path of ['/lib/libc.so.6', '/lib/libstdc++.so.6', '/lib/libstdc++.so.6.0.30']) {
    const node = source.get(path);
    if (node) tree.add(path, { ...node, uid: 10 });
  }
  tree.add('/read/data', file(memoryContent('data')));
  return tree;
}

const inventory = takeInventory(image(), source, database, debian);
const about = { name: 'image.tar.gz', created: '1970-01-01T00:00:00Z', version: '1.0' };

describe('an inventory', () => {
  test('has the packages of which something is in the image, and the files', () => {
    expect(inventory.packages.map(({ name }) => name)).toEqual(['libc6', 'libstdc++6']);
    expect(inventory.files.map(({ path, package: owner }) => [path, owner?.name ?? null])).toEqual([
      ['/lib/libc.so.6', 'libc6'],
      ['/lib/libstdc++.so.6.0.30', 'libstdc++6'],
      ['/read/data', null],
    ]);
    expect(inventory.files[2]).toMatchObject({
      sha1: 'a17c9aaa61e80a1bf71d0d850af4e5baa9800bbd',
      sha256: '3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7',
    });
  });

  test('gives a file that is another one now to no package', () => {
    const tree = image();
    tree.add('/lib/libc.so.6', file(memoryContent('libc')));
    const { packages, files } = takeInventory(tree, source, database, debian);
    expect(packages.map(({ name }) => name)).toEqual(['libstdc++6']);
    expect(files[0]?.package).toBeNull();
  });
});

describe('a package URL', () => {
  test('has what scanners look for, and is escaped', () => {
    expect(purlOf(libc, debian)).toBe('pkg:deb/debian/libc6@2.36-9+deb12u1?arch=amd64&distro=debian-12');
    expect(purlOf(gxx, null)).toBe('pkg:deb/libstdc%2B%2B6@2.36-9+deb12u1?arch=amd64');
  });
});

describe('SPDX', () => {
  const document = spdxDocument(inventory, about) as {
    packages: { SPDXID: string; name: string; supplier?: string; licenseComments?: string }[];
    files: { SPDXID: string; fileName: string }[];
    relationships: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[];
  };

  test('says which package each file is of', () => {
    const names = new Map<string, string>([
      ['SPDXRef-DOCUMENT', 'document'],
      ...document.packages.map(({ SPDXID, name }): [string, string] => [SPDXID, name]),
      ...document.files.map(({ SPDXID, fileName }): [string, string] => [SPDXID, fileName]),
    ]);
    const said = document.relationships.map(
      (one) => `${names.get(one.spdxElementId)} ${one.relationshipType} ${names.get(one.relatedSpdxElement)}`,
    );
    expect(said).toEqual([
      'document DESCRIBES image.tar.gz',
      'image.tar.gz CONTAINS libc6',
      'image.tar.gz CONTAINS libstdc++6',
      'libc6 CONTAINS ./lib/libc.so.6',
      'libstdc++6 CONTAINS ./lib/libstdc++.so.6.0.30',
      'image.tar.gz CONTAINS ./read/data',
    ]);
  });

  test('has identifiers that are allowed, and each once', () => {
    const ids = [...document.packages, ...document.files].map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
    expect(document.packages[1]?.supplier).toBe('Organization: GNU Libc Maintainers (libc@lists.example)');
    expect(document.packages[2]?.licenseComments).toBe('The package says: GPL-3.0-or-later');
  });

  test('is the same for the same files, and another for others', () => {
    const again = takeInventory(image(), source, database, debian);
    expect(spdxDocument(again, about)).toEqual(document);
    const other = { ...again, files: again.files.slice(1) };
    expect(spdxDocument(other, about)).not.toMatchObject({
      documentNamespace: (document as unknown as { documentNamespace: string }).documentNamespace,
    });
  });
});

describe('CycloneDX', () => {
  test('has distribution, packages and files', () => {
    const document = cyclonedxDocument(inventory, about);
    expect(document).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      serialNumber: expect.stringMatching(
        /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      components: [
        { type: 'operating-system', name: 'debian', version: '12' },
        { type: 'library', name: 'libc6', purl: purlOf(libc, debian) },
        { type: 'library', name: 'libstdc++6', licenses: [{ license: { name: 'GPL-3.0-or-later' } }] },
        { type: 'file', name: '/lib/libc.so.6', properties: [{ value: purlOf(libc, debian) }] },
        { type: 'file', name: '/lib/libstdc++.so.6.0.30' },
        { type: 'file', name: '/read/data' },
      ],
    });
    expect(cyclonedxDocument(takeInventory(image(), source, database, debian), about)).toEqual(document);
  });
});
