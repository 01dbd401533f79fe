import type { MemoryResources, Resources } from '../config/config.ts';
import { PlanError } from '../plan/error.ts';
import type { HandsOp } from '../plan/ops.ts';
import { deviceFilterOp } from './device-filter.ts';
import { UNIFIED_SLOT } from './paths.ts';
import type { Setting } from './setting.ts';
import { type CurrentLimits, v1Settings } from './v1.ts';
import { v2Settings } from './v2.ts';

type Paths = Readonly<Record<string, string>>;

/** What the container's cgroups hold before an update, as far as the writes depend on it. */
export interface Current extends CurrentLimits {
  /** v2: memory.current. */
  readonly usage?: string | undefined;
  /** v2: cgroup.controllers, those that were handed down to the container. */
  readonly controllers?: string | undefined;
}

/** The files of `Current`. */
export function currentFiles(paths: Paths): Readonly<Record<keyof Current, string | null>> {
  const unified = (isUnified(paths) && paths['']) || null;
  return {
    memory: paths.memory === undefined ? null : `${paths.memory}/memory.limit_in_bytes`,
    usage: unified && `${unified}/memory.current`,
    controllers: unified && `${unified}/cgroup.controllers`,
  };
}

/** Members for which 0 is a value; elsewhere callers send 0 for what they do not want to change. */
const zeroIsValue = new Set(['burst', 'idle', 'swappiness', 'rate']);

/**
 * The resources of a container after a change: members that are not named keep their values. Rules for devices replace
 * the old ones where a program filters devices; v1's list can only be begun anew while the container could use none.
 */
export function mergeResources(old: Resources, change: Resources, paths: Paths): Resources {
  const { devices, ...groups } = change;
  const merged = Object.entries(groups).map(([key, group]) => [
    key,
    mergeGroup(
      (old as Record<string, unknown>)[key],
      key === 'memory' ? lifted(group as MemoryResources) : group,
    ),
  ]);
  return {
    ...old,
    ...Object.fromEntries(merged),
    ...(devices !== undefined && filterPath(paths) !== undefined && { devices }),
  };
}

/**
 * The operations that put another filter of devices in force. Equal rules change nothing: callers send them along with
 * every other change, and somebody may have given the container a device meanwhile.
 */
export function updateFilter(old: Resources, merged: Resources, paths: Paths, rootless: boolean): HandsOp[] {
  const path = filterPath(paths);
  if (path === undefined || JSON.stringify(old.devices) === JSON.stringify(merged.devices)) return [];
  const dir = UNIFIED_SLOT;
  const origin = 'devices';
  const before = deviceFilterOp(dir, old.devices, origin, rootless);
  return [
    { op: 'open', path, flags: ['path', 'directory'], mode: 0, into: dir, origin },
    { ...deviceFilterOp(dir, merged.devices, origin, rootless), undo: [before] },
  ];
}

/** The cgroup in which a program decides about devices. */
function filterPath(paths: Paths): string | undefined {
  return paths.devices === undefined ? paths[''] : undefined;
}

/** Without a limit on memory there can be none on memory and swap together, whatever it was before. */
function lifted(memory: MemoryResources): MemoryResources {
  return Number(memory.limit) === -1 && !memory.swap ? { ...memory, swap: -1 } : memory;
}

function mergeGroup(old: unknown, change: unknown): unknown {
  if (!isObject(old) || !isObject(change)) {
    return isObject(change) ? Object.fromEntries(Object.entries(change).filter(matters)) : change;
  }
  return { ...old, ...Object.fromEntries(Object.entries(change).filter(matters)) };
}

function matters([key, value]: readonly [string, unknown]): boolean {
  if (value === undefined || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return (value !== 0 && value !== 0n) || zeroIsValue.has(key);
}

/**
 * The writes for the groups (memory, cpu, ...) that a change touches, with all of their members, since some files
 * take two of them at a time. Throws PlanError where the container has no cgroup of a controller.
 */
export function updateSettings(
  merged: Resources,
  change: Resources,
  paths: Paths,
  current: Current = {},
): (Setting & { readonly path: string })[] {
  const touched = Object.keys(change).filter((key) => key !== 'devices');
  const groups = Object.entries(merged).filter(([key]) => touched.includes(key));
  const resources: Resources = Object.fromEntries(groups);
  const settings = isUnified(paths)
    ? v2Settings(resources, { memory: current.usage })
    : v1Settings(resources, current);
  for (const each of settings) requireHandedDown(each, current.controllers);
  return settings.map((each) => ({ ...each, path: settingPath(each, paths) }));
}

function requireHandedDown({ controller, origin }: Setting, controllers: string | undefined): void {
  if (controllers === undefined || controller === 'cgroup') return;
  if (!controllers.split(' ').includes(controller)) refuseMissing(controller, origin);
}

function refuseMissing(controller: string, origin: string): never {
  const message = `the container has no cgroup of the controller "${controller}"`;
  throw new PlanError('host-unsupported', origin, message);
}

export function settingPath({ controller, file, origin }: Setting, paths: Paths): string {
  const directory = isUnified(paths) ? paths[''] : paths[controller];
  if (directory === undefined) refuseMissing(controller, origin);
  return `${directory}/${file}`;
}

/** v2 alone; a hybrid host's record has the v1 paths beside. */
export function isUnified(paths: Paths): boolean {
  return Object.keys(paths).length === 1 && paths[''] !== undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
