import { readdirSync, readFileSync } from 'node:fs';
import { kill } from './cgroups.ts';

/** Who is whose parent, at this moment. */
function parents(): Map<number, number> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Map(pids.map((pid) => [Number(pid), parentOf(pid)]));
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

/** Kilobytes of a process: all that is resident, and that part of it which it does not share. */
export function memoryOf(pid: number): { resident: number; own: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const value = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0);
  return { resident: value('Rss'), own: value('Private_Clean') + value('Private_Dirty') };
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}
