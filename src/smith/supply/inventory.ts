import { createHash } from 'node:crypto';
import type { Distribution } from '../packages/distribution.ts';
import { inOrder, type Package, type PackageDatabase } from '../packages/package.ts';
import { chunks } from '../tree/content.ts';
import type { Content, Node } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';

/** A file of an image. */
export interface InventoryFile {
  readonly path: string;
  /** Whose it is; null: of the overlay, or of no package. */
  readonly package: Package | null;
  readonly sha1: string;
  readonly sha256: string;
}

/** What is in an image, for those who look for what is known to be vulnerable in it. */
export interface Inventory {
  readonly distribution: Distribution | null;
  /** Those of which at least one file is in the image. */
  readonly packages: readonly Package[];
  readonly files: readonly InventoryFile[];
}

/** `distribution` is that of the packages; `place` says where in the source a path of the image is from. */
export function takeInventory(
  image: Tree,
  source: Tree,
  database: PackageDatabase,
  distribution: Distribution | null,
  place: (path: string) => string | null = (path) => path,
): Inventory {
  const ownerOf = ownership(source, database, place);
  const files: InventoryFile[] = [];
  const used = new Set<Package>();
  for (const [path, node] of image.walk()) {
    if (node.kind === 'directory') continue;
    const owner = ownerOf(path, node);
    if (owner) used.add(owner);
    if (node.kind === 'file') files.push({ path, package: owner, ...digests(node.content) });
  }
  return { distribution, packages: inOrder(used), files };
}

/** Whose a path of an image is. `source` is what it was made of: a file that is another one there is no package's any more. */
export function ownership(
  source: Tree,
  { owners }: PackageDatabase,
  place: (path: string) => string | null,
): (path: string, node: Node) => Package | null {
  return (path, node) => {
    const from = place(path);
    if (from === null) return null;
    const owner = owners.get(from) ?? null;
    return owner !== null && isOf(source.get(from), node) ? owner : null;
  };
}

/** Attributes may differ: an image has one owner and no times. */
function isOf(source: Node | undefined, node: Node): boolean {
  if (source?.kind === 'file') return node.kind === 'file' && source.content === node.content;
  return source?.kind === 'symlink' && node.kind === 'symlink' && source.target === node.target;
}

/** SPDX insists on SHA-1. */
function digests(content: Content): Pick<InventoryFile, 'sha1' | 'sha256'> {
  const [sha1, sha256] = [createHash('sha1'), createHash('sha256')];
  for (const chunk of chunks(content)) {
    sha1.update(chunk);
    sha256.update(chunk);
  }
  return { sha1: sha1.digest('hex'), sha256: sha256.digest('hex') };
}
