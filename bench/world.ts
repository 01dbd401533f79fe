import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildTools, type Tools } from './build.ts';
import { makeEverywhere, mount, removeEverywhere, showControllersOnly, unmount } from './cgroups.ts';
import { prefix, removeLeftovers } from './leftovers.ts';
import { killDescendants } from './processes.ts';
import { makeRootfs } from './rootfs.ts';
import { Timer } from './timer.ts';

/** Everything that a bench makes on the host, and its removal. */
export interface World {
  readonly tools: Tools;
  readonly timer: Timer;
  readonly scratch: string;
  readonly rootfs: string;
  /** Under which all containers have their cgroups, each runtime's below one of its own. */
  readonly cgroup: string;
  /** A folder on tmpfs, where runtimes keep their state in real life. */
  readonly state: string;
  /** What is to be done at the end, before all else is removed; last come, first served. */
  readonly endings: (() => void)[];
  end(): void;
}

export function makeWorld(): World {
  const tools = buildTools();
  const scratch = mkdtempSync(`/tmp/${prefix}${process.pid}-`);
  const cgroup = `${prefix}${process.pid}`;
  const state = join(scratch, 'state');
  const rootfs = join(scratch, 'rootfs');
  showControllersOnly(scratch);
  removeLeftovers();
  mkdirSync(state);
  mount('-t', 'tmpfs', '-o', 'mode=711', 'tmpfs', state);
  makeRootfs(rootfs, tools.smallest);
  makeEverywhere(cgroup);
  const timer = new Timer(tools.timer, state);
  const endings: (() => void)[] = [];
  const end = () => {
    while (endings.length > 0) endings.pop()?.();
    timer.process.kill('SIGSTOP');
    killDescendants(timer.process.pid ?? 0);
    removeEverywhere(cgroup);
    timer.process.kill('SIGKILL');
    unmount(state);
    rmSync(scratch, { recursive: true, force: true });
  };
  return { tools, timer, scratch, rootfs, cgroup, state, endings, end };
}
