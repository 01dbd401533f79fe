import type { DirectoryNode, Node } from './node.ts';

/** Where a path leads. */
export interface Resolution {
  /** Without links, `.` and `..`; where nothing is there, the place that was looked for. */
  readonly path: string;
  readonly node: Node | undefined;
  /** The paths of the symbolic links that were followed, in order, each itself without links in its parents. */
  readonly links: readonly string[];
  /** Why there is no node: ENOENT, ENOTDIR, ELOOP. */
  readonly problem?: 'missing' | 'not-a-directory' | 'loop';
}

export interface ResolveOptions {
  /** Whether a link at the end is followed; one before a final `/` always is. */
  readonly followLast?: boolean;
}

/** As many as the kernel follows (path_resolution(7)). */
const MAX_LINKS = 40;

interface Place {
  readonly path: string;
  readonly node: DirectoryNode;
}

/**
 * Follows a path as the kernel does below a chroot: `..` of the root is the root, and `..` after a link is the parent
 * of where the link leads. Everything stays in memory, so that there is nothing to lead out to.
 */
export function resolvePath(
  root: DirectoryNode,
  path: string,
  { followLast = true }: ResolveOptions = {},
): Resolution {
  const pending = components(path).reverse();
  const mustBeDirectory = /\/\.?$/.test(path);
  const above: Place[] = [];
  const links: string[] = [];
  let here: Place = { path: '', node: root };

  while (pending.length > 0) {
    const name = pending.pop() ?? '';
    if (name === '.') continue;
    if (name === '..') {
      here = above.pop() ?? here;
      continue;
    }
    const found = here.node.children.get(name);
    const place = `${here.path}/${name}`;
    const last = pending.length === 0;
    if (found === undefined) return unresolved('missing', place, pending, links);
    if (found.kind === 'symlink' && (!last || followLast || mustBeDirectory)) {
      if (links.length >= MAX_LINKS) return unresolved('loop', place, pending, links);
      links.push(place);
      if (found.target === '') return unresolved('missing', place, pending, links);
      if (found.target.startsWith('/')) {
        here = above[0] ?? here;
        above.length = 0;
      }
      const target = components(found.target);
      // What a link ends in keeps its meaning: `link -> dir/` and `link -> dir/.` want a directory.
      if (/\/\.?$/.test(found.target)) target.push('.');
      pending.push(...target.reverse());
      continue;
    }
    if (found.kind === 'directory') {
      above.push(here);
      here = { path: place, node: found };
      continue;
    }
    if (!last || mustBeDirectory) return unresolved('not-a-directory', place, pending, links);
    return { path: place, node: found, links };
  }
  return { path: here.path === '' ? '/' : here.path, node: here.node, links };
}

/** The names in a path, `.` and `..` among them; the empty ones of `//` and of both ends are no names. */
export function components(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

function unresolved(
  problem: NonNullable<Resolution['problem']>,
  place: string,
  pending: readonly string[],
  links: readonly string[],
): Resolution {
  const rest = [...pending].reverse().filter((name) => name !== '.');
  return { path: [place, ...rest].join('/'), node: undefined, links, problem };
}
