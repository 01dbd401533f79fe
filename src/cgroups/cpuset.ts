import type { HandsOp } from '../plan/ops.ts';
import type { CgroupHost } from './host.ts';
import type { Place } from './paths.ts';
import type { Setting } from './setting.ts';

const files = ['cpuset.cpus', 'cpuset.mems'] as const;
/** Copies both from the parent when a cgroup is made below (cgroup-v1/cgroups.rst, 1.5). */
const clones = 'cgroup.clone_children';
const origin = 'linux.cgroupsPath';

/** What must be known of each level before `inheritOps`. */
export function cpusetFiles({ hierarchy, levels }: Place): string[] {
  if (!isCpuset(hierarchy)) return [];
  return levels.flatMap((level) => [...files, clones].map((file) => `${level}/${file}`));
}

/**
 * A new v1 cpuset has no processors and no memory nodes, and no process can join it. From the top down, each level
 * that has none gets its parent's. Files that config.json sets in the container's own cgroup are left to that.
 *
 * Each write to cpuset.cpus makes the kernel look at every cpuset there is, under locks that fork(2) takes too. So a
 * level that railcar makes above the container's is told to hand its own down: below it the next container has both
 * at birth, and a look is enough.
 */
export function inheritOps(place: Place, host: CgroupHost, settings: readonly Setting[]): HandsOp[] {
  if (!isCpuset(place.hierarchy)) return [];
  const inherited = new Map<string, string>();
  let handedDown = false;
  return place.levels.flatMap((level): HandsOp[] => {
    const has = (file: string) => host.files[`${level}/${file}`];
    const isOwn = level === place.path;
    const isNew = has('cpuset.cpus') === undefined;
    const fills = files.flatMap((file): HandsOp[] => {
      const value = has(file) || inherited.get(file);
      if (value !== undefined) inherited.set(file, value);
      const isSet = isOwn && settings.some((each) => each.file === file);
      if (has(file) || value === undefined || isSet) return [];
      return [fill(`${level}/${file}`, value, isNew && handedDown)];
    });
    if (!isNew) handedDown = has(clones) === '1';
    // Last: whoever finds it set finds something to be handed down as well.
    const teach = isNew && !isOwn && !handedDown && fills.length > 0;
    return [...fills, ...(teach ? [write(`${level}/${clones}`, '1')] : [])];
  });
}

/** The kernel hands nothing down beside a cpuset that has processors or memory for itself alone: then it is written. */
function fill(path: string, value: string, isHandedDown: boolean): HandsOp {
  if (!isHandedDown) return write(path, value);
  return { op: 'cgroupFilled', origin, path, orElse: { on: ['ENODATA'], do: [write(path, value)] } };
}

function write(path: string, text: string): HandsOp {
  return { op: 'write', origin, path, text };
}

function isCpuset({ controllers }: Place['hierarchy']): boolean {
  return controllers.includes('cpuset');
}
