import type { Resources } from '../config/config.ts';
import { PlanError } from '../plan/error.ts';
import type { HandsOp } from '../plan/ops.ts';
import { placesInReach, refuseOutOfReach, unlessDenied } from './access.ts';
import { inheritOps } from './cpuset.ts';
import { deviceFilterOp } from './device-filter.ts';
import { allowsAllDevices, deviceSettings } from './devices.ts';
import { refuseNoDomain } from './domains.ts';
import { type CgroupHost, hierarchyFor } from './host.ts';
import type { Place } from './paths.ts';
import { madeBefore } from './reads.ts';
import type { Setting } from './setting.ts';
import { subtreeOps, unifiedControllers } from './subtree.ts';
import { v1Settings } from './v1.ts';
import { v2Settings } from './v2.ts';

/** What of config.json decides about cgroups. */
export interface CgroupConfig {
  readonly linux?:
    | { readonly cgroupsPath?: string | undefined; readonly resources?: Resources | undefined }
    | undefined;
}

/** A hierarchy that the stub joins. */
export interface CgroupJoin {
  /** The cgroup's directory, opened by `make`. */
  readonly slot: string;
  /** v1: `tasks`, by joinCgroup. v2: `cgroup.procs`; better joined at birth, as the slot `cgroup` of clone. */
  readonly file: 'tasks' | 'cgroup.procs';
  /** The memory controller's: joined last, so that what the stub does before is not charged to the container. */
  readonly memory: boolean;
}

export interface CgroupPlan {
  /**
   * Make the cgroups and set their limits; each operation that makes something carries its undo. `birth`: what must be
   * there before the process is born into it, on v2; `make`: the rest, while its namespaces are being made.
   */
  readonly birth: readonly HandsOp[];
  readonly make: readonly HandsOp[];
  readonly joins: readonly CgroupJoin[];
  /** cgroup_paths of the record: by controller, `""` for v2. */
  readonly paths: Readonly<Record<string, string>>;
  /** Those of these directories that were there before, and stay. */
  readonly kept: readonly string[];
}

/** How long (ms) to wait for a cgroup whose processes are dying before it can be removed. */
export const REMOVE_DEADLINE = 2000;

/**
 * How the container's cgroups are made, filled and found again. Throws PlanError when that cannot be. `rootless`: the
 * caller is not the host's root. `scope`: systemd makes the v2 cgroup, and with it the process's place in it, before `make`.
 */
export function cgroupOps(
  config: CgroupConfig,
  host: CgroupHost,
  id: string,
  rootless = false,
  scope = false,
): CgroupPlan {
  const places = placesInReach(config.linux?.cgroupsPath, host, id);
  for (const place of scope ? [] : places) {
    refuseFrozen(place, host);
    refuseNoDomain(place, host);
  }
  const settings = containerSettings(config.linux?.resources ?? {}, host);
  for (const each of settings) requireController(each, host);
  refuseOutOfReach(settings.filter((each) => placeOf(each, places, host) === undefined));
  const devices = config.linux?.resources?.devices;
  const kept = scope ? [] : madeBefore(places, host);
  const fill = (chosen: readonly Place[]): HandsOp[] => [
    ...chosen.flatMap((place) => (scope ? findOps(place) : makeOps(place, kept))),
    ...chosen
      .filter((place) => filtersDevices(place, host, devices))
      .map(({ slot }) => deviceFilterOp(slot, devices, 'linux.resources.devices', rootless)),
    ...chosen.flatMap((place) => inheritOps(place, host, settings)),
    ...(scope ? [] : chosen.flatMap((place) => subtreeOps(place, host, settings))),
    ...settings
      .filter((each) => chosen.some((place) => place === placeOf(each, places, host)))
      .map((each) => unlessDenied(writeOp(each, places, host), host)),
  ];
  const [unified, rest] = [2, 1].map((version) =>
    places.filter(({ hierarchy }) => hierarchy.version === version),
  );
  return {
    birth: scope ? [] : fill(unified ?? []),
    make: fill(scope ? places : (rest ?? [])),
    joins: (scope ? (rest ?? []) : places).map(joinOf).sort((a, b) => Number(a.memory) - Number(b.memory)),
    paths: Object.fromEntries(places.flatMap(namedPaths)),
    kept,
  };
}

/** All writes that `linux.resources` of a new container stands for. */
function containerSettings(resources: Resources, host: CgroupHost): Setting[] {
  if (host.mode === 'v2') return v2Settings(resources);
  return [
    ...(needsDevices(resources, host) ? deviceSettings(resources.devices) : []),
    ...v1Settings(resources),
  ];
}

/** Without the controller, a container that may use every device needs none; any other must not start. */
function needsDevices({ devices }: Resources, host: CgroupHost): boolean {
  return hierarchyFor(host, 'devices') !== undefined || (host.mode === 'v1' && !allowsAllDevices(devices));
}

/** v2 has no controller for devices: a program is asked. On a hybrid host it stands in for a controller that is missing. */
function filtersDevices({ hierarchy }: Place, host: CgroupHost, devices: Resources['devices']): boolean {
  return hierarchy.version === 2 && hierarchyFor(host, 'devices') === undefined && !allowsAllDevices(devices);
}

function requireController({ controller, origin }: Setting, host: CgroupHost): void {
  const there =
    host.mode === 'v2'
      ? controller === 'cgroup' || unifiedControllers(host).includes(controller)
      : hierarchyFor(host, controller) !== undefined;
  if (there) return;
  throw new PlanError(
    'host-unsupported',
    `linux.resources.${origin}`,
    `this host has no cgroup controller "${controller}" ${host.mode === 'v2' ? '(cgroup v2)' : 'mounted'}`,
  );
}

function refuseFrozen({ path }: Place, { files }: CgroupHost): void {
  const frozen =
    (files[`${path}/freezer.state`] ?? 'THAWED') !== 'THAWED' || files[`${path}/cgroup.freeze`] === '1';
  if (frozen)
    throw new PlanError('host-unsupported', 'linux.cgroupsPath', `cgroup "${path}" exists and is frozen`);
}

/**
 * The undo belongs to the check, not to the making: a directory that turns out to be in use is somebody else's and
 * must not be touched when this container is given up because of it.
 */
function makeOps({ slot, path }: Place, kept: readonly string[]): HandsOp[] {
  const origin = 'linux.cgroupsPath';
  const undo: HandsOp[] = [{ op: 'cgroupRemove', origin, path, deadline: REMOVE_DEADLINE }];
  return [
    { op: 'cgroupMake', origin, path, into: slot },
    { op: 'cgroupEmpty', origin, dir: slot, ...(!kept.includes(path) && { undo }) },
  ];
}

/** systemd has made the v2 cgroup, and those of v1 that it looks after; the others are made beside. */
function findOps({ slot, path, hierarchy }: Place): HandsOp[] {
  const origin = 'linux.cgroupsPath';
  if (hierarchy.version === 2) {
    return [{ op: 'open', path, flags: ['path', 'directory'], mode: 0, into: slot, origin }];
  }
  const undo: HandsOp[] = [{ op: 'cgroupRemove', origin, path, deadline: REMOVE_DEADLINE }];
  return [{ op: 'cgroupMake', origin, path, into: slot, undo }];
}

function placeOf({ controller }: Setting, places: readonly Place[], host: CgroupHost): Place | undefined {
  return places.find(({ hierarchy }) => hierarchy.controllers.includes(controller) || host.mode === 'v2');
}

function writeOp(each: Setting, places: readonly Place[], host: CgroupHost): HandsOp & { op: 'writeAt' } {
  const place = placeOf(each, places, host);
  const branch = each.orElse && {
    on: each.orElse.on,
    do: each.orElse.settings.map((other) => writeOp(other, places, host)),
  };
  return {
    op: 'writeAt',
    origin: `linux.resources.${each.origin}`,
    dir: place?.slot ?? null,
    name: each.file,
    text: each.text,
    ...(branch && { orElse: branch }),
  };
}

function joinOf({ hierarchy, slot }: Place): CgroupJoin {
  return {
    slot,
    file: hierarchy.version === 2 ? 'cgroup.procs' : 'tasks',
    memory: hierarchy.controllers.includes('memory'),
  };
}

function namedPaths({ hierarchy, path }: Place): [string, string][] {
  return hierarchy.version === 2 ? [['', path]] : hierarchy.controllers.map((name) => [name, path]);
}
