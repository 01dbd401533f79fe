/** What of a program is not as in another one, in order: `after` names the last operation that they share. */
export interface Change<T> {
  readonly after: string;
  readonly removed?: readonly T[];
  readonly added?: readonly T[];
}

/** The changes that turn `from` into `to`, by a longest common subsequence; operations are compared as `key` sees them. */
export function difference<T>(
  from: readonly T[],
  to: readonly T[],
  key: (item: T) => string,
  name: (item: T) => string,
): Change<T>[] {
  const lengths = commonLengths(from.map(key), to.map(key));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  const changes: { after: string; removed: T[]; added: T[] }[] = [];
  let after = 'the start';
  let open = false;
  const change = () => {
    if (!open) changes.push({ after, removed: [], added: [] });
    open = true;
    return changes.at(-1);
  };
  for (let i = 0, j = 0; i < from.length || j < to.length; ) {
    const [old, fresh] = [from[i], to[j]];
    if (old !== undefined && fresh !== undefined && key(old) === key(fresh)) {
      after = name(fresh);
      open = false;
      i++;
      j++;
    } else if (old !== undefined && (fresh === undefined || at(i + 1, j) >= at(i, j + 1))) {
      change()?.removed.push(old);
      i++;
    } else if (fresh !== undefined) {
      change()?.added.push(fresh);
      j++;
    }
  }
  return changes.map(({ after, removed, added }) => ({
    after,
    ...(removed.length > 0 && { removed }),
    ...(added.length > 0 && { added }),
  }));
}

/** Entry [i][j]: how many items the rest of `from` after i and the rest of `to` after j have in common. */
function commonLengths(from: readonly string[], to: readonly string[]): number[][] {
  const lengths = Array.from({ length: from.length + 1 }, () => new Array<number>(to.length + 1).fill(0));
  for (let i = from.length - 1; i >= 0; i--) {
    for (let j = to.length - 1; j >= 0; j--) {
      const row = lengths[i] as number[];
      row[j] =
        from[i] === to[j]
          ? (lengths[i + 1]?.[j + 1] ?? 0) + 1
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
