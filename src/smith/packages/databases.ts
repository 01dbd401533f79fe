import type { Tree } from '../tree/tree.ts';
import { readApk } from './apk.ts';
import { readDpkg } from './dpkg.ts';
import { inOrder, type PackageDatabase } from './package.ts';
import { readRpmDatabase } from './rpm.ts';

/** What the package managers of a tree know of it. */
export function readDatabases(tree: Tree): PackageDatabase {
  const found = [readDpkg(tree), readApk(tree), readRpmDatabase(tree)];
  return {
    packages: inOrder(found.flatMap(({ packages }) => packages)),
    owners: new Map(found.flatMap(({ owners }) => [...owners])),
    unread: found.flatMap(({ unread = [] }) => unread),
  };
}
