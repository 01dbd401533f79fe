import { posix } from 'node:path';
import type { Config, Mount } from '../config/config.ts';
import { PlanError } from './error.ts';
import type { Facts } from './facts.ts';
import { type CgroupView, cgroupMount } from './mountCgroup.ts';
import { type MountOptions, parseMountOptions } from './mountOptions.ts';
import { mapText, namespaceKind } from './namespaces.ts';
import type { HandsOp, StubOp } from './ops.ts';

/** What one mount, or all of them, add to the programs of a plan. */
export interface MountPlan {
  /** User namespaces of idmapped mounts, and the slots that they are passed in. */
  readonly hands: readonly HandsOp[];
  readonly slots: readonly string[];
  /** Sources that only the caller's rights can prepare: before any namespace is joined. */
  readonly before: readonly StubOp[];
  /** Sources opened while the stub still has the caller's uid, inside the container's user namespace. */
  readonly sources: readonly StubOp[];
  readonly mount: readonly StubOp[];
  /** What is made read-only only after everything inside has been made. */
  readonly late: readonly StubOp[];
}

/** The `mounts` of config.json, in their order. `cgroupPaths` are those of `cgroupOps`. */
export function mountOps(
  config: Config,
  facts: Facts,
  cgroupPaths: Readonly<Record<string, string>>,
): MountPlan {
  const namespace = namespaceKind(config, 'cgroup') === 'new';
  const view = { host: facts.cgroups, namespace, paths: cgroupPaths };
  const plans = (config.mounts ?? []).map((mount, index) =>
    mountOp(mount, `mounts[${index}]`, index, config, facts.bundle, view),
  );
  const all = <K extends keyof MountPlan>(key: K) => plans.flatMap((plan) => [...(plan[key] ?? [])]);
  return {
    hands: all('hands') as HandsOp[],
    slots: all('slots') as string[],
    before: all('before') as StubOp[],
    sources: all('sources') as StubOp[],
    mount: all('mount') as StubOp[],
    late: all('late') as StubOp[],
  };
}

/** One resolved mount, as the makers of operations see it. */
export interface Request {
  readonly dest: string;
  readonly source: string;
  readonly type: string;
  readonly options: MountOptions;
  readonly origin: string;
  /** Makes slot names of this mount. */
  readonly index: number;
}

function mountOp(
  mount: Mount,
  origin: string,
  index: number,
  config: Config,
  bundle: string,
  view: CgroupView,
): Partial<MountPlan> {
  const options = parseMountOptions(mount.options ?? []);
  const type = options.bind ? 'bind' : (mount.type ?? 'none');
  // One form for each path: a check of `/proc` must not be passed by `/proc/`.
  const dest = posix.resolve('/', mount.destination);
  const request: Request = { dest, source: mount.source ?? type, type, options, origin, index };
  if (options.idmap !== 'no' && type !== 'bind') {
    throw new PlanError('config-unsupported', origin, 'only bind mounts can be idmapped');
  }
  if (options.remount) return { mount: [remountOp(request)] };
  if (type === 'bind') return bindPlan(request, mount, config, bundle);
  if (type === 'cgroup') return cgroupMount(request, view);
  return fileSystemPlan(request, namespaceKind(config, 'user') !== 'none');
}

/** A link in place of these would let an image choose where procfs and sysfs go (CVE-2019-19921). */
function refusesSymlinks(dest: string): number {
  return dest === '/proc' || dest === '/sys' ? 1 : 0;
}

function bindPlan(request: Request, mount: Mount, config: Config, bundle: string): Partial<MountPlan> {
  const { dest, options, origin, index } = request;
  const [unknown] = options.data;
  if (unknown !== undefined) {
    throw new PlanError('config-invalid', origin, `"${unknown}" is not an option of a bind mount`);
  }
  if (mount.source === undefined || mount.source === '') {
    throw new PlanError('config-invalid', origin, 'a bind mount needs a source');
  }
  const source = posix.resolve(bundle, mount.source);
  const tree = `mount.${index}`;
  const openTree: StubOp = {
    op: 'openTree',
    path: source,
    recursive: options.recursive ? 1 : 0,
    into: tree,
    origin,
  };
  const mapped = options.idmap !== 'no' || mount.uidMappings !== undefined || mount.gidMappings !== undefined;
  const early = mapped || namespaceKind(config, 'user') !== 'none';
  const bind: StubOp = {
    op: 'bind',
    root: 'root',
    dest,
    source,
    tree: early ? tree : null,
    recursive: options.recursive ? 1 : 0,
    set: options.attr.set,
    clear: options.attr.clear,
    setRecursive: options.attrRecursive.set,
    clearRecursive: options.attrRecursive.clear,
    propagation: options.propagation[0] ?? [],
    noSymlinks: refusesSymlinks(dest),
    origin,
  };
  return {
    ...(mapped ? idmapPlan(request, mount, config, openTree) : early ? { sources: [openTree] } : {}),
    mount: [bind, ...morePropagation(request)],
  };
}

/** Mapping owners needs rights over the file system, so it happens before the user namespace is entered. */
function idmapPlan(request: Request, mount: Mount, config: Config, openTree: StubOp): Partial<MountPlan> {
  const { options, origin, index } = request;
  const own = mount.uidMappings !== undefined || mount.gidMappings !== undefined;
  if (!own && namespaceKind(config, 'user') === 'none') {
    throw new PlanError('config-invalid', origin, 'an idmapped mount needs mappings or a user namespace');
  }
  const namespace = own ? `idmap.${index}` : 'namespace.user';
  const hands: HandsOp[] = own
    ? [
        {
          op: 'userns',
          uidMap: mapText(mount.uidMappings),
          gidMap: mapText(mount.gidMappings),
          denySetgroups: 0,
          tools: 0,
          into: namespace,
          origin,
        },
      ]
    : [];
  const recursive = options.idmap === 'ridmap' ? 1 : 0;
  return {
    hands,
    slots: own ? [namespace] : [],
    before: [openTree, { op: 'idmap', tree: `mount.${index}`, namespace, recursive, origin }],
  };
}

/** An option string this long is not taken by fsconfig(2), which has a limit of 256 for each value. */
const FSCONFIG_MAX = 255;

function fileSystemPlan(request: Request, userNamespace: boolean): Partial<MountPlan> {
  const { dest, type, options, origin } = request;
  const long = options.data.some((option) => option.length - option.indexOf('=') - 1 > FSCONFIG_MAX);
  // Mount points inside must still be made: a tmpfs becomes read-only when all is done.
  const lateReadonly = type === 'tmpfs' && attrs(options).includes('ro');
  const first = long ? mountData(request) : mountFs(request, userNamespace, lateReadonly);
  const readonly: StubOp = {
    op: 'attr',
    root: 'root',
    dest,
    set: ['ro'],
    clear: [],
    recursive: 0,
    propagation: [],
    origin,
  };
  return { mount: [first, ...morePropagation(request)], late: lateReadonly ? [readonly] : [] };
}

type AttrName = MountOptions['attr']['set'][number];

/** On a file system that is new, an attribute for it and one for it and all below are the same. */
function attrs(options: MountOptions): AttrName[] {
  return [...new Set([...options.attr.set, ...options.attrRecursive.set])];
}

function mountFs(request: Request, userNamespace: boolean, lateReadonly: boolean): StubOp {
  const { dest, source, type, options, origin } = request;
  const attr = attrs(options);
  const op = {
    op: 'mountFs',
    root: 'root',
    dest,
    type,
    source,
    superblock: [
      ...options.superblock,
      ...(attr.includes('ro') && ownsSuperblock(type) ? ['ro' as const] : []),
    ],
    options: options.data,
    attr: lateReadonly ? attr.filter((name) => name !== 'ro') : attr,
    propagation: options.propagation[0] ?? [],
    noSymlinks: refusesSymlinks(dest),
    copyUp: options.copyUp ? 1 : 0,
    keepMode: type === 'tmpfs' && !options.data.some((option) => option.startsWith('mode=')) ? 1 : 0,
    origin,
  } as const;
  const orElse = fallback(op, options, userNamespace);
  return orElse === undefined ? op : { ...op, orElse };
}

/** Of these the kernel hands out one superblock to all, or one that its owner goes on writing to. */
function ownsSuperblock(type: string): boolean {
  return !['proc', 'sysfs', 'mqueue', 'devpts', 'tmpfs', 'cgroup', 'cgroup2'].includes(type);
}

/**
 * What a user namespace cannot mount itself: sysfs and mqueue belong to the network and ipc namespace, which may be
 * the host's; the gid of devpts may not be mapped.
 */
function fallback(
  op: Extract<StubOp, { op: 'mountFs' }>,
  options: MountOptions,
  userNamespace: boolean,
): StubOp['orElse'] {
  if (op.type === 'devpts' && op.options.some((option) => option.startsWith('gid='))) {
    const rest = op.options.filter((option) => !option.startsWith('gid='));
    return { on: ['EINVAL'], do: [{ ...op, options: rest }] };
  }
  const shared = { sysfs: '/sys', mqueue: '/dev/mqueue' }[op.type];
  if (shared === undefined || !userNamespace) return undefined;
  const bind: StubOp = {
    op: 'bind',
    root: 'root',
    dest: op.dest,
    source: shared,
    tree: null,
    recursive: 1,
    set: options.attr.set,
    clear: [],
    setRecursive: options.attrRecursive.set,
    clearRecursive: [],
    propagation: op.propagation,
    noSymlinks: op.noSymlinks,
    origin: op.origin,
  };
  return { on: ['EPERM'], do: [bind] };
}

const msNames = {
  ro: 'rdonly',
  nosuid: 'nosuid',
  nodev: 'nodev',
  noexec: 'noexec',
  nosymfollow: 'nosymfollow',
  noatime: 'noatime',
  nodiratime: 'nodiratime',
  relatime: 'relatime',
  strictatime: 'strictatime',
  sync: 'synchronous',
  dirsync: 'dirsync',
  mand: 'mandlock',
  lazytime: 'lazytime',
  iversion: 'iversion',
  silent: 'silent',
} as const;

function mountData(request: Request): StubOp {
  const { dest, source, type, options, origin } = request;
  const names = [...attrs(options), ...options.superblock].filter((name) => name !== 'atime');
  return {
    op: 'mountData',
    root: 'root',
    dest,
    type,
    source,
    flags: names.map((name) => msNames[name]),
    data: options.data.join(','),
    propagation: options.propagation[0] ?? [],
    origin,
  };
}

/** A remount changes the attributes of what is mounted there already. */
function remountOp({ dest, options, origin }: Request): StubOp {
  return {
    op: 'attr',
    root: 'root',
    dest,
    set: attrs(options),
    clear: options.attr.clear,
    recursive: options.attrRecursive.set.length > 0 ? 1 : 0,
    propagation: options.propagation[0] ?? [],
    origin,
  };
}

function morePropagation({ dest, options, origin }: Request): StubOp[] {
  return options.propagation.slice(1).map((propagation) => ({
    op: 'attr',
    root: 'root',
    dest,
    set: [],
    clear: [],
    recursive: 0,
    propagation,
    origin,
  }));
}
