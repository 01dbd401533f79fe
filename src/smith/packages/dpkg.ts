import { wholeContent } from '../tree/content.ts';
import { decodeName } from '../tree/name.ts';
import type { Tree } from '../tree/tree.ts';
import { type Paragraph, readParagraphs } from './control.ts';
import { emptyDatabase, inOrder, type Package, type PackageDatabase } from './package.ts';

const STATUS = '/var/lib/dpkg/status';
/** Of images that are put together of packages without dpkg (distroless): a file for each. */
const STATUS_FOLDER = '/var/lib/dpkg/status.d';
const INFO = '/var/lib/dpkg/info';
/** No database has as much; what does is no database. */
const MOST = 256 * 1024 * 1024;

/** The packages of dpkg, and their files as `dpkg -L` has them (dpkg(1)); nothing where there is no database. */
export function readDpkg(tree: Tree): PackageDatabase {
  const packages: Package[] = [];
  const owners = new Map<string, Package>();
  for (const { text, files } of databases(tree)) {
    for (const paragraph of readParagraphs(text)) {
      const one = debianPackage(paragraph);
      if (one === null) continue;
      packages.push(one);
      for (const path of files ?? listed(tree, one)) own(tree, owners, path, one);
    }
  }
  return packages.length === 0 ? emptyDatabase : { packages: inOrder(packages), owners };
}

interface Database {
  readonly text: string;
  /** Of the only package in it; null: they are listed by name. */
  readonly files: readonly string[] | null;
}

function* databases(tree: Tree): Generator<Database> {
  const status = textAt(tree, STATUS);
  if (status !== null) yield { text: status, files: null };
  const folder = tree.resolve(STATUS_FOLDER).node;
  if (folder?.kind !== 'directory') return;
  for (const name of [...folder.children.keys()].sort()) {
    if (name.endsWith('.md5sums')) continue;
    const text = textAt(tree, `${STATUS_FOLDER}/${name}`);
    if (text !== null) yield { text, files: sums(textAt(tree, `${STATUS_FOLDER}/${name}.md5sums`) ?? '') };
  }
}

/** Null: known to dpkg, but not (or no longer) installed. */
export function debianPackage(fields: Paragraph): Package | null {
  const name = fields.get('package');
  const version = fields.get('version');
  const status = fields.get('status') ?? 'install ok installed';
  if (!name || !version || !status.endsWith(' installed')) return null;
  const [, source, sourceVersion = version] =
    /^(\S+)(?:\s+\((.*)\))?$/.exec(fields.get('source') ?? '') ?? [];
  return {
    type: 'deb',
    name,
    version,
    architecture: fields.get('architecture') ?? 'all',
    source: source === undefined ? null : { name: source, version: sourceVersion },
    license: null,
    maintainer: fields.get('maintainer') ?? null,
  };
}

/** Those of one architecture among several have it in the name of their list. */
function listed(tree: Tree, { name, architecture }: Package): string[] {
  const list =
    textAt(tree, `${INFO}/${name}:${architecture}.list`) ?? textAt(tree, `${INFO}/${name}.list`) ?? '';
  return list.split('\n').filter((path) => path.startsWith('/'));
}

function sums(text: string): string[] {
  return text
    .split('\n')
    .map((line) => /^[0-9a-f]{32}\s+(.+)$/.exec(line)?.[1])
    .filter((path) => path !== undefined)
    .map((path) => `/${path}`);
}

/** Lists have names from before /bin and /lib became links. Directories belong to many, and so to nobody. */
function own(tree: Tree, owners: Map<string, Package>, path: string, one: Package): void {
  const { path: real, node } = tree.resolve(path, { followLast: false });
  if (node && node.kind !== 'directory' && !owners.has(real)) owners.set(real, one);
}

function textAt(tree: Tree, path: string): string | null {
  const { node } = tree.resolve(path);
  return node?.kind === 'file' && node.content.size <= MOST ? decodeName(wholeContent(node.content)) : null;
}
