import { readdirSync, readFileSync } from 'node:fs';
import { kill } from './cgroups.ts';

/** Who is whose parent, at this moment. */
function parents(): Map<number, number> {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return new Map(pids.map((pid) => [pid, parentOf(pid)]));
}

export function descendants(of: number): number[] {
  const all = parents();
  const found = [of];
  for (const ancestor of found)
    for (const [pid, parent] of all) if (parent === ancestor && !found.includes(pid)) found.push(pid);
  return found.slice(1);
}

/** Again until there are none: what forks meanwhile must not escape. */
export function killDescendants(of: number): void {
  for (let attempt = 0; attempt < 10; attempt++) {
    const pids = descendants(of);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
  }
}

/** Kilobytes that a process has in memory, be they shared with others or not; 0 for one that has ended. */
export function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(pid, 'status'))?.[1] ?? 0);
}

function parentOf(pid: number): number {
  const stat = read(pid, 'stat');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

/** Nothing for a process that has ended. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
