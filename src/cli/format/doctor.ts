import type { Check } from '../../doctor/check.ts';

/** A table; what can be done about a row stands below it. */
export function checksText(checks: readonly Check[]): string {
  const rows = [{ name: 'CHECK', verdict: 'VERDICT', found: 'FOUND', remedy: null }, ...checks];
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, verdict, found, remedy }) => {
    const line = `${name.padEnd(width)}  ${verdict.padEnd('VERDICT'.length)}  ${found}\n`;
    return remedy === null ? line : `${line}${' '.repeat(width + 'VERDICT'.length + 4)}remedy: ${remedy}\n`;
  });
  return lines.join('');
}

export function checksJson(checks: readonly Check[]): string {
  const possible = !checks.some(({ fatal }) => fatal);
  const plain = checks.map(({ name, verdict, found, remedy }) => ({ check: name, verdict, found, remedy }));
  return `${JSON.stringify({ possible, checks: plain }, null, 2)}\n`;
}
