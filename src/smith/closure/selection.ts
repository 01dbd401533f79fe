import { compareNames } from '../tree/name.ts';
import type { Node } from '../tree/node.ts';
import type { LoadKind } from './link-map.ts';

/** Why a path is in the image. `by` is another path of the selection, whose own reasons go on from there. */
export type Reason =
  /** The recipe asks for it; `because` says where: `smith.yaml:4:5: /usr/bin/*`. */
  | { readonly kind: 'wanted'; readonly because: string }
  /** It is in the folder that is laid over everything. */
  | { readonly kind: 'overlay'; readonly because: string }
  /** It is in a directory that is wanted as a whole. */
  | { readonly kind: 'below'; readonly by: string }
  /** A directory that something else is in. */
  | { readonly kind: 'parent'; readonly by: string }
  /** A link on the way to `by`, which was asked for as `asked`. */
  | { readonly kind: 'link'; readonly by: string; readonly asked: string }
  /** Where the link `by`, in a directory that is wanted, leads. */
  | { readonly kind: 'target'; readonly by: string }
  /** The loader that the kernel starts for `by`. */
  | { readonly kind: 'interpreter'; readonly by: string }
  /** What runs the script `by`; `name` as its first line has it. */
  | { readonly kind: 'shebang'; readonly by: string; readonly name: string }
  /** What env(1) runs for the script `by`. */
  | { readonly kind: 'command'; readonly by: string; readonly name: string }
  /** A loader loads it for `by`; `place` says where it was looked for. */
  | {
      readonly kind: LoadKind;
      readonly by: string;
      readonly name: string;
      readonly place: string | null;
      readonly detail: string | null;
    }
  /** Without it `by` would not be found. */
  | { readonly kind: 'cache'; readonly by: string }
  /** The same library as `by` for other processors. */
  | { readonly kind: 'variant'; readonly by: string }
  /** Conversions of character sets for the C library `by`. */
  | { readonly kind: 'gconv'; readonly by: string };

export interface Selected {
  readonly node: Node;
  /** The first is why it came in; others would have brought it in as well. */
  readonly reasons: readonly Reason[];
}

/**
 * The paths that an image is made of, each with its reasons. Paths have no links among their parents, and every parent
 * is in the selection too.
 */
export class Selection {
  readonly #paths = new Map<string, { node: Node; reasons: Reason[]; seen: Set<string> }>();

  /** Says whether the path is new. */
  add(path: string, node: Node, reason: Reason): boolean {
    const known = this.#paths.get(path);
    const key = `${reason.kind} ${'by' in reason ? reason.by : reason.because}`;
    if (known === undefined) {
      this.#paths.set(path, { node, reasons: [reason], seen: new Set([key]) });
      return true;
    }
    if (known.seen.has(key)) return false;
    known.seen.add(key);
    known.reasons.push(reason);
    return false;
  }

  get(path: string): Selected | undefined {
    return this.#paths.get(path);
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  get size(): number {
    return this.#paths.size;
  }

  /** Sorted by bytes; each directory comes before what is in it. */
  *entries(): Generator<[path: string, selected: Selected]> {
    for (const path of this.paths()) {
      const selected = this.#paths.get(path);
      if (selected !== undefined) yield [path, selected];
    }
  }

  paths(): string[] {
    return [...this.#paths.keys()].sort(comparePaths);
  }

  /** Bytes of the files' contents; one that has several names counts once. */
  bytes(): number {
    const files = new Set([...this.#paths.values()].map(({ node }) => node));
    return [...files].reduce((sum, node) => sum + (node.kind === 'file' ? node.content.size : 0), 0);
  }
}

/** By the names of their parts, so that `/a/b` comes before `/a-b`. */
function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === length) return a.length - b.length;
  if (a[at] === '/') return -1;
  if (b[at] === '/') return 1;
  // One character more, in case that the first half of a pair is the same.
  const from = Math.max(0, at - 1);
  return compareNames(a.slice(from), b.slice(from));
}
