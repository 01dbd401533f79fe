import { decodeName } from '../tree/name.ts';
import type { Tree } from '../tree/tree.ts';
import { matches } from './pattern.ts';

/** As ldconfig: a file that includes itself is read once, and nobody nests deeper. */
const MAX_DEPTH = 10;
const MAX_SIZE = 1024 * 1024;
/** No path is longer, and regular expressions take the square of it. */
const MAX_LINE = 4096;

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
  for (const whole of text.split('\n')) {
    if (whole.length > MAX_LINE) continue;
    const line = whole.replace(/#.*/, '').trim();
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

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
