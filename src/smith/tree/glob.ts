import picomatch from 'picomatch';
import { compareNames } from './name.ts';
import { components } from './resolve.ts';
import type { Tree } from './tree.ts';

/** Of shells and of Go's filepath.Glob; that a name begins with a dot makes no difference. */
const options = { dot: true, nonegate: true, noextglob: true, nocase: false } as const;

/**
 * The paths that a pattern names, as they would be written: what is a link on the way stays one. `*`, `?` and `[…]` stand
 * for parts of one name, `{a,b}` for several, `**` for any directories in between, and `\` takes away what a character means.
 */
export function expandGlob(tree: Tree, pattern: string): string[] {
  const found = new Set<string>();
  visit(tree, '', components(pattern), found);
  return [...found].sort(compareNames);
}

/** Whether one of the patterns names a path, without looking into any tree. */
export function globMatcher(patterns: readonly string[]): (path: string) => boolean {
  const matchers = patterns.map((pattern) => picomatch(components(pattern).join('/'), options));
  return (path) => matchers.some((matches) => matches(path.replace(/^\//, '')));
}

function visit(tree: Tree, base: string, [first, ...rest]: readonly string[], found: Set<string>): void {
  if (first === undefined) {
    found.add(base === '' ? '/' : base);
    return;
  }
  if (first === '**') {
    visitBelow(tree, base, rest, found);
    return;
  }
  const literal = literalOf(first);
  const names = literal === null ? namesLike(tree, base, first) : [literal];
  for (const name of names) {
    const path = name === '.' ? base : `${base}/${name}`;
    // The last may be a link that leads nowhere: it is there, and whoever takes it will say so.
    const { node } = tree.resolve(path, { followLast: rest.length > 0 });
    if (node && (rest.length === 0 || node.kind === 'directory')) visit(tree, path, rest, found);
  }
}

/** No link is followed down there: it would name things twice, or for ever. */
function visitBelow(tree: Tree, base: string, rest: readonly string[], found: Set<string>): void {
  if (rest.length > 0) visit(tree, base, rest, found);
  const { node } = tree.resolve(base === '' ? '/' : base);
  if (node?.kind !== 'directory') return;
  for (const [name, child] of node.children) {
    const path = `${base}/${name}`;
    if (rest.length === 0) found.add(path);
    if (child.kind === 'directory') visitBelow(tree, path, rest, found);
  }
}

function namesLike(tree: Tree, base: string, pattern: string): string[] {
  const { node } = tree.resolve(base === '' ? '/' : base);
  if (node?.kind !== 'directory') return [];
  const matches = picomatch(pattern, options);
  return [...node.children.keys()].filter((name) => matches(name));
}

/** The name that a pattern without any magic stands for. */
function literalOf(pattern: string): string | null {
  const plain = pattern.replaceAll(/\\(.)/g, '');
  return /[*?[\]{}]/.test(plain) ? null : pattern.replaceAll(/\\(.)/g, '$1');
}
