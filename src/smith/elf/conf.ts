import { decodeName } from '../tree/name.ts';
import type { Tree } from '../tree/tree.ts';

/** As ldconfig: a file that includes itself is read once, and nobody nests deeper. */
const MAX_DEPTH = 10;
const MAX_SIZE = 1024 * 1024;

export interface LoaderConf {
  /** Directories in order, each once. */
  readonly directories: readonly string[];
  /** The files that were read. */
  readonly files: readonly string[];
}

/** Reads /etc/ld.so.conf with what it includes, inside the tree (ldconfig(8)). What is not there adds nothing. */
export function readLoaderConf(tree: Tree, path = '/etc/ld.so.conf'): LoaderConf {
  const files = new Set<string>();
  const directories = new Set<string>();
  readInto(tree, path, { files, directories }, 0);
  return { directories: [...directories], files: [...files] };
}

function readInto(
  tree: Tree,
  path: string,
  found: { files: Set<string>; directories: Set<string> },
  depth: number,
): void {
  const { node, path: place } = tree.resolve(path);
  if (node?.kind !== 'file' || found.files.has(place) || depth > MAX_DEPTH) return;
  found.files.add(place);
  const text = decodeName(node.content.read(0, MAX_SIZE));
  for (const line of text.split('\n').map((each) => each.replace(/#.*/, '').trim())) {
    const [word = '', ...rest] = line.split(/\s+/);
    if (word === '' || word === 'hwcap') continue;
    if (word === 'include') {
      const patterns = rest.map((pattern) =>
        pattern.startsWith('/') ? pattern : `${parentOf(path)}/${pattern}`,
      );
      for (const file of patterns.flatMap((pattern) => matches(tree, pattern))) {
        readInto(tree, file, found, depth + 1);
      }
      continue;
    }
    // `dir=libc6` once said what kind of libraries a directory has.
    const directory = line.replace(/\s*=[^/]*$/, '').replace(/(.)\/+$/, '$1');
    if (directory.startsWith('/')) found.directories.add(directory);
  }
}

/** The paths that match, sorted by name: glob(3) with `*`, `?` and `[…]`, links followed. */
export function matches(tree: Tree, pattern: string): string[] {
  let places = [''];
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    const matcher = /[*?[]/.test(part) ? matcherOf(part) : null;
    places = places.flatMap((place) => {
      if (matcher === null)
        return tree.resolve(`${place}/${part}`).node === undefined ? [] : [`${place}/${part}`];
      const { node } = tree.resolve(place === '' ? '/' : place);
      if (node?.kind !== 'directory') return [];
      return [...node.children.keys()]
        .filter((name) => matcher.test(name) && (part.startsWith('.') || !name.startsWith('.')))
        .sort()
        .map((name) => `${place}/${name}`);
    });
  }
  return places;
}

function matcherOf(part: string): RegExp {
  const source = part.replaceAll(/\[!?[^\]]+\]|[\s\S]/g, (piece) => {
    if (piece === '*') return '[^/]*';
    if (piece === '?') return '[^/]';
    if (piece.length === 1) return piece.replace(/[\\^$.|+(){}[\]]/, '\\$&');
    const inverted = piece[1] === '!';
    const inside = piece.slice(inverted ? 2 : 1, -1).replaceAll(/[\\\]^[]/g, '\\$&');
    return `[${inverted ? '^' : ''}${inside}]`;
  });
  try {
    return new RegExp(`^${source}$`, 'u');
  } catch {
    // `[z-a]` matches nothing.
    return /(?!)/u;
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
