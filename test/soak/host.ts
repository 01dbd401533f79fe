import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { World } from './world.ts';

/** The mounts of the host, without what others may mount below folders for such things meanwhile. */
export function mounts(): string {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ').slice(2).join(' '))
    .filter((line) => !/^\S+ \S+ \/(tmp|run|var)\//.test(line))
    .join('\n');
}

/** Whatever is there that no command should have left. */
export function leftovers(world: World): string[] {
  return [...states(world), ...cgroups(world), ...processes(world), ...ownMounts(world)];
}

function states({ root }: World): string[] {
  return existsSync(root) ? readdirSync(root).map((name) => `state: ${name}`) : [];
}

function cgroups({ prefix }: World): string[] {
  return foldersBelow('/sys/fs/cgroup', 4)
    .filter((path) => path.includes(`/${prefix}`))
    .map((path) => `cgroup: ${path}`);
}

function foldersBelow(folder: string, levels: number): string[] {
  if (levels === 0) return [];
  const names = namesIn(folder).map((name) => `${folder}/${name}`);
  return names.flatMap((path) => [path, ...foldersBelow(path, levels - 1)]);
}

/** Others may remove theirs meanwhile. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function processes({ runtime, folder }: World): string[] {
  const layer = `${dirname(runtime)}/lib/railcar.cjs`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => `process: ${pid} ${commandLine(pid)}`)
    .filter((line) => line.includes(folder) || (line.includes(layer) && !line.includes('--standby')));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function ownMounts({ folder }: World): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder))
    .map((line) => `mount: ${line}`);
}
