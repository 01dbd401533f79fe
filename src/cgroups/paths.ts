import { PlanError } from '../plan/error.ts';
import type { CgroupHost, Hierarchy } from './host.ts';

/** Where a container's cgroup lies in one hierarchy. */
export interface Place {
  readonly hierarchy: Hierarchy;
  /** `cgroup:memory`; the v2 hierarchy's is `cgroup:unified`. */
  readonly slot: string;
  /** Absolute paths from the mount point down to the container's cgroup, both included. */
  readonly levels: readonly string[];
  /** The last of them. */
  readonly path: string;
}

/** The slot of the container's cgroup in the v2 hierarchy. */
export const UNIFIED_SLOT = 'cgroup:unified';

/** v1 hierarchies that a container joins. Others (a distribution's own `name=...`) leave it where the caller is. */
const joined = new Set([
  'blkio',
  'cpu',
  'cpuacct',
  'cpuset',
  'devices',
  'freezer',
  'hugetlb',
  'memory',
  'misc',
  'name=systemd',
  'net_cls',
  'net_prio',
  'perf_event',
  'pids',
  'rdma',
]);

/**
 * The rules of `linux.cgroupsPath`: an absolute path is below the root of each hierarchy as it is mounted; a relative
 * one is below the caller's own cgroup; without one the id stands for it. On a host that has only v2 a relative path
 * begins beside the caller's cgroup instead: that one holds processes, and such a cgroup cannot give controllers to
 * others below it.
 */
export function cgroupPlaces(cgroupsPath: string | undefined, host: CgroupHost, id: string): Place[] {
  const inner = normalize(cgroupsPath || id);
  return host.hierarchies
    .filter(({ version, controllers }) => version === 2 || controllers.some((name) => joined.has(name)))
    .map((hierarchy) => place(hierarchy, inner, host.mode));
}

function place(hierarchy: Hierarchy, inner: string, mode: CgroupHost['mode']): Place {
  const names = [...(inner.startsWith('/') ? [] : ownNames(hierarchy, mode)), ...split(inner)];
  const levels = [hierarchy.mountPoint];
  for (const name of names) levels.push(`${levels.at(-1)}/${name}`);
  const slot = hierarchy.version === 2 ? UNIFIED_SLOT : `cgroup:${hierarchy.controllers.join(',')}`;
  return { hierarchy, slot, levels, path: levels.at(-1) ?? '' };
}

/** The directory of a hierarchy's own cgroup; the mount point's if it lies outside of what is visible. */
export function ownDirectory(hierarchy: Hierarchy): string {
  return [hierarchy.mountPoint, ...visibleNames(hierarchy)].join('/');
}

/** Path of the caller's own cgroup below the mount point; of its parent on v2 alone. */
function ownNames(hierarchy: Hierarchy, mode: CgroupHost['mode']): string[] {
  const names = visibleNames(hierarchy);
  return mode === 'v2' ? names.slice(0, -1) : names;
}

function visibleNames({ root, own }: Hierarchy): string[] {
  const rootNames = split(root);
  const ownNames = split(own);
  // A caller outside the visible part (it entered another cgroup namespace) has nothing but the mount's root.
  const visible = rootNames.every((name, index) => ownNames[index] === name) && !ownNames.includes('..');
  return visible ? ownNames.slice(rootNames.length) : [];
}

/** `..` never leads out: the path is taken as if it began at the root, absolute or not. */
function normalize(path: string): string {
  const names: string[] = [];
  for (const name of split(path)) {
    if (name === '..') names.pop();
    else if (name !== '.') names.push(name);
  }
  if (names.length === 0) {
    throw new PlanError(
      'config-invalid',
      'linux.cgroupsPath',
      `"${path}" names the root cgroup, which no container can have`,
    );
  }
  return (path.startsWith('/') ? '/' : '') + names.join('/');
}

function split(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
