import { PlanError } from '../plan/error.ts';
import type { HandsOp } from '../plan/ops.ts';
import type { CgroupHost } from './host.ts';
import { cgroupPlaces, ownDirectory, type Place } from './paths.ts';
import type { Setting } from './setting.ts';

const ENOENT = 2;
/** What a kernel says to those who may not. */
export const denied = ['EPERM', 'EACCES', 'EROFS'] as const;

/**
 * What must be known before `placesInReach`: whether the caller may write to the container's cgroup, if it is there, or make it,
 * and on v2 whether he may move a process there, for which he needs the first cgroup that is above both.
 */
export function accessPaths(place: Place): string[] {
  return [...place.levels, members(place), ...above(place)];
}

/**
 * Of the container's places those in which the caller may have a cgroup. All, unless it has been asked about: only of a caller who
 * is not the host's root, and who may go without (`--rootless`).
 */
export function placesInReach(
  cgroupsPath: string | undefined,
  host: CgroupHost,
  id: string,
): readonly Place[] {
  const places = cgroupPlaces(cgroupsPath, host, id);
  const { access } = host;
  // A path that config.json names is meant: that it cannot be had is an error.
  if (access === undefined || cgroupsPath) return places;
  return places.filter((place) => isInReach(place, access));
}

function isInReach(place: Place, access: Readonly<Record<string, number>>): boolean {
  if (above(place).some((path) => access[path] !== 0)) return false;
  const there = place.levels.findLast((level) => access[level] !== ENOENT) ?? '';
  return access[there === place.path ? members(place) : there] === 0;
}

/** Throws PlanError for a limit that has no cgroup. Rules for devices are no limits: a user namespace has none to make. */
export function refuseOutOfReach(settings: readonly Setting[]): void {
  const first = settings.find(({ controller }) => controller !== 'devices');
  if (first === undefined) return;
  const { controller, origin } = first;
  throw new PlanError(
    'host-unsupported',
    `linux.resources.${origin}`,
    `cannot set a limit: the caller may make no cgroup of the controller "${controller}" (see docs/rootless.md)`,
  );
}

/** Only the host's root may write rules for devices; who is confined by others already goes on with those. */
export function unlessDenied(op: HandsOp & { op: 'writeAt' }, { access }: CgroupHost): HandsOp {
  const isRule = access !== undefined && op.name.startsWith('devices.');
  return isRule && op.orElse === undefined ? { ...op, orElse: { on: denied, do: [] } } : op;
}

/** One line about a container that has no cgroup at all; null if it has any. */
export function accessNotice(cgroupsPath: string | undefined, host: CgroupHost, id: string): string | null {
  if (host.access === undefined || placesInReach(cgroupsPath, host, id).length > 0) return null;
  return (
    "the caller may make no cgroup here: the container stays in the caller's own, " +
    'and can neither be limited nor paused (see docs/rootless.md)'
  );
}

function members({ hierarchy, path }: Place): string {
  return `${path}/${hierarchy.version === 2 ? 'cgroup.procs' : 'tasks'}`;
}

/** v2: who moves a process must be allowed to in the nearest cgroup that has both places below it (cgroups(7)). */
function above({ hierarchy, levels, path }: Place): string[] {
  if (hierarchy.version === 1) return [];
  const own = `${ownDirectory(hierarchy)}/`;
  const common = levels.findLast((level) => level !== path && own.startsWith(`${level}/`));
  return [`${common ?? hierarchy.mountPoint}/cgroup.procs`];
}
