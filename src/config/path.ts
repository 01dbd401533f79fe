export type Segment = string | number;

/**
 * A JSON path as messages and origins write it: `mounts[3].options[0]`, and `linux.sysctl["net.ipv4.ip_forward"]`
 * for a name that is not a plain word.
 */
export function joinPath(segments: readonly Segment[]): string {
  return segments.reduce<string>((path, segment) => childPath(path, segment), '');
}

export function childPath(parent: string, segment: Segment): string {
  if (typeof segment === 'number') return `${parent}[${segment}]`;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(segment)) return `${parent}[${JSON.stringify(segment)}]`;
  return parent === '' ? segment : `${parent}.${segment}`;
}

/** The path of the value around it; null for the whole file and for what is no path. */
export function parentPath(path: string): string | null {
  const last = /(^|\.)[A-Za-z_][A-Za-z0-9_]*$|\[(\d+|"([^"\\]|\\.)*")\]$/.exec(path);
  return last && last.index + last[0].length === path.length ? path.slice(0, last.index) : null;
}

/** The way from the whole file to a value: what `joinPath` was given. */
export function splitPath(path: string): Segment[] {
  return [...path.matchAll(/[A-Za-z_][A-Za-z0-9_]*|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g)].map(
    ([word, index, name]) =>
      index !== undefined ? Number(index) : name === undefined ? word : (JSON.parse(name) as string),
  );
}
