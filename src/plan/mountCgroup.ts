import { posix } from 'node:path';
import type { CgroupHost, Hierarchy } from '../cgroups/host.ts';
import { labelData } from './mountParts.ts';
import type { MountPlan, Request } from './mounts.ts';
import type { StubOp } from './ops.ts';

/** What a mount of type `cgroup` depends on. */
export interface CgroupView {
  readonly host: CgroupHost;
  /** The container has a cgroup namespace of its own. */
  readonly namespace: boolean;
  /** The container's cgroups, as `cgroupOps` gives them: directory by controller. */
  readonly paths: Readonly<Record<string, string>>;
}

/**
 * A mount of type `cgroup`. On v2 it is the one hierarchy. On v1 and hybrid hosts it is what programs look for there:
 * a tmpfs with a directory for each v1 hierarchy, and links for those that carry several controllers. In a new cgroup
 * namespace the hierarchies are mounted anew, which shows the container's cgroup as their root; else that cgroup is
 * bound from the host.
 */
export function cgroupMount(request: Request, view: CgroupView): Partial<MountPlan> {
  const propagation = request.options.propagation[0] ?? [];
  if (view.host.mode === 'v2') return { mount: [unified(request, propagation)] };
  const hierarchies = view.host.hierarchies.filter(({ version }) => version === 1);
  const readonly = request.options.attr.set.includes('ro');
  return {
    mount: [
      directory(request),
      ...hierarchies.flatMap((hierarchy) => hierarchyOps(request, view, hierarchy)),
      // After everything is made in it; the container must not be able to make more.
      ...(readonly ? [attr(request, ['ro'], [])] : []),
      ...(propagation.length > 0 ? [attr(request, [], propagation)] : []),
    ],
  };
}

type Attr = Request['options']['attr']['set'];
type Propagation = Request['options']['propagation'][number];

function unified(request: Request, propagation: Propagation): StubOp {
  const { dest, options, origin } = request;
  const bind: StubOp = {
    ...emptyBind(request, dest, '/sys/fs/cgroup'),
    recursive: 1,
    set: options.attr.set,
    propagation,
  };
  return {
    op: 'mountFs',
    root: 'root',
    dest,
    type: 'cgroup2',
    source: 'cgroup2',
    superblock: [],
    options: options.data,
    attr: options.attr.set,
    propagation,
    noSymlinks: 0,
    copyUp: 0,
    keepMode: 0,
    // In a user namespace without a cgroup namespace the kernel gives it to nobody; EBUSY: only other flags are taken.
    orElse: { on: ['EPERM', 'EBUSY'], do: [bind] },
    origin,
  };
}

function directory(request: Request): StubOp {
  return {
    op: 'mountFs',
    root: 'root',
    dest: request.dest,
    type: 'tmpfs',
    source: 'tmpfs',
    superblock: [],
    options: ['mode=755', ...labelData(request)],
    attr: request.options.attr.set.filter((name) => name !== 'ro'),
    propagation: [],
    noSymlinks: 0,
    copyUp: 0,
    keepMode: 0,
    origin: request.origin,
  };
}

function hierarchyOps(request: Request, view: CgroupView, hierarchy: Hierarchy): StubOp[] {
  const name = posix.basename(hierarchy.mountPoint);
  const dest = posix.join(request.dest, name);
  const own = hierarchy.controllers.map((controller) => view.paths[controller]).find(Boolean);
  const links = hierarchy.controllers.length > 1 ? hierarchy.controllers.filter((one) => one !== name) : [];
  if (own === undefined && !view.namespace) return [];
  return [
    view.namespace ? anew(request, hierarchy, dest) : bound(request, own ?? '', dest),
    ...links.map(
      (link): StubOp => ({
        op: 'symlink',
        root: 'root',
        path: posix.join(request.dest, link),
        target: name,
        origin: request.origin,
      }),
    ),
  ];
}

function anew({ options, origin }: Request, { controllers }: Hierarchy, dest: string): StubOp {
  const [first = ''] = controllers;
  return {
    op: 'mountFs',
    root: 'root',
    dest,
    type: 'cgroup',
    source: first.startsWith('name=') ? first.slice('name='.length) : 'cgroup',
    superblock: [],
    options: controllers,
    attr: options.attr.set,
    propagation: [],
    noSymlinks: 0,
    copyUp: 0,
    keepMode: 0,
    origin,
  };
}

function bound(request: Request, own: string, dest: string): StubOp {
  const { set, clear } = request.options.attr;
  // Another access time mode is set only together with clearing the field.
  return { ...emptyBind(request, dest, own), set, clear: clear.filter((name) => name === 'atime') };
}

function emptyBind({ origin }: Request, dest: string, source: string): Extract<StubOp, { op: 'bind' }> {
  return {
    op: 'bind',
    root: 'root',
    dest,
    source,
    tree: null,
    recursive: 0,
    set: [],
    clear: [],
    setRecursive: [],
    clearRecursive: [],
    propagation: [],
    noSymlinks: 0,
    origin,
  };
}

function attr({ dest, origin }: Request, set: Attr, propagation: Propagation): StubOp {
  return { op: 'attr', root: 'root', dest, set, clear: [], recursive: 0, propagation, origin };
}
