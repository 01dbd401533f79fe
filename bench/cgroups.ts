import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

export const mounted = '/sys/fs/cgroup';

/**
 * Shows this mount namespace the v1 hierarchies alone. On a hybrid host there is an empty v2 hierarchy too, and crun
 * would make and join a cgroup there that no other runtime makes.
 */
export function showControllersOnly(scratch: string): void {
  if (existsSync(join(mounted, 'cgroup.controllers'))) return;
  const hierarchies = readdirSync(mounted, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(mounted, entry.name, 'tasks')))
    .map((entry) => entry.name);
  const prepared = join(scratch, 'cgroup');
  mkdirSync(prepared);
  mount('-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', prepared);
  for (const hierarchy of hierarchies) {
    mkdirSync(join(prepared, hierarchy));
    mount('--bind', join(mounted, hierarchy), join(prepared, hierarchy));
  }
  unmount(mounted);
  mount('--move', prepared, mounted);
}

export function mount(...words: string[]): void {
  execFileSync('mount', words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

export function unmount(folder: string): void {
  execFileSync('umount', ['--recursive', '--lazy', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The same cgroup in all hierarchies, so that no runtime has to make it first. */
export function makeEverywhere(cgroup: string): void {
  for (const root of roots()) mkdirSync(join(root, cgroup), { recursive: true });
}

export function inHierarchy(controller: string, cgroup: string): string {
  return existsSync(join(mounted, controller)) ? join(mounted, controller, cgroup) : join(mounted, cgroup);
}

/** Kills all that runs in a cgroup and below it, in whichever hierarchy, and removes it. */
export function removeEverywhere(cgroup: string): void {
  const trees = roots().map((root) => join(root, cgroup));
  for (let attempt = 0; attempt < 200; attempt++) {
    const pids = trees.flatMap((tree) => below(tree).flatMap(members));
    if (pids.length === 0) break;
    for (const pid of pids) kill(pid);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
  for (const folder of trees.flatMap(below)) {
    try {
      rmdirSync(folder);
    } catch (error) {
      if (existsSync(folder)) throw error;
    }
  }
}

/** Pids in a cgroup, directly; none if it has gone. */
export function members(folder: string): number[] {
  try {
    return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch (error) {
    if (!existsSync(folder)) return [];
    throw error;
  }
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Deepest first. */
function below(tree: string): string[] {
  if (!existsSync(tree)) return [];
  const children = readdirSync(tree, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...children.flatMap((child) => below(join(tree, child.name))), tree];
}

function roots(): string[] {
  if (existsSync(join(mounted, 'cgroup.controllers'))) return [mounted];
  return readdirSync(mounted, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(mounted, entry.name));
}
