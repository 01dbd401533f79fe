import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeEverywhere, mounted, removeEverywhere } from '../../bench/cgroups.ts';
import { isUnified } from './place.ts';

/** Below which a run has its cgroups, by the pid of enter.ts. */
export function own(pid: number): string {
  return `runtime-tools-${pid}`;
}

/**
 * The command line that runs a program where it and the runtime see `cgroup` as the root of every hierarchy, so that
 * several may use the same names at once; and where what they mount, and the names that they give the host, stay.
 *
 * @param cgroup none where systemd decides what is where
 */
export function isolated(cgroup: string | undefined, program: string): string[] {
  const namespaces = ['unshare', '--mount', '--uts', '--ipc', '--propagation', 'private'];
  if (cgroup === undefined) return [...namespaces, program];
  makeEverywhere(cgroup);
  const inside = ['sh', cgroup, ...namespaces, '--cgroup', 'sh', '-c'];
  if (isUnified()) {
    handDown(cgroup);
    return ['sh', '-c', enterUnified, ...inside, remountUnified, 'sh', program];
  }
  for (const file of ['cpuset.cpus', 'cpuset.mems']) inherit(cgroup, file);
  return ['sh', '-c', enter, ...inside, remount, 'sh', program];
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

const enterUnified = `
echo $$ >${mounted}/"$1"/cgroup.procs || exit 125
shift
exec "$@"`;

/** A cgroup that holds a process hands no controller down, and so the program goes into one of its own. */
const remountUnified = `
umount ${mounted} && mount -t cgroup2 cgroup2 ${mounted} && mkdir ${mounted}/program &&
  echo $$ >${mounted}/program/cgroup.procs || exit 125
exec "$@"`;

/** What a runtime may limit with, down to a cgroup, which does so itself when there is nobody in it any more. */
function handDown(cgroup: string): void {
  const names = cgroup.split('/');
  const controllers = readFileSync(join(mounted, 'cgroup.controllers'), 'utf8').trim().split(' ');
  for (const at of names.keys())
    for (const name of controllers)
      writeFileSync(join(mounted, ...names.slice(0, at), 'cgroup.subtree_control'), `+${name}`);
}

/** A new cpuset has no processor, and nobody may enter it; so every one on the way has to be given some. */
function inherit(cgroup: string, file: string): void {
  const names = cgroup.split('/');
  const value = readFileSync(join(mounted, 'cpuset', file));
  for (const at of names.keys())
    writeFileSync(join(mounted, 'cpuset', ...names.slice(0, at + 1), file), value);
}
