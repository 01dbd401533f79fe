import { type Closure, type ClosureOptions, closure, type Wanted } from '../closure/closure.ts';
import type { Selection } from '../closure/selection.ts';
import { compareNames } from '../tree/name.ts';
import type { Tree } from '../tree/tree.ts';
import { withoutCompiled } from './compiled.ts';
import { throughLinks } from './link-paths.ts';
import type { Observation } from './observation.ts';
import { summarize } from './summarize.ts';

export interface Proposal {
  /** Globs for `paths` of a recipe, besides those that it has. */
  readonly paths: readonly string[];
  /** What was written, whether the source has it or not. */
  readonly written: readonly string[];
  /** What was opened, though the recipe excludes it. */
  readonly excluded: readonly string[];
}

export interface Traced {
  readonly observation: Observation;
  /** Links that were followed. */
  readonly links: ReadonlySet<string>;
}

/** What runtimes make, and what the loader finds without: never files of an image. */
const notWanted = /^\/(proc|sys|dev)(\/|$)|^\/etc\/ld\.so\.cache$/;

/**
 * The paths that bring what a program has opened: its files, without those that other files of the image bring by
 * themselves, by the links through which it came to them, and with directories that it has opened all of as one.
 *
 * `source` has the overlay in it, and `chosen` is what the recipe asks for and how it is followed.
 */
export function propose(source: Tree, { observation, links }: Traced, chosen: ClosureOptions): Proposal {
  const excludes = (path: string) => isExcluded(path, chosen);
  const files = [...used(observation)].filter((path) => source.get(path)?.kind === 'file');
  const wanted = withoutCompiled(source, files).filter((path) => !excludes(path));
  const empty = [...observation.read].filter((path) => isEmptyDirectory(source, path) && !excludes(path));
  const follow = (paths: readonly string[]) =>
    closure(source, { ...chosen, wanted: [...chosen.wanted, ...paths.map(because)] });

  const roots = leastRoots(wanted, follow);
  const { selection } = follow(roots);
  const reached = new Set([...wanted, ...selection.paths()]);
  const { plain, linked } = throughLinks(source, roots, links, { reached, selection });
  const known = follow([]).selection;
  const paths = [...summarize(source, plain, (path) => reached.has(path) || links.has(path)), ...linked];
  paths.push(...empty.filter((path) => !known.has(path)));
  return {
    paths: [...new Set(paths)].sort(compareNames),
    written: [...observation.written].filter((path) => !notWanted.test(path)).sort(compareNames),
    excluded: files.filter(excludes).sort(compareNames),
  };
}

/** A file that was written and never read is the program's product. */
function* used({ opened, read, executed, written }: Observation): Generator<string> {
  for (const path of new Set([...executed, ...opened, ...read])) {
    const product = written.has(path) && !read.has(path) && !executed.has(path);
    if (!product && !notWanted.test(path)) yield path;
  }
}

function because(path: string): Wanted {
  return { path, because: 'it was opened' };
}

/**
 * Of the files those that nothing else of them brings. Where some bring each other, the first in order is taken.
 */
function leastRoots(files: readonly string[], follow: (paths: readonly string[]) => Closure): string[] {
  const known = follow([]).selection;
  const candidates = files.filter((path) => !known.has(path)).sort(compareNames);
  const all = follow(candidates).selection;
  const roots = candidates.filter((path) => !isBrought(path, all));
  let rest = candidates.filter((path) => !roots.includes(path));
  while (rest.length > 0) {
    const { selection } = follow(roots);
    rest = rest.filter((path) => !selection.has(path));
    const [first] = rest;
    if (first !== undefined) roots.push(first);
  }
  return roots;
}

function isBrought(path: string, selection: Selection): boolean {
  const reasons = selection.get(path)?.reasons ?? [];
  return reasons.some((reason) => 'by' in reason && reason.by !== path && reason.kind !== 'parent');
}

function isExcluded(path: string, { excludes = () => false }: ClosureOptions): boolean {
  const parts = path.split('/');
  return parts.some((_, index) => index > 0 && excludes(parts.slice(0, index + 1).join('/')));
}

function isEmptyDirectory(source: Tree, path: string): boolean {
  const node = source.get(path);
  return node?.kind === 'directory' && node.children.size === 0 && path !== '/' && !notWanted.test(path);
}
