import type { TarEntry } from '../tar/entry.ts';
import { tarError } from '../tar/error.ts';
import { readTar, type TarLimits } from '../tar/reader.ts';
import { sliceContent } from '../tree/content.ts';
import { encodeName, quoteName } from '../tree/name.ts';
import type { Attributes, Content, Node } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';
import { isMarker, type Whiteout, whiteoutOf } from './whiteout.ts';

export interface LayerOptions extends TarLimits {
  /** Off for archives that are no layers: there `.wh.x` is a file like any other. */
  readonly whiteouts?: boolean;
  /**
   * As dpkg and rpm do it: a directory of the archive does not replace a link to one, such as /bin, and nothing else
   * replaces a directory with something in it.
   */
  readonly keepDirectoryLinks?: boolean;
  /** Told where each entry has gone. */
  readonly placed?: (path: string) => void;
}

/**
 * Lays a layer's archive over the tree (layer.md). Its whiteouts are about what lies below, so they come first wherever
 * they stand; then its entries in their order. Names lead through links of the tree as below a chroot.
 *
 * @throws RailcarError `image-invalid`; the tree is then half done and of no use
 */
export function applyLayer(
  tree: Tree,
  archive: Content,
  { whiteouts = true, keepDirectoryLinks = false, placed = () => {}, ...limits }: LayerOptions = {},
): void {
  const entries: TarEntry[] = [];
  const marks: Whiteout[] = [];
  for (const entry of readTar(archive, limits)) {
    if (!whiteouts || !isMarker(entry.path)) entries.push(entry);
    else {
      const mark = whiteoutOf(entry);
      if (mark !== null) marks.push(mark);
    }
  }
  for (const mark of marks) whiteOut(tree, mark);
  applyEntries(tree, archive, entries, { keepDirectoryLinks, placed });
}

/**
 * Lays entries over the tree whose contents lie in `archive`, whatever form that has.
 *
 * @throws RailcarError `image-invalid`; the tree is then half done and of no use
 */
export function applyEntries(
  tree: Tree,
  archive: Content,
  entries: Iterable<TarEntry>,
  { keepDirectoryLinks = false, placed = () => {} }: Pick<LayerOptions, 'keepDirectoryLinks' | 'placed'> = {},
): void {
  const layer = new Layer(tree, archive, keepDirectoryLinks);
  for (const entry of entries) placed(layer.put(entry));
}

function whiteOut(tree: Tree, { path, opaque }: Whiteout): void {
  if (opaque) {
    const { node } = tree.resolve(path);
    if (node?.kind === 'directory') node.children.clear();
    return;
  }
  const place = tree.resolve(parentOf(path));
  if (place.node?.kind === 'directory') place.node.children.delete(nameOf(path));
}

class Layer {
  readonly #tree: Tree;
  readonly #archive: Content;
  readonly #keepDirectoryLinks: boolean;
  /** Where the entries of this layer have gone, links in their names resolved. */
  readonly #placed = new Map<string, TarEntry>();
  /** Directories that hold an entry of this layer. */
  readonly #holders = new Set<string>();

  constructor(tree: Tree, archive: Content, keepDirectoryLinks: boolean) {
    this.#tree = tree;
    this.#archive = archive;
    this.#keepDirectoryLinks = keepDirectoryLinks;
  }

  /** Says where it is then. */
  put(entry: TarEntry): string {
    const parent = entry.path === '' ? '' : this.#parent(entry);
    const path = entry.path === '' ? '/' : `${parent}/${nameOf(entry.path)}`;
    if (encodeName(path).length > MAX_RESOLVED) throw tarError(entry.offset, 'it lies too deep', entry.path);
    this.#refuseAmbiguous(entry, path);
    const existing = this.#tree.get(path);
    if (this.#keepDirectoryLinks && entry.kind === 'directory' && existing?.kind === 'symlink') {
      const { path: real, node } = this.#tree.resolve(path);
      if (node?.kind === 'directory') return real;
    }
    if (this.#keepDirectoryLinks && entry.kind !== 'directory' && isFilled(existing)) {
      throw tarError(entry.offset, `it is a ${entry.kind} where another package has a directory`, entry.path);
    }
    this.#tree.add(path, this.#node(entry, path, existing));
    this.#placed.set(path, entry);
    for (let above = parent; above !== '' && !this.#holders.has(above); above = parentOf(above)) {
      this.#holders.add(above);
    }
    return path;
  }

  /** The directory it goes to, `` for the root; what is missing is made. */
  #parent(entry: TarEntry): string {
    const { path, node, problem } = this.#tree.resolve(parentOf(`/${entry.path}`));
    const fail = (reason: string) => tarError(entry.offset, reason, entry.path);
    if (node === undefined && problem === 'missing' && !path.includes('/../') && !path.endsWith('/..'))
      return path;
    if (problem === 'loop') throw fail('its directory is reached through links that lead round in a circle');
    if (node?.kind !== 'directory') throw fail(`it lies below ${quoteName(path)}, which is no directory`);
    return path === '/' ? '' : path;
  }

  /** Two entries of one layer for one path: the last counts, unless programs differ in what it does to the first. */
  #refuseAmbiguous(entry: TarEntry, path: string): void {
    const earlier = this.#placed.get(path);
    const isDirectory = entry.kind === 'directory';
    if (earlier !== undefined && (earlier.kind === 'directory') !== isDirectory) {
      throw tarError(
        entry.offset,
        `it is a ${entry.kind} and, at offset ${earlier.offset}, a ${earlier.kind}`,
        entry.path,
      );
    }
    if (!isDirectory && this.#holders.has(path)) {
      throw tarError(
        entry.offset,
        `it is a ${entry.kind}, and other entries of the layer lie below it`,
        entry.path,
      );
    }
  }

  #node(entry: TarEntry, path: string, existing: Node | undefined): Node {
    const { mode, uid, gid, mtime, xattrs, major, minor } = entry;
    const attributes: Attributes = { mode, uid, gid, mtime, xattrs };
    switch (entry.kind) {
      case 'file':
        return { kind: 'file', ...attributes, content: sliceContent(this.#archive, entry.start, entry.size) };
      case 'directory': {
        const children = existing?.kind === 'directory' ? existing.children : new Map<string, Node>();
        return { kind: 'directory', ...attributes, children };
      }
      case 'symlink':
        return { kind: 'symlink', ...attributes, target: entry.target };
      case 'hardlink':
        return this.#linked(entry, path);
      default:
        return { kind: entry.kind, ...attributes, major, minor };
    }
  }

  #linked(entry: TarEntry, path: string): Node {
    const target = this.#tree.resolve(`/${entry.target}`, { followLast: false });
    const fail = (reason: string) =>
      tarError(entry.offset, `it is a hard link to ${quoteName(entry.target)}, ${reason}`, entry.path);
    if (target.node === undefined) throw fail('which is not there');
    if (target.node.kind === 'directory') throw fail('which is a directory');
    if (target.path === path) throw fail('which is itself');
    return target.node;
  }
}

/** Links in its name may make a path longer than it is written. */
const MAX_RESOLVED = 64 * 1024;

function isFilled(node: Node | undefined): boolean {
  return node?.kind === 'directory' && node.children.size > 0;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
