import { RailcarError } from '../../errors.ts';
import { compareNames, quoteName } from './name.ts';
import { type DirectoryNode, directory, type Node } from './node.ts';
import { components, type Resolution, type ResolveOptions, resolvePath } from './resolve.ts';

/**
 * A root file system in memory: paths and what they are. Contents stay where they are (`Content`). Paths are absolute
 * within the tree, `/usr/bin/cat`; a missing first `/` is forgiven. Names are strings as `decodeName` makes them.
 */
export class Tree {
  #root: DirectoryNode;

  constructor(root: DirectoryNode = directory()) {
    this.#root = root;
  }

  get root(): DirectoryNode {
    return this.#root;
  }

  /** What is at this very path; no link is followed, not even among the parents. `..` is a name that nothing has. */
  get(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of components(path)) {
      if (node?.kind !== 'directory') return undefined;
      node = node.children.get(name);
    }
    return node;
  }

  /** Where the path leads for a process that has this tree as its root. */
  resolve(path: string, options: ResolveOptions = {}): Resolution {
    return resolvePath(this.#root, path, options);
  }

  /**
   * Puts a node there in place of whatever is there, children included; parents that are missing are made, mode 0755.
   * A parent that is no directory is an error, and so is a link among them: resolve the parent first.
   *
   * @throws RailcarError `image-invalid`
   */
  add(path: string, node: Node): void {
    const names = namesOf(path);
    const name = names.pop();
    if (name === undefined) {
      if (node.kind !== 'directory') throw refusal(path, 'the root is a directory');
      this.#root = node;
      return;
    }
    let here = this.#root;
    for (const [index, parent] of names.entries()) {
      const next: Node = here.children.get(parent) ?? directory();
      if (next.kind !== 'directory') {
        throw refusal(path, `${quoteName(`/${names.slice(0, index + 1).join('/')}`)} is no directory`);
      }
      here.children.set(parent, next);
      here = next;
    }
    here.children.set(name, node);
  }

  /** Takes away what is there, with all below it; says whether something was. The root stays and is emptied. */
  remove(path: string): boolean {
    const names = namesOf(path);
    const name = names.pop();
    if (name === undefined) {
      const some = this.#root.children.size > 0;
      this.#root.children.clear();
      return some;
    }
    const parent = this.get(names.join('/'));
    return parent?.kind === 'directory' && parent.children.delete(name);
  }

  /**
   * Everything from there on, each directory before what is in it, names in the order of their bytes. No link is
   * followed. What is taken away during the walk is not visited; what is added may be.
   */
  *walk(path = '/'): Generator<[path: string, node: Node]> {
    const start = this.get(path);
    if (start === undefined) return;
    const pending: [string, Node][] = [[`/${components(path).join('/')}`, start]];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [here, node] = next;
      yield next;
      if (node.kind !== 'directory') continue;
      const below = here === '/' ? '/' : `${here}/`;
      const names = [...node.children.keys()].sort((a, b) => compareNames(b, a));
      for (const name of names) {
        const child = node.children.get(name);
        if (child !== undefined) pending.push([below + name, child]);
      }
    }
  }
}

function namesOf(path: string): string[] {
  const names = components(path);
  if (names.some((name) => name === '.' || name === '..')) throw refusal(path, 'it has "." or ".." in it');
  return names;
}

function refusal(path: string, reason: string): RailcarError {
  return new RailcarError('image-invalid', `cannot put ${quoteName(path)} into the tree: ${reason}`);
}
