/**
 * JSON text of a value that may hold bigints, which are written as plain integers, so that a configuration survives
 * being stored. `indent` is the number of spaces per level; 0 writes one line.
 */
export function stringifyJson(value: unknown, indent = 0): string {
  if (!holdsBigint(value)) return JSON.stringify(value, null, indent);
  return print(value, indent, '\n');
}

function holdsBigint(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  return Object.values(value).some(holdsBigint);
}

function print(value: unknown, indent: number, newline: string): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = newline + ' '.repeat(indent);
  if (Array.isArray(value)) {
    return enclose(
      value.map((item) => print(item ?? null, indent, inner)),
      '[]',
      indent,
      newline,
    );
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const colon = indent > 0 ? ': ' : ':';
  return enclose(
    members.map(([name, member]) => JSON.stringify(name) + colon + print(member, indent, inner)),
    '{}',
    indent,
    newline,
  );
}

function enclose(items: readonly string[], pair: string, indent: number, newline: string): string {
  if (items.length === 0) return pair;
  if (indent === 0) return pair[0] + items.join(',') + pair[1];
  const inner = newline + ' '.repeat(indent);
  return pair[0] + inner + items.join(`,${inner}`) + newline + pair[1];
}
