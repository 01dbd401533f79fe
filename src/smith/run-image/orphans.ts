import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CONTAINER_LINK, type OwnBundleName, parseOwnBundle } from '../../own-bundles.ts';

/** Removes bundles that nobody wants any more: the launcher was killed, or the host has been started anew since. */
export function removeOrphans(folder: string): void {
  for (const name of readdirSync(folder)) {
    const parsed = parseOwnBundle(name);
    const path = join(folder, name);
    // What cannot be removed now does not keep anybody from running something else.
    if (parsed !== null && isOrphaned(path, parsed)) rmSync(path, { recursive: true, force: true });
  }
}

function isOrphaned(path: string, { pid, startTime }: OwnBundleName): boolean {
  const container = attempt(() => readlinkSync(join(path, CONTAINER_LINK)));
  if (container !== null) return !existsSync(join(container, 'state.json'));
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The name of a process may have anything in it; fields are counted from behind it.
  return Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) !== startTime;
}

function attempt(look: () => string): string | null {
  try {
    return look();
  } catch {
    return null;
  }
}
