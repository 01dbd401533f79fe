import type { Hands } from '../execute/hands.ts';
import type { Answer } from '../execute/messages.ts';
import { link, textOf } from '../execute/reads.ts';
import { namespaceKind } from '../plan/namespaces.ts';
import type { Container } from '../state/container.ts';

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

/**
 * All processes of a container: those in its cgroup; of one without, those in the pid namespace of its first process,
 * and of one that has none of its own either, that process alone.
 */
export async function readProcesses(hands: Hands, { record, pid }: Container): Promise<number[]> {
  const paths = record.cgroup_paths;
  if (membersPath(paths) !== undefined) return readMembers(hands, paths);
  if (pid === 0) return [];
  if (namespaceKind(record.config, 'pid') !== 'new') return [pid];
  return inPidNamespaceOf(hands, pid);
}

async function inPidNamespaceOf(hands: Hands, pid: number): Promise<number[]> {
  const [names] = await hands.read([{ kind: 'LIST', path: '/proc' }]);
  const pids = (names?.items ?? [])
    .map((name) => Number(Buffer.from(name).toString()))
    .filter((each) => each > 0);
  const places = await hands.read([pid, ...pids].map((each) => link(`/proc/${each}/ns/pid`)));
  const [own, ...others] = places.map(textOf);
  const found = pids.filter((_, index) => own !== undefined && others[index] === own);
  return found.sort((a, b) => a - b);
}

/** Pid 0 stands for a process that the caller's pid namespace does not show. */
function parsePids(answer: Answer): number[] {
  const numbers = (textOf(answer) ?? '').split('\n').map(Number);
  return [...new Set(numbers.filter((pid) => pid > 0))].sort((a, b) => a - b);
}
