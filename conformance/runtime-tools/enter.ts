import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  makeEverywhere,
  mount,
  mounted,
  removeEverywhere,
  showControllersOnly,
  unmount,
} from '../../bench/cgroups.ts';

/** What the suite looks at and machines seldom mount. */
const seldom = ['hugetlb', 'net_cls', 'net_prio'];

/**
 * Runs main.ts where all that it and the runtimes do to cgroups stays below one that is removed afterwards: they see it
 * as the root of the hierarchies.
 *
 * The suite knows version 1 only. Of a hybrid host it is shown the hierarchies that have a controller, since crun takes
 * a hybrid for version 2 and refuses it; and those that the kernel has and nobody uses.
 */
async function main(argv: readonly string[]): Promise<number> {
  const program = [process.execPath, join(import.meta.dirname, 'main.ts'), ...argv];
  const scratch = mkdtempSync('/tmp/runtime-tools-');
  // A container with mapped ids has to get through.
  chmodSync(scratch, 0o711);
  process.env.TMPDIR = scratch;
  try {
    return existsSync(join(mounted, 'cgroup.controllers'))
      ? await run(program)
      : await runIsolated(program, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function runIsolated(program: readonly string[], scratch: string): Promise<number> {
  const own = `runtime-tools-${process.pid}`;
  showControllersOnly(scratch);
  const added = seldom.filter(mountHierarchy);
  try {
    makeEverywhere(own);
    for (const file of ['cpuset.cpus', 'cpuset.mems']) inherit(own, file);
    return await run(['unshare', '--cgroup', '--mount', 'sh', '-c', remount, 'sh', ...program], own);
  } finally {
    removeEverywhere(own);
    for (const controller of added) unmount(join(mounted, controller));
  }
}

/** The hierarchies once more: what a mount shows as its root is the cgroup of whoever makes it. */
const remount = `
for folder in ${mounted}/*; do
  name=\${folder##*/}
  umount "$folder"
  case $name in
    systemd) mount -t cgroup -o none,name=systemd "$name" "$folder" ;;
    *) mount -t cgroup -o "$name" "$name" "$folder" ;;
  esac || exit 1
done
exec "$@"`;

/** @param cgroup where the command shall be, in every hierarchy, before it starts */
function run(command: readonly string[], cgroup?: string): Promise<number> {
  const join = `for tasks in ${mounted}/*/${cgroup}/tasks; do echo $$ >"$tasks" || exit 1; done; exec "$@"`;
  const [program = '', ...words] = cgroup === undefined ? command : ['sh', '-c', join, 'sh', ...command];
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'inherit' });
    // What it leaves is in its cgroup.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => child.kill('SIGKILL'));
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 128));
  });
}

function mountHierarchy(controller: string): boolean {
  const line = new RegExp(`^${controller}\\t(\\d+)\\t\\d+\\t(\\d+)`, 'm').exec(
    readFileSync('/proc/cgroups', 'utf8'),
  );
  if (line?.[2] !== '1' || readdirSync(mounted).includes(controller)) return false;
  const folder = join(mounted, controller);
  mkdirSync(folder);
  mount('-t', 'cgroup', '-o', controller, controller, folder);
  return true;
}

/** A new cpuset has no processor, and nobody may enter it. */
function inherit(cgroup: string, file: string): void {
  const value = readFileSync(join(mounted, 'cpuset', file));
  writeFileSync(join(mounted, 'cpuset', cgroup, file), value);
}

process.exitCode = await main(process.argv.slice(2));
