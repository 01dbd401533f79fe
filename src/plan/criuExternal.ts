import { posix } from 'node:path';
import type { CgroupHost } from '../cgroups/host.ts';
import type { Config, Mount } from '../config/config.ts';
import { option, pair } from './criuOptions.ts';
import { defaultDevices } from './devices.ts';
import { parseMountOptions } from './mountOptions.ts';
import { namespaceKind } from './namespaces.ts';
import type { Field } from './protobuf.ts';

/** A mount as the container's mountinfo shows it. */
export interface Mounted {
  /** The file system, as `major:minor`. */
  readonly device: string;
  /** What of the file system is shown. */
  readonly root: string;
  readonly point: string;
  readonly type: string;
}

/** A namespace that belongs to others is neither written nor made: both sides know it by this key, as runc's images do. */
export const namespaceKeys = { network: 'extRootNetNS', pid: 'extRootPidNS' } as const;
type Keyed = keyof typeof namespaceKeys;
const kinds = { network: 'net', pid: 'pid' } as const;

/** Of a dump: joined namespaces of these kinds, by inode. */
export function externalNamespaces(config: Config, inodes: Readonly<Record<Keyed, number>>): Field[] {
  const joined = (Object.keys(kinds) as Keyed[]).filter((type) => namespaceKind(config, type) === 'joined');
  return joined.map((type) => option('external', `${kinds[type]}[${inodes[type]}]:${namespaceKeys[type]}`));
}

/**
 * Of a dump: what is mounted from the outside, under a name that the restore gives a source to. For a bind mount that is
 * its destination in config.json, for a masked file /dev/null, for a cgroup its place.
 */
export function externalMounts(config: Config, { mounts, resolved }: Sight): Field[] {
  const points = new Map(mounts.map((mount) => [mount.point, mount]));
  const bound = [...boundPaths(config), ...devicePaths(config)]
    .map((path) => [resolved[path] ?? path, path] as const)
    .filter(([point]) => points.has(point));
  const masked = (config.linux?.maskedPaths ?? []).filter((path) => {
    const mask = points.get(posix.resolve('/', path));
    return mask?.root.endsWith('/null') && isOutside(mask, mounts);
  });
  return [
    ...[...new Map(bound)].map(([point, path]) => pair('ext_mnt', point, path)),
    ...masked.map((path) => pair('ext_mnt', posix.resolve('/', path), NULL)),
    ...cgroupPoints(config, mounts).map((path) => pair('ext_mnt', path, path)),
  ];
}

/** What the container sees, and where those of its paths lead to that are links. */
export interface Sight {
  readonly mounts: readonly Mounted[];
  readonly resolved: Readonly<Record<string, string>>;
}

/** Destinations of what is bound from the host. */
export function boundPaths({ mounts = [] }: Config): string[] {
  return mounts.filter(isBind).map(({ destination }) => posix.resolve('/', destination));
}

/** In a user namespace devices are bound as well. */
function devicePaths({ linux }: Config): string[] {
  return [...defaultDevices, ...(linux?.devices ?? [])].map(({ path }) => posix.resolve('/', path));
}

const NULL = '/dev/null';

/** A file of a file system that the container sees nothing else of; the others CRIU finds where it lies. */
function isOutside({ device, root }: Mounted, mounted: readonly Mounted[]): boolean {
  return !mounted.some(
    (other) => other.device === device && other.root !== root && isBelow(root, other.root),
  );
}

/** v1 without a cgroup namespace shows the container's cgroups, bound from the host. */
function cgroupPoints(config: Config, mounted: readonly Mounted[]): string[] {
  if (namespaceKind(config, 'cgroup') === 'new') return [];
  const places = (config.mounts ?? []).filter(({ type }) => type === 'cgroup');
  return mounted
    .filter(
      ({ type, point }) => type === 'cgroup' && places.some((place) => isBelow(point, place.destination)),
    )
    .map(({ point }) => point);
}

/** Of a restore: the sources of all those. */
export function mountSources(
  config: Config,
  bundle: string,
  host: CgroupHost,
  cgroupPaths: Readonly<Record<string, string>>,
): Field[] {
  const binds = (config.mounts ?? [])
    .filter(isBind)
    .map(
      ({ destination, source = '' }) =>
        [posix.resolve('/', destination), posix.resolve(bundle, source)] as const,
    );
  const devices = devicePaths(config).map((path) => [path, path] as const);
  const cgroups = (config.mounts ?? [])
    .filter(({ type }) => type === 'cgroup' && namespaceKind(config, 'cgroup') !== 'new')
    .flatMap((mount) => cgroupSources(mount, host, cgroupPaths));
  const sources = new Map([...binds, ...devices, ...cgroups, [NULL, NULL] as const]);
  return [...sources].map(([key, source]) => pair('ext_mnt', key, source));
}

function cgroupSources(
  { destination }: Mount,
  { hierarchies }: CgroupHost,
  paths: Readonly<Record<string, string>>,
): (readonly [string, string])[] {
  return hierarchies.flatMap(({ version, controllers, mountPoint }) => {
    const own = controllers.map((controller) => paths[controller]).find(Boolean);
    if (version !== 1 || own === undefined) return [];
    return [[posix.join(destination, posix.basename(mountPoint)), own] as const];
  });
}

export function isBind({ type, options = [] }: Mount): boolean {
  const { bind, remount } = parseMountOptions(options);
  return !remount && (bind || type === 'bind');
}

export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? folder : `${folder}/`);
}
