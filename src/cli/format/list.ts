import type { ContainerState } from '../verbs.ts';
import { stateMembers } from './state.ts';

/** What `list` prints. JSON of no containers is `null`, as callers know it from runc. */
export function listText(containers: readonly ContainerState[], format: 'table' | 'json' | 'ids'): string {
  switch (format) {
    case 'ids':
      return containers.map(({ id }) => `${id}\n`).join('');
    case 'json':
      return `${JSON.stringify(containers.length === 0 ? null : containers.map(stateMembers))}\n`;
    case 'table':
      return table([
        ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'],
        ...containers.map(({ id, pid, status, bundle, created, owner }) => [
          id,
          String(pid),
          status,
          bundle,
          created,
          owner,
        ]),
      ]);
  }
}

/** Columns as Go's tabwriter sets them for runc: at least 12 wide, 3 spaces apart, the last one free. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(12, ...rows.map((row) => (row[column] ?? '').length + 3)),
  );
  return rows.map((row) => `${line(row, widths)}\n`).join('');
}

function line(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
    .join('');
}
