import { posix } from 'node:path';
import type { Config, Mount } from '../config/config.ts';
import { PlanError } from './error.ts';
import type { MountOptions } from './mountOptions.ts';
import type { MountPlan, Request } from './mounts.ts';
import { mapText, namespaceKind } from './namespaces.ts';
import type { HandsOp, StubOp } from './ops.ts';

type OpenTree = Extract<StubOp, { op: 'openTree' }>;

/**
 * A bind mount whose owners are mapped. That needs rights over the file system, so it happens before the container's
 * user namespace is entered, and with a user namespace for the map that is not the container's.
 */
export function idmapPlan(
  openTree: OpenTree,
  { options, origin, index }: Request,
  mount: Mount,
  config: Config,
  stateDir: string,
): Partial<MountPlan> {
  const own = hasMappings(mount);
  if (!own && namespaceKind(config, 'user') === 'none') {
    throw new PlanError('config-invalid', origin, 'an idmapped mount needs mappings or a user namespace');
  }
  const namespace = own ? `idmap.${index}` : 'namespace.user';
  const { path: source, into: tree } = openTree;
  const recursive = options.idmap === 'ridmap' ? 1 : 0;
  const idmap: StubOp = { op: 'idmap', tree, namespace, recursive, source, origin };
  return {
    hands: own ? [usernsOp(mount, namespace, origin)] : [],
    slots: own ? [namespace] : [],
    before: [openTree, idmap],
    ...(locks(config) ? staged(openTree, idmap, stateDir) : {}),
  };
}

/** By the option, or by mappings, which older callers give without it. */
export function isMapped(options: MountOptions, mount: Mount): boolean {
  return options.idmap !== 'no' || hasMappings(mount);
}

/** Empty ones map nothing. */
function hasMappings({ uidMappings = [], gidMappings = [] }: Mount): boolean {
  return uidMappings.length > 0 || gidMappings.length > 0;
}

function usernsOp({ uidMappings, gidMappings }: Mount, into: string, origin: string): HandsOp {
  const maps = { uidMap: mapText(uidMappings), gidMap: mapText(gidMappings) };
  return { op: 'userns', ...maps, denySetgroups: 0, tools: 0, into, origin };
}

/**
 * Flags such as ro and nosuid that the host has given a mount are locked when a mount namespace is copied into another
 * user namespace, and only then: in a detached mount that is carried there the container's root could clear them.
 */
function locks(config: Config): boolean {
  return namespaceKind(config, 'user') !== 'none' && namespaceKind(config, 'mount') === 'new';
}

/** So the mapped mount waits in a mount namespace in between, and is taken from the container's copy of that one. */
function staged(openTree: OpenTree, idmap: StubOp, stateDir: string): Partial<MountPlan> {
  const path = posix.join(stateDir, openTree.into);
  const { path: source, into: tree, origin } = openTree;
  const bind: StubOp = {
    op: 'bind',
    root: 'root',
    dest: path,
    source,
    tree,
    recursive: 0,
    set: [],
    clear: [],
    setRecursive: [],
    clearRecursive: [],
    propagation: [],
    noSymlinks: 0,
    origin,
  };
  return { stage: [openTree, idmap, bind], before: [], sources: [{ ...openTree, path, recursive: 1 }] };
}

/** Where mounts wait: on a tmpfs over the state directory, which only this process and its child ever see. */
export function stageOps(stage: readonly StubOp[], dest: string): StubOp[] {
  const [first] = stage;
  if (first === undefined) return [];
  const { origin } = first;
  return [
    { op: 'unshare', kind: ['mount'], origin },
    { op: 'propagate', flags: ['slave', 'rec'], origin },
    { op: 'openRoot', into: 'root', origin },
    {
      op: 'mountFs',
      root: 'root',
      dest,
      type: 'tmpfs',
      source: 'tmpfs',
      superblock: [],
      options: ['mode=700'],
      attr: ['nosuid', 'nodev', 'noexec'],
      propagation: [],
      noSymlinks: 0,
      copyUp: 0,
      keepMode: 0,
      origin,
    },
    ...stage,
  ];
}
