import { expandGlob } from '../tree/glob.ts';
import type { Tree } from '../tree/tree.ts';

/** From how many files on one glob is easier to read than all of them. */
const MANY = 3;

/** Everybody's (FHS): that all of it was used is chance, and no property of the program. */
const shared = /^\/(usr(\/(local\/)?[^/]+)?|bin|sbin|lib[^/]*|etc|var(\/[^/]+)?|opt|srv|home|root|tmp|run)$/;

/**
 * Globs for the files: for a directory all of which was used the directory, for all of it that ends alike `*.so`, and
 * otherwise the files. What the globs name is never more than what `isUsed` says was used.
 */
export function summarize(
  source: Tree,
  files: readonly string[],
  isUsed: (path: string) => boolean,
): string[] {
  const whole = new WholeDirectories(source, isUsed);
  const directories = new Set<string>();
  const rest: string[] = [];
  for (const path of files) {
    const directory = whole.highest(path);
    if (directory === null) rest.push(path);
    else directories.add(directory);
  }
  const groups = new Map<string | null, string[]>();
  for (const path of rest) {
    const glob = likeIt(path);
    groups.set(glob, [...(groups.get(glob) ?? []), path]);
  }
  const globs = [...groups].flatMap(([glob, paths]) => {
    const all = glob === null || paths.length < MANY ? [] : expandGlob(source, glob);
    const fits =
      all.length > 0 && all.every((path) => isUsed(path) && source.get(path)?.kind !== 'directory');
    return glob !== null && fits ? [glob] : paths.map(literal);
  });
  return [...[...directories].map(literal), ...globs];
}

/** `/usr/lib/x/*.so` for `/usr/lib/x/a.so`. */
function likeIt(path: string): string | null {
  const slash = path.lastIndexOf('/');
  const dot = path.lastIndexOf('.');
  return dot > slash + 1 ? `${literal(path.slice(0, slash))}/*${literal(path.slice(dot))}` : null;
}

/** A byte that is no text cannot be written in a recipe; `?` stands for it. */
export function literal(path: string): string {
  return path.replaceAll(/[*?[\]{}\\]/g, '\\$&').replaceAll(/\p{Cs}/gu, '?');
}

class WholeDirectories {
  readonly #source: Tree;
  readonly #isUsed: (path: string) => boolean;
  readonly #known = new Map<string, boolean>();

  constructor(source: Tree, isUsed: (path: string) => boolean) {
    this.#source = source;
    this.#isUsed = isUsed;
  }

  /** The largest directory around a file of which all is used; never the root, and never one with a single file in it. */
  highest(path: string): string | null {
    let found: string | null = null;
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const directory = path.slice(0, at);
      if (shared.test(directory) || !this.#isWhole(directory)) break;
      if (this.#count(directory) > 1) found = directory;
    }
    return found;
  }

  #isWhole(path: string): boolean {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const all = [...this.#source.walk(path)].every(
      ([at, { kind }]) => kind === 'directory' || this.#isUsed(at),
    );
    this.#known.set(path, all);
    return all;
  }

  #count(path: string): number {
    return [...this.#source.walk(path)].filter(([, { kind }]) => kind !== 'directory').length;
  }
}
