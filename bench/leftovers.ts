import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inHierarchy, removeEverywhere } from './cgroups.ts';

/** How everything that a bench makes begins, before its pid. */
export const prefix = 'railcar-bench-';

const temporary = '/tmp';

/** Removes what benches could not remove that were killed with SIGKILL. */
export function removeLeftovers(): void {
  for (const cgroup of deserted(inHierarchy('pids', ''))) removeEverywhere(cgroup);
  for (const folder of deserted(temporary)) rmSync(join(temporary, folder), { recursive: true });
}

function deserted(folder: string): string[] {
  const pids = new RegExp(`^${prefix}(\\d+)`);
  return readdirSync(folder).filter((name) => {
    const pid = pids.exec(name)?.[1];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  });
}
