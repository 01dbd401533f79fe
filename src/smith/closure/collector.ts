import { compareNames, quoteName } from '../tree/name.ts';
import type { DirectoryNode, FileNode, Node } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';
import type { Problems } from './problems.ts';
import { type Reason, Selection } from './selection.ts';

export interface Taking {
  /** For a directory: with all that is in it. */
  readonly whole?: boolean;
  /** It came along with a directory: nobody has asked for this very file. */
  readonly incidental?: boolean;
  /** Something does not run without it, so that leaving it out is a mistake. */
  readonly dependency?: boolean;
}

/** A file that is new in the selection. */
export interface TakenFile {
  readonly path: string;
  readonly node: FileNode;
  readonly incidental: boolean;
}

/**
 * Puts paths into the selection: with the links on the way to them as they are, with the directories they are in, and
 * without what is excluded. What is new is handed out by `next`.
 */
export class Collector {
  readonly selection = new Selection();
  readonly #tree: Tree;
  readonly #problems: Problems;
  readonly #excludes: (path: string) => boolean;
  readonly #forced: boolean;
  readonly #kept: ReadonlySet<string>;
  readonly #decided = new Map<string, boolean>();
  readonly #whole = new Set<string>();
  readonly #directories: { path: string; node: DirectoryNode }[] = [];
  readonly #files: TakenFile[] = [];
  #nextDirectory = 0;
  #nextFile = 0;

  constructor(
    tree: Tree,
    problems: Problems,
    excludes: (path: string) => boolean,
    /** Leaves out even what is needed. */
    forced: boolean,
    /** Paths that stay whatever is excluded: those of the overlay. */
    kept: ReadonlySet<string> = new Set(),
  ) {
    this.#tree = tree;
    this.#problems = problems;
    this.#excludes = excludes;
    this.#forced = forced;
    this.#kept = kept;
  }

  /** Follows the path and takes what is there; false if nothing is. */
  take(asked: string, reason: Reason, how: Taking = {}): boolean {
    const { path, node, links } = this.#tree.resolve(asked);
    for (const link of links) {
      const found = this.#tree.get(link);
      if (found !== undefined)
        this.#put(link, found, node === undefined ? reason : { kind: 'link', by: path, asked }, how);
    }
    if (node === undefined) return false;
    const upwards = links.some((link) => isBelow(link, path));
    this.#put(path, node, reason, upwards ? { ...how, whole: false } : how);
    return true;
  }

  /** One more reason for a path that has been taken. */
  addReason(path: string, reason: Reason, how: Taking = {}): void {
    const node = this.#tree.get(path);
    if (node !== undefined) this.#put(path, node, reason, how);
  }

  /** Whether the path, or a directory that it is in, is excluded. */
  isExcluded(path: string): boolean {
    const known = this.#kept.has(path) ? false : this.#decided.get(path);
    if (known !== undefined) return known;
    // From the top, and not by recursion: a hostile path has more parts than a stack has room for.
    const undecided: string[] = [];
    let above = false;
    for (let here: string | null = path; here !== null; here = parentOf(here)) {
      const decided = this.#decided.get(here);
      above = decided ?? above;
      if (decided !== undefined) break;
      undecided.push(here);
    }
    for (const here of undecided.reverse()) {
      above ||= this.#excludes(here);
      this.#decided.set(here, above);
    }
    return above;
  }

  /** A file that nobody has looked into yet; undefined when all have been. */
  next(): TakenFile | undefined {
    for (; this.#nextDirectory < this.#directories.length; this.#nextDirectory++) {
      const directory = this.#directories[this.#nextDirectory];
      if (directory !== undefined) this.#takeContents(directory.path, directory.node);
    }
    const file = this.#files[this.#nextFile];
    if (file !== undefined) this.#nextFile++;
    return file;
  }

  #put(path: string, node: Node, reason: Reason, how: Taking): void {
    if (this.isExcluded(path)) {
      if (how.dependency === true && 'by' in reason) this.#reportExcluded(path, reason.by);
      return;
    }
    if (node.kind !== 'file' && node.kind !== 'directory' && node.kind !== 'symlink') {
      const severity = reason.kind === 'wanted' ? 'error' : 'warning';
      const what = `it is a ${node.kind === 'character' || node.kind === 'block' ? `${node.kind} device` : node.kind}, which no image needs`;
      this.#problems.report({ kind: 'special-file', severity, subject: path, by: null, reason: what });
      return;
    }
    const isNew = this.selection.add(path, node, reason);
    if (isNew) this.#addParents(path);
    if (isNew && node.kind === 'file') this.#files.push({ path, node, incidental: how.incidental === true });
    if (node.kind === 'directory' && how.whole === true && !this.#whole.has(path)) {
      this.#whole.add(path);
      this.#directories.push({ path, node });
    }
  }

  /** From the top down in one go, since a path may have thousands of parts. */
  #addParents(path: string): void {
    let node: Node | undefined = this.#tree.root;
    for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) {
      const parent = path.slice(0, at);
      if (node?.kind !== 'directory') return;
      node = node.children.get(parent.slice(parent.lastIndexOf('/') + 1));
      if (node !== undefined && !this.selection.has(parent)) {
        this.selection.add(parent, node, { kind: 'parent', by: path });
      }
    }
  }

  /** Links are kept, and what they lead to comes along, whole. */
  #takeContents(directory: string, node: DirectoryNode): void {
    const how = { whole: true, incidental: true };
    const children = [...node.children].sort(([a], [b]) => compareNames(a, b));
    for (const [name, child] of children) {
      const path = directory === '/' ? `/${name}` : `${directory}/${name}`;
      if (this.isExcluded(path)) continue;
      this.#put(path, child, { kind: 'below', by: directory }, how);
      if (child.kind !== 'symlink') continue;
      if (!this.take(path, { kind: 'target', by: path }, how)) {
        const reason = `it leads to ${quoteName(child.target)}, which is not there`;
        this.#problems.report({
          kind: 'dangling-link',
          severity: 'warning',
          subject: path,
          by: null,
          reason,
        });
      }
    }
  }

  #reportExcluded(path: string, by: string): void {
    const severity = this.#forced ? 'warning' : 'error';
    this.#problems.report({ kind: 'excluded', severity, subject: path, by, reason: 'it is excluded' });
  }
}

/** `/a` for `/a/b`, `/` for `/a`, null for `/`. */
export function parentOf(path: string): string | null {
  return path === '/' ? null : path.slice(0, path.lastIndexOf('/')) || '/';
}

function isBelow(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}
