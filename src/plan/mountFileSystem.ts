import type { MountOptions } from './mountOptions.ts';
import { labelData, morePropagation, refusesSymlinks } from './mountParts.ts';
import type { MountPlan, Request } from './mounts.ts';
import type { StubOp } from './ops.ts';

/** An option string this long is not taken by fsconfig(2), which has a limit of 256 for each value. */
const FSCONFIG_MAX = 255;

/** A file system of the mount's own type. */
export function fileSystemPlan(request: Request, userNamespace: boolean): Partial<MountPlan> {
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
  const labelled: StubOp[] =
    type === 'mqueue' && request.label !== ''
      ? [{ op: 'label', root: 'root', dest, label: request.label, origin: 'linux.mountLabel' }]
      : [];
  return { mount: [first, ...labelled, ...morePropagation(request)], late: lateReadonly ? [readonly] : [] };
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
    options: [...options.data, ...ownLabel(request)].map(withoutQuotes),
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

/** These take no label as an option: two have theirs from the kernel's policy, the third is given it afterwards. */
function ownLabel(request: Request): string[] {
  return ['proc', 'sysfs', 'mqueue', 'cgroup2'].includes(request.type) ? [] : labelData(request);
}

/** Quotes keep the commas of a label together in mount(2)'s one string; fsconfig(2) would take them as part of it. */
function withoutQuotes(option: string): string {
  return option.replace(/^((?:fs|def|root)?context)="([^"]*)"$/, '$1=$2');
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
  const shared = sharedPlaces.get(op.type);
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

/** Where the host has what a user namespace may not mount. No object: a type may be called `toString`. */
const sharedPlaces: ReadonlyMap<string, string> = new Map([
  ['sysfs', '/sys'],
  ['mqueue', '/dev/mqueue'],
]);

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

/** Of mount(2), where the opposite of these is a flag and they are its absence. */
const absent: ReadonlySet<string> = new Set(['atime', 'async', 'nomand', 'nolazytime', 'noiversion', 'loud']);

function hasFlag(name: string): name is keyof typeof msNames {
  return !absent.has(name);
}

function mountData(request: Request): StubOp {
  const { dest, source, type, options, origin } = request;
  const names = [...attrs(options), ...options.superblock].filter(hasFlag);
  return {
    op: 'mountData',
    root: 'root',
    dest,
    type,
    source,
    flags: names.map((name) => msNames[name]),
    data: [...options.data, ...ownLabel(request)].join(','),
    propagation: options.propagation[0] ?? [],
    origin,
  };
}
