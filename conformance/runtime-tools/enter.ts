import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { mount, mounted, showControllersOnly, unmount } from '../../bench/cgroups.ts';
import { leave, own } from './isolation.ts';

/** What the suite looks at and machines seldom mount. */
const seldom = ['hugetlb', 'net_cls', 'net_prio'];

/**
 * Runs main.ts where it finds the cgroups that the suite knows: those of version 1. Of a hybrid host it is shown the
 * hierarchies that have a controller, since crun takes a hybrid for version 2 and refuses it; and those that the kernel
 * has and nobody uses. Whatever main.ts leaves, however it ends, is removed.
 */
async function main(argv: readonly string[]): Promise<number> {
  const scratch = mkdtempSync('/tmp/runtime-tools-');
  // A container with mapped ids has to get through.
  chmodSync(scratch, 0o711);
  showControllersOnly(scratch);
  const added = existsSync(join(mounted, 'cgroup.controllers')) ? [] : seldom.filter(mountHierarchy);
  try {
    return await run([join(import.meta.dirname, 'main.ts'), ...argv], scratch);
  } finally {
    leave(own(process.pid));
    for (const controller of added) await release(controller);
    rmSync(scratch, { recursive: true, force: true });
  }
}

function run(words: string[], scratch: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, {
      stdio: 'inherit',
      env: { ...process.env, TMPDIR: scratch },
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => child.kill('SIGKILL'));
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 128));
  });
}

function mountHierarchy(controller: string): boolean {
  if (!lineOf(controller).enabled || readdirSync(mounted).includes(controller)) return false;
  mkdirSync(join(mounted, controller));
  try {
    mountAgain(controller);
    return true;
  } catch {
    // Somebody else has it in one hierarchy with others.
    process.stderr.write(`going without the controller ${controller}\n`);
    rmdirSync(join(mounted, controller));
    return false;
  }
}

function mountAgain(controller: string): void {
  mount('-t', 'cgroup', '-o', controller, controller, join(mounted, controller));
}

/**
 * A hierarchy goes with its last mount, unless the kernel is still burying cgroups in it: then it stays, mounted nowhere,
 * and containerd no longer finds the statistics of any container.
 */
async function release(controller: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    await wait(50);
    if (lineOf(controller).cgroups > 1) continue;
    unmount(join(mounted, controller));
    if (lineOf(controller).hierarchy === 0) return;
    mountAgain(controller);
  }
  unmount(join(mounted, controller));
}

interface Line {
  /** 0: none of version 1. */
  readonly hierarchy: number;
  /** With those that are removed and not yet forgotten; 1 is the root. */
  readonly cgroups: number;
  readonly enabled: boolean;
}

/** Of /proc/cgroups. */
function lineOf(controller: string): Line {
  const line = new RegExp(`^${controller}\\t(\\d+)\\t(\\d+)\\t(\\d+)`, 'm');
  const [, hierarchy, cgroups, enabled] = line.exec(readFileSync('/proc/cgroups', 'utf8')) ?? [];
  return { hierarchy: Number(hierarchy ?? 0), cgroups: Number(cgroups ?? 0), enabled: enabled === '1' };
}

process.exitCode = await main(process.argv.slice(2));
