import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeEverywhere, mounted, removeEverywhere } from '../../bench/cgroups.ts';

/** Below which a run has its cgroups, by the pid of enter.ts. */
export function own(pid: number): string {
  return `runtime-tools-${pid}`;
}

/**
 * The command line that runs a program where it and the runtime see `cgroup` as the root of every hierarchy, so that
 * several may use the same names at once; and where what they mount, and the names that they give the host, stay.
 */
export function isolated(cgroup: string, program: string): string[] {
  const namespaces = ['unshare', '--mount', '--uts', '--ipc', '--propagation', 'private'];
  if (existsSync(join(mounted, 'cgroup.controllers'))) return [...namespaces, program];
  makeEverywhere(cgroup);
  for (const file of ['cpuset.cpus', 'cpuset.mems']) inherit(cgroup, file);
  return ['sh', '-c', enter, 'sh', cgroup, ...namespaces, '--cgroup', 'sh', '-c', remount, 'sh', program];
}

/** Ends whatever runs in the cgroup and below it, and removes both. */
export function leave(cgroup: string): void {
  removeEverywhere(cgroup);
}

const enter = `
for tasks in ${mounted}/*/"$1"/tasks; do echo $$ >"$tasks" || exit 125; done
shift
exec "$@"`;

/** The hierarchies once more: what a mount shows as its root is the cgroup of whoever makes it. */
const remount = `
for folder in ${mounted}/*; do
  name=\${folder##*/}
  umount "$folder"
  case $name in
    systemd) mount -t cgroup -o none,name=systemd "$name" "$folder" ;;
    *) mount -t cgroup -o "$name" "$name" "$folder" ;;
  esac || exit 125
done
exec "$@"`;

/** A new cpuset has no processor, and nobody may enter it; so every one on the way has to be given some. */
function inherit(cgroup: string, file: string): void {
  const names = cgroup.split('/');
  const value = readFileSync(join(mounted, 'cpuset', file));
  for (const at of names.keys())
    writeFileSync(join(mounted, 'cpuset', ...names.slice(0, at + 1), file), value);
}
