import type { Hands } from '../execute/hands.ts';
import type { Answer } from '../execute/messages.ts';
import { textOf } from '../execute/reads.ts';

type Paths = Readonly<Record<string, string>>;

/** One hierarchy tells all members: v2 if there is one, since a process is in it from its birth. */
export function membersPath(paths: Paths): string | undefined {
  return paths[''] ?? paths.pids ?? paths.freezer ?? Object.values(paths)[0];
}

/** Who is in the container's cgroup and those below it. */
export async function readMembers(hands: Hands, paths: Paths): Promise<number[]> {
  const path = membersPath(paths);
  if (path === undefined) return [];
  const [answer] = await hands.read([{ kind: 'BELOW', path, name: 'cgroup.procs' }]);
  return answer === undefined ? [] : parsePids(answer);
}

/** Pid 0 stands for a process that the caller's pid namespace does not show. */
function parsePids(answer: Answer): number[] {
  const numbers = (textOf(answer) ?? '').split('\n').map(Number);
  return [...new Set(numbers.filter((pid) => pid > 0))].sort((a, b) => a - b);
}
