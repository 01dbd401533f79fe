import type * as z from 'zod/mini';
import { type TypeIssue, typeIssues } from './check.ts';
import { joinPath, type Segment, splitPath } from './path.ts';

export interface Pruned {
  /** A copy without the values whose types are wrong: it satisfies the schema. Null if nothing is left of it. */
  readonly value: unknown;
  /** Of the values that were taken out first, not of what had to follow them. */
  readonly issues: readonly TypeIssue[];
  /** Where in the file a value of the copy lies: items of arrays have moved up. */
  readonly original: (path: string) => string;
}

/**
 * Takes out what is of the wrong type, so that the rest can be looked at too: a file with one wrong number may have other
 * faults. A member that must be there takes the object around it with it.
 */
export function prune(
  schema: z.ZodMiniType,
  given: unknown,
  spare: Readonly<Record<string, unknown>>,
): Pruned {
  const value: unknown = structuredClone(given);
  const indexes = new Map<unknown[], number[]>();
  const first = typeIssues(schema, value) ?? [];
  for (let issues: readonly TypeIssue[] | null = first; issues; issues = typeIssues(schema, value)) {
    if (!takeOut(value, issues, spare, indexes))
      return { value: null, issues: first, original: (path) => path };
    if (issues.length === 0) break;
  }
  return { value, issues: first, original: (path) => originalPath(value, path, indexes) };
}

/** False if it is the whole that is wrong. `spare` has members that the whole cannot be without. */
function takeOut(
  value: unknown,
  issues: readonly TypeIssue[],
  spare: Readonly<Record<string, unknown>>,
  indexes: Map<unknown[], number[]>,
): boolean {
  const items = new Map<unknown[], Set<number>>();
  for (const { path } of issues) {
    const target = valueAt(value, path) === undefined ? path.slice(0, -1) : path;
    const [name] = path;
    if (target.length === 0) {
      if (typeof value !== 'object' || value === null || typeof name !== 'string' || !(name in spare))
        return false;
      Object.assign(value, { [name]: spare[name] });
      continue;
    }
    const holder = valueAt(value, target.slice(0, -1));
    const last = target.at(-1) as Segment;
    if (Array.isArray(holder)) items.set(holder, (items.get(holder) ?? new Set()).add(Number(last)));
    else delete (holder as Record<Segment, unknown> | undefined)?.[last];
  }
  for (const [array, gone] of items) {
    const stay = array.map((_, index) => index).filter((index) => !gone.has(index));
    const before = indexes.get(array);
    indexes.set(
      array,
      stay.map((index) => before?.[index] ?? index),
    );
    array.splice(0, array.length, ...stay.map((index) => array[index]));
  }
  return true;
}

function originalPath(value: unknown, path: string, indexes: ReadonlyMap<unknown[], number[]>): string {
  let inner: unknown = value;
  const segments = splitPath(path).map((segment) => {
    const moved = Array.isArray(inner) ? indexes.get(inner)?.[Number(segment)] : undefined;
    inner = (inner as Record<Segment, unknown> | undefined)?.[segment];
    return moved ?? segment;
  });
  return joinPath(segments);
}

function valueAt(value: unknown, path: readonly Segment[]): unknown {
  return path.reduce<unknown>(
    (inner, segment) => (inner as Record<Segment, unknown> | undefined)?.[segment],
    value,
  );
}
