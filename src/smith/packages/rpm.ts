import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RailcarError } from '../../errors.ts';
import { rpmError } from '../rpm/error.ts';
import { filesOf } from '../rpm/files.ts';
import { Header } from '../rpm/header.ts';
import { packageOf } from '../rpm/package.ts';
import { passingChunks } from '../tree/content.ts';
import { quoteName } from '../tree/name.ts';
import type { Content } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';
import { emptyDatabase, inOrder, type Package, type PackageDatabase } from './package.ts';

/** Where rpm has its database: since 2021, before that, and Debian's rpm in a root that it installs to. */
const FOLDERS = ['/usr/lib/sysimage/rpm', '/var/lib/rpm', '/root/.rpmdb'];
const SQLITE = 'rpmdb.sqlite';
/** Forms of which there is no reader here. */
const others: readonly (readonly [file: string, form: string])[] = [
  ['Packages.db', 'ndb'],
  ['Packages', 'Berkeley DB'],
];
/** No database has as much; what does is no database. */
const MOST = 2 ** 30;

/** The packages of rpm, and their files; nothing where there is no database. */
export function readRpmDatabase(tree: Tree): PackageDatabase {
  for (const folder of FOLDERS) {
    const content = contentAt(tree, `${folder}/${SQLITE}`);
    if (content === null) continue;
    try {
      return databaseOf(tree, content, contentAt(tree, `${folder}/${SQLITE}-wal`));
    } catch (error) {
      if (!(error instanceof RailcarError)) throw error;
      return { ...emptyDatabase, unread: [error.message] };
    }
  }
  const unread = FOLDERS.flatMap((folder) =>
    others.flatMap(([file, form]) => {
      const path = `${folder}/${file}`;
      // Links to the same folder are as common as the folder.
      if (contentAt(tree, path) === null || tree.resolve(path).path !== path) return [];
      const advice = `its form is ${form}, and only rpm's with SQLite is read ("rpm --rebuilddb" of a newer rpm converts it)`;
      return [rpmError(`the database of packages ${quoteName(path)}`, advice).message];
    }),
  );
  return { ...emptyDatabase, unread };
}

function databaseOf(tree: Tree, content: Content, log: Content | null): PackageDatabase {
  const packages: Package[] = [];
  const owners = new Map<string, Package>();
  for (const blob of headersOf(content, log)) {
    const what = `the header of package ${packages.length + 1} in the database of packages`;
    const header = new Header(blob, what);
    const one = packageOf(header);
    if (one === null) continue;
    packages.push(one);
    for (const { path, installed } of filesOf(header, what)) {
      const { path: real, node } = tree.resolve(`/${path}`, { followLast: false });
      if (installed && node && node.kind !== 'directory' && !owners.has(real)) owners.set(real, one);
    }
  }
  return { packages: inOrder(packages), owners };
}

/** SQLite reads files only: a copy, in a directory that nobody else can look into. */
function* headersOf(content: Content, log: Content | null): Generator<Buffer> {
  const what = 'the database of packages';
  const folder = mkdtempSync(join(tmpdir() === '/tmp' ? '/var/tmp' : tmpdir(), 'railcar-smith-'));
  try {
    copy(content, join(folder, SQLITE));
    if (log !== null) copy(log, join(folder, `${SQLITE}-wal`));
    const database = new DatabaseSync(join(folder, SQLITE), { allowExtension: false });
    try {
      // Nothing that the file defines is to be executed: no functions in views, no views at all.
      database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON');
      const table = database.prepare("SELECT sql FROM sqlite_schema WHERE name = 'Packages'").get();
      if (!/^CREATE TABLE\b/i.test(String(table?.sql ?? '')))
        throw rpmError(what, 'it has no table "Packages"');
      for (const { blob } of database.prepare('SELECT blob FROM Packages ORDER BY hnum').iterate()) {
        if (!(blob instanceof Uint8Array)) throw rpmError(what, 'a header in it is none');
        yield Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
      }
    } finally {
      database.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SQLITE_ERROR') throw error;
    throw rpmError(what, (error as Error).message);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copy(content: Content, path: string): void {
  writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
  for (const chunk of passingChunks(content)) writeFileSync(path, chunk, { flag: 'a' });
}

function contentAt(tree: Tree, path: string): Content | null {
  const { node } = tree.resolve(path);
  return node?.kind === 'file' && node.content.size <= MOST ? node.content : null;
}
