import type { Hands } from './hands.ts';
import type { Answer, Read } from './messages.ts';

const ENOENT = 2;
/** What the launcher says of a file that is not there. */
export const missing: Answer = { errno: ENOENT, items: [] };
/** Of EXISTS. */
export const there: Answer = { errno: 0, items: [] };

type Reads = Readonly<Record<string, Read | null>>;
type Answers<R extends Reads> = Record<keyof R, Answer>;

/** One round trip for reads that are known by name. Null: nothing to read, answered like a missing file. */
export async function readNamed<R extends Reads>(hands: Hands, reads: R): Promise<Answers<R>> {
  return (await readGroups(hands, { reads })).reads;
}

/** One round trip for several such groups, whose names may be the same. */
export async function readGroups<G extends Readonly<Record<string, Reads>>>(
  hands: Hands,
  groups: G,
): Promise<{ [N in keyof G]: Answers<G[N]> }> {
  const wanted: Read[] = [];
  for (const reads of Object.values(groups)) {
    for (const read of Object.values(reads)) if (read !== null) wanted.push(read);
  }
  const answers = await hands.read(wanted);
  let at = 0;
  const named: Record<string, Record<string, Answer>> = {};
  for (const [group, reads] of Object.entries(groups)) {
    const found: Record<string, Answer> = {};
    for (const [name, read] of Object.entries(reads)) {
      found[name] = read === null ? missing : (answers[at++] ?? missing);
    }
    named[group] = found;
  }
  return named as { [N in keyof G]: Answers<G[N]> };
}

export const file = (path: string): Read => ({ kind: 'FILE', path });
/** A file that the user named: a pipe (`<(…)`, /dev/stdin) is as good. */
export const stream = (path: string): Read => ({ kind: 'STREAM', path });
/** `mode uid gid major minor inode size flags type`: the file's, and the last two its file system's. */
export const stat = (path: string): Read => ({ kind: 'STAT', path });
export const link = (path: string): Read => ({ kind: 'LINK', path });
export const exists = (path: string): Read => ({ kind: 'EXISTS', path });

/** Not a read: lets the launcher start the stub while the plan for it is made. */
export const stub = (preserveFds: number): Read => ({ kind: 'STUB', path: '', max: preserveFds });

/** The answer's only item as text without the final newline; undefined if nothing could be read. */
export function textOf(answer: Answer): string | undefined {
  const item = answer.errno === 0 ? answer.items[0] : undefined;
  return item && Buffer.from(item).toString().replace(/\n$/, '');
}

export function isThere(answer: Answer): boolean {
  return answer.errno === 0;
}
