import type { Answer, Read } from '../execute/messages.ts';
import { textOf } from '../execute/reads.ts';

type Paths = Readonly<Record<string, string>>;

/** One hierarchy tells all members: v2 if there is one, since a process is in it from its birth. */
export function membersPath(paths: Paths): string | undefined {
  return paths[''] ?? paths.pids ?? paths.freezer ?? Object.values(paths)[0];
}

/** Who is in the container's cgroup and those below it. */
export function membersRead(paths: Paths): Read | null {
  const path = membersPath(paths);
  return path === undefined ? null : { kind: 'BELOW', path, name: 'cgroup.procs' };
}

/** Pid 0 stands for a process that the caller's pid namespace does not show. */
export function parsePids(answer: Answer): number[] {
  const numbers = (textOf(answer) ?? '').split('\n').map(Number);
  return [...new Set(numbers.filter((pid) => pid > 0))].sort((a, b) => a - b);
}
