import type { Hands } from './hands.ts';
import type { Answer, Read } from './messages.ts';

const ENOENT = 2;
const nothing: Answer = { errno: ENOENT, items: [] };

/** One round trip for reads that are known by name. Null: nothing to read, answered like a missing file. */
export async function readNamed<K extends string>(
  hands: Hands,
  reads: Readonly<Record<K, Read | null>>,
): Promise<Record<K, Answer>> {
  const entries = Object.entries<Read | null>(reads);
  const wanted = entries.flatMap(([, read]) => read ?? []);
  const answers = [...(await hands.read(wanted))];
  const named = entries.map(([name, read]) => [name, read === null ? nothing : (answers.shift() ?? nothing)]);
  return Object.fromEntries(named) as Record<K, Answer>;
}

export const file = (path: string): Read => ({ kind: 'FILE', path });
/** A file that the user named: a pipe (`<(…)`, /dev/stdin) is as good. */
export const stream = (path: string): Read => ({ kind: 'STREAM', path });
/** `mode uid gid major minor inode size flags type`: the file's, and the last two its file system's. */
export const stat = (path: string): Read => ({ kind: 'STAT', path });
export const link = (path: string): Read => ({ kind: 'LINK', path });
export const exists = (path: string): Read => ({ kind: 'EXISTS', path });

/** The answer's only item as text without the final newline; undefined if nothing could be read. */
export function textOf(answer: Answer): string | undefined {
  const item = answer.errno === 0 ? answer.items[0] : undefined;
  return item && Buffer.from(item).toString().replace(/\n$/, '');
}

export function isThere(answer: Answer): boolean {
  return answer.errno === 0;
}
