import { RailcarError } from '../../errors.ts';
import type { Processes } from '../verbs.ts';

/** What `ps` prints: the pids as a JSON array, or the lines of ps(1) that are about them. */
export function psText({ pids, table }: Processes): string {
  return table === null ? `${JSON.stringify(pids)}\n` : filterTable(table, new Set(pids));
}

function filterTable(table: string, pids: ReadonlySet<number>): string {
  const [header = '', ...lines] = table.split('\n');
  const column = header.trim().split(/\s+/).indexOf('PID');
  if (column < 0) throw new RailcarError('usage', "couldn't find PID field in ps output");
  const ours = lines.filter((line) => pids.has(Number(line.trim().split(/\s+/)[column] || Number.NaN)));
  return [header, ...ours].map((line) => `${line}\n`).join('');
}
