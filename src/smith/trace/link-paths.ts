import type { Selection } from '../closure/selection.ts';
import { compareNames } from '../tree/name.ts';
import type { Tree } from '../tree/tree.ts';

export interface Reached {
  /** What the program has opened, and what comes along. */
  readonly reached: ReadonlySet<string>;
  /** What the roots bring. */
  readonly selection: Selection;
}

/**
 * The roots by the names that the program knows them by: a link that it has followed and that nothing brings has to be
 * named itself, in place of the file that it leads to; one to a directory by some path through it.
 */
export function throughLinks(
  source: Tree,
  roots: readonly string[],
  links: ReadonlySet<string>,
  { reached, selection }: Reached,
): { readonly plain: readonly string[]; readonly linked: readonly string[] } {
  const plain = new Set(roots);
  const linked = new Set<string>();
  const missing = [...links].filter((link) => !selection.has(link)).sort(compareNames);
  for (const link of heads(source, missing)) {
    const { path, node } = source.resolve(link);
    if (node?.kind !== 'file' || !reached.has(path)) continue;
    plain.delete(path);
    linked.add(link);
  }
  for (const link of missing) {
    const { path: target, node } = source.resolve(link);
    if (node?.kind !== 'directory') continue;
    const below = (path: string) =>
      path.startsWith(target === '/' ? '/' : `${target}/`) && !isBelow(path, link);
    const chosen =
      [...linked].find(below) ??
      [...plain].find(below) ??
      [...reached].find((path) => below(path) && isFile(source, path));
    if (chosen === undefined) continue;
    plain.delete(chosen);
    linked.delete(chosen);
    linked.add(`${link}${chosen.slice(target === '/' ? 0 : target.length)}`);
  }
  return { plain: [...plain], linked: [...linked] };
}

/** Those of the links that no other of them leads through. */
function heads(source: Tree, links: readonly string[]): string[] {
  const through = new Set(
    links.flatMap((link) => source.resolve(link).links.filter((other) => other !== link)),
  );
  return links.filter((link) => !through.has(link));
}

function isFile(source: Tree, path: string): boolean {
  return source.get(path)?.kind === 'file';
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(`${directory}/`);
}
