/** One cgroup hierarchy that is mounted on this host. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** v1: its controllers, or `name=systemd` and the like. v2: empty; what it offers is in cgroup.controllers. */
  readonly controllers: readonly string[];
  readonly mountPoint: string;
  /** The cgroup that is visible at the mount point, as a path in the hierarchy; `/` unless it is a bind or namespace. */
  readonly root: string;
  /** The caller's own cgroup, as a path in the hierarchy. */
  readonly own: string;
}

/** The cgroups of the host, as far as planning depends on them. */
export interface CgroupHost {
  /** hybrid: v1 hierarchies carry the controllers, and an empty v2 hierarchy is mounted beside them. */
  readonly mode: 'v1' | 'hybrid' | 'v2';
  readonly hierarchies: readonly Hierarchy[];
  /**
   * Contents of cgroup files that were read because `cgroupReads` asked for them, by absolute path, without the final
   * newline. A file that does not exist is absent.
   */
  readonly files: Readonly<Record<string, string>>;
  /**
   * Whether the caller may write to these paths, as errno (0: he may), because `cgroupReads` asked for it. Absent for one
   * who must have a cgroup.
   */
  readonly access?: Readonly<Record<string, number>>;
}

interface Mount {
  readonly id: string;
  readonly parent: string;
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly superOptions: readonly string[];
}

/** Combines /proc/self/mountinfo (what is mounted where) and /proc/self/cgroup (where the caller is). */
export function parseCgroupHost(mountinfo: string, selfCgroup: string): CgroupHost {
  const mounts = cgroupMounts(mountinfo);
  const hierarchies = selfCgroup
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => hierarchyOf(line, mounts))
    .filter((hierarchy) => hierarchy !== undefined);
  const v1 = hierarchies.some((hierarchy) => hierarchy.version === 1);
  const v2 = hierarchies.some((hierarchy) => hierarchy.version === 2);
  return { mode: v1 ? (v2 ? 'hybrid' : 'v1') : v2 ? 'v2' : 'v1', hierarchies, files: {} };
}

/** The v1 hierarchy that has a controller (`memory`, `name=systemd`), if this host has one. */
export function hierarchyFor(host: CgroupHost, controller: string): Hierarchy | undefined {
  return host.hierarchies.find((hierarchy) => hierarchy.controllers.includes(controller));
}

function cgroupMounts(mountinfo: string): Mount[] {
  const mounts = mountinfo.split('\n').map(parseMount);
  const parents = new Map(mounts.map(({ id, parent }) => [id, parent]));
  return mounts.filter(
    (mount, index) => /^cgroup2?$/.test(mount.type) && !isCovered(mount, mounts.slice(index + 1), parents),
  );
}

function parseMount(line: string): Mount {
  const [before = '', after = ''] = line.split(' - ');
  const [type = '', , superOptions = ''] = after.split(' ');
  const fields = before.split(' ');
  return {
    id: fields[0] ?? '',
    parent: fields[1] ?? '',
    root: unescapeOctal(fields[3] ?? '/'),
    point: unescapeOctal(fields[4] ?? ''),
    type,
    superOptions: superOptions.split(','),
  };
}

/**
 * Whether a mount made later at the same place or above hides this one: its path then leads elsewhere. One that this
 * one is mounted on may be later too, when an initramfs has moved its mounts into the root file system.
 */
function isCovered(mount: Mount, later: readonly Mount[], parents: ReadonlyMap<string, string>): boolean {
  const carriers = new Set<string>();
  for (
    let id: string | undefined = mount.parent;
    id !== undefined && !carriers.has(id);
    id = parents.get(id)
  ) {
    carriers.add(id);
  }
  return later.some(({ id, point }) => point !== '' && below(mount.point, point) && !carriers.has(id));
}

/** A line of /proc/self/cgroup: `4:memory:/own/path`, `0::/own/path`. Not mounted: undefined. */
function hierarchyOf(line: string, mounts: readonly Mount[]): Hierarchy | undefined {
  const [number = '', names = ''] = line.split(':', 2);
  const own = line.slice(number.length + names.length + 2);
  const version = number === '0' && names === '' ? 2 : 1;
  const controllers = names === '' ? [] : names.split(',');
  const candidates = mounts.filter((mount) =>
    version === 2
      ? mount.type === 'cgroup2'
      : mount.type === 'cgroup' && controllers.every((name) => mount.superOptions.includes(name)),
  );
  // One hierarchy may be mounted several times, for instance below some container's root file system.
  const mount = candidates.find(({ point }) => below(point, '/sys/fs/cgroup')) ?? candidates[0];
  return mount && { version, controllers, mountPoint: mount.point, root: mount.root, own };
}

function below(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent === '/' ? parent : `${parent}/`);
}

/** The kernel writes space, tab, newline and backslash in mountinfo as \ooo. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
