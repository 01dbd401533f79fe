import { wholeContent } from '../tree/content.ts';
import { decodeName } from '../tree/name.ts';
import type { Tree } from '../tree/tree.ts';
import { emptyDatabase, inOrder, type Package, type PackageDatabase } from './package.ts';

const INSTALLED = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed'];

/** The packages of apk, Alpine's, and their files; nothing where there is no database. */
export function readApk(tree: Tree): PackageDatabase {
  const node = INSTALLED.map((path) => tree.resolve(path).node).find((found) => found?.kind === 'file');
  if (node?.kind !== 'file') return emptyDatabase;
  const packages: Package[] = [];
  const owners = new Map<string, Package>();
  for (const block of decodeName(wholeContent(node.content)).split('\n\n')) {
    const lines = block.split('\n').map((line): [string, string] => [line.slice(0, 1), line.slice(2)]);
    const one = packageOf(new Map(lines));
    if (one === null) continue;
    packages.push(one);
    for (const path of filesOf(lines)) {
      const { path: real, node: there } = tree.resolve(path, { followLast: false });
      if (there && there.kind !== 'directory' && !owners.has(real)) owners.set(real, one);
    }
  }
  return { packages: inOrder(packages), owners };
}

/** One letter a field (apk's package format, "installed database"). */
function packageOf(fields: ReadonlyMap<string, string>): Package | null {
  const name = fields.get('P');
  const version = fields.get('V');
  if (!name || !version) return null;
  const origin = fields.get('o');
  return {
    type: 'apk',
    name,
    version,
    architecture: fields.get('A') ?? 'noarch',
    source: origin && origin !== name ? { name: origin, version } : null,
    license: fields.get('L') ?? null,
    maintainer: fields.get('m') ?? null,
  };
}

/** F is a folder, and each R after it a file in it. */
function* filesOf(lines: readonly (readonly [string, string])[]): Generator<string> {
  let folder = '';
  for (const [letter, value] of lines) {
    if (letter === 'F') folder = value;
    if (letter === 'R') yield `/${folder}/${value}`;
  }
}
