import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readDatabases } from '../../../src/smith/packages/databases.ts';
import { tags } from '../../../src/smith/rpm/tags.ts';
import { memoryContent } from '../../../src/smith/tree/content.ts';
import { file, symlink } from '../../../src/smith/tree/node.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';
import { demo, filesHeader, halves, header, words } from '../rpm/make.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'railcar-rpmdb-'));
  vi.stubEnv('TMPDIR', folder);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

let count = 0;
function database(statements: string, blobs: readonly Uint8Array[], wal = false): Map<string, Buffer> {
  const path = join(folder, `${++count}.sqlite`);
  const made = new DatabaseSync(path);
  if (wal) made.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0');
  made.exec(statements);
  for (const blob of blobs) made.prepare('INSERT INTO Packages (blob) VALUES (?)').run(blob);
  const files = new Map([['rpmdb.sqlite', readFileSync(path)]]);
  if (wal) files.set('rpmdb.sqlite-wal', readFileSync(`${path}-wal`));
  made.close();
  return files;
}

const TABLE = 'CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)';

function treeWith(files: ReadonlyMap<string, Uint8Array>, place = '/usr/lib/sysimage/rpm'): Tree {
  const tree = new Tree();
  for (const [name, bytes] of files) tree.add(`${place}/${name}`, file(memoryContent(bytes)));
  tree.add('/usr/bin/demo', file(memoryContent('demo')));
  tree.add('/bin', symlink('usr/bin'));
  tree.add('/var/lib/rpm', symlink('../../usr/lib/sysimage/rpm'));
  return tree;
}

const members = [{ path: '/bin/demo' }, { path: '/usr/bin/gone' }, { path: '/usr', mode: 0o040755 }];
const installed = header({ ...demo, ...filesHeader(members), [tags.fileStates]: words(0, 0, 0) });
const key = header({ ...demo, [tags.name]: 'gpg-pubkey' });
const owners = (tree: Tree) =>
  Object.fromEntries([...readDatabases(tree).owners].map(([path, { name }]) => [path, name]));

describe('a database of rpm', () => {
  test('tells packages and files, at their places', () => {
    const tree = treeWith(database(TABLE, [key, installed]));
    const { packages, unread } = readDatabases(tree);
    expect(packages).toMatchObject([{ type: 'rpm', name: 'demo', version: '1.0-2.fc40' }]);
    expect(owners(tree)).toEqual({ '/usr/bin/demo': 'demo' });
    expect(unread).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.startsWith('railcar-smith-'))).toEqual([]);
  });

  test('lies elsewhere in older systems', () => {
    const tree = treeWith(database(TABLE, [installed]), '/var/lib/rpm.real');
    tree.remove('/var/lib/rpm');
    tree.add('/var/lib/rpm', symlink('rpm.real'));
    expect(owners(tree)).toEqual({ '/usr/bin/demo': 'demo' });
  });

  test('has its latest changes in a log beside it', () => {
    expect(owners(treeWith(database(TABLE, [installed], true)))).toEqual({ '/usr/bin/demo': 'demo' });
  });

  test('knows files that were not installed', () => {
    const away = header({ ...demo, ...filesHeader(members), [tags.fileStates]: halves(2, 0, 0) });
    expect(owners(treeWith(database(TABLE, [away])))).toEqual({});
  });

  test.each([
    ['is a view', 'CREATE TABLE x (blob); CREATE VIEW Packages AS SELECT 1 AS hnum, blob FROM x', /no table/],
    ['has no table', 'CREATE TABLE x (blob)', /no table/],
    ['has other columns', 'CREATE TABLE Packages (x)', /no such column/],
  ])('that %s is said not to be read', (_, statements, reason) => {
    expect(readDatabases(treeWith(database(statements, []))).unread).toEqual([expect.stringMatching(reason)]);
  });

  test('with headers that are none is said not to be read', () => {
    const broken = [Buffer.from('x'), header({ ...demo, ...filesHeader([{ path: '/../x' }]) })];
    for (const blob of broken) {
      const { packages, unread } = readDatabases(treeWith(database(TABLE, [blob])));
      expect(packages).toEqual([]);
      expect(unread).toEqual([expect.stringContaining('in the database of packages')]);
    }
    const none = treeWith(new Map([['rpmdb.sqlite', Buffer.alloc(8192, 65)]]));
    expect(readDatabases(none).unread).toEqual([expect.stringContaining('not a database')]);
  });

  test.each([
    ['Packages.db', 'ndb'],
    ['Packages', 'Berkeley DB'],
  ])('of another form, as %s, is said not to be read', (name, form) => {
    const { unread } = readDatabases(treeWith(new Map([[name, Buffer.from('x')]])));
    expect(unread).toEqual([expect.stringContaining(`its form is ${form}`)]);
  });
});
