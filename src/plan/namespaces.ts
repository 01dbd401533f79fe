import type { Config, IdMapping, NamespaceType } from '../config/config.ts';
import { hasCapability } from './capabilities.ts';
import { PlanError } from './error.ts';
import type { Facts } from './facts.ts';
import type { HandsOp, StubOp } from './ops.ts';

type Caller = Facts['caller'];

export interface NamespacePlan {
  /** Opens the joined namespaces and makes the user namespace. */
  readonly open: readonly HandsOp[];
  /** Slots that the stub needs. */
  readonly slots: readonly string[];
  /** Up to and including the clone into the new namespaces. */
  readonly enter: readonly StubOp[];
  /** The cgroup namespace: after the cgroups are joined, because its root is where the process then is. */
  readonly late: readonly StubOp[];
}

/** `cgroup`: the slot of the v2 cgroup that the container's process is born into. */
export function namespaceOps(config: Config, caller: Caller, cgroup: string | null): NamespacePlan {
  const entries = (config.linux?.namespaces ?? []).map((namespace, index) => ({
    ...namespace,
    origin: `linux.namespaces[${index}]`,
  }));
  const joined = entries.filter((entry): entry is Joined => Boolean(entry.path));
  const fresh = entries.filter(({ path }) => !path);
  const user = fresh.find(({ type }) => type === 'user');
  const time = fresh.find(({ type }) => type === 'time');
  // From inside of it the kernel lets nobody into a cgroup; but a new user namespace has no power over it afterwards.
  const after = cgroup !== null && !user ? joined.filter(({ type }) => type === 'cgroup') : [];
  const before = joined.filter((entry) => !after.includes(entry));
  return {
    open: [...joined.map(openNamespace), ...(user ? [usernsOp(config, caller, user.origin)] : [])],
    slots: [...joined.map(({ type }) => slotOf(type)), ...(user ? [slotOf('user')] : [])],
    enter: [
      // Before the first foreign namespace is joined: whoever lives there could trace this process from then on.
      ...(joined.length > 0 ? [undumpable(joined[0]?.origin ?? '')] : []),
      ...joinNamespaces(before, caller),
      ...(user ? [setns('user', user.origin)] : []),
      ...(time ? timeOps(config, time.origin) : []),
      // Not earlier: the offsets are written to a file of its own, which an undumpable process does not own.
      ...(joined.length > 0 ? [] : [undumpable('linux.namespaces')]),
      {
        op: 'clone',
        namespaces: fresh
          .map(({ type }) => type)
          .filter((type) => type !== 'user' && type !== 'time' && type !== 'cgroup'),
        cgroup,
        origin: 'linux.namespaces',
      },
    ],
    late: [
      ...joinNamespaces(after, caller),
      ...fresh
        .filter(({ type }) => type === 'cgroup')
        .map(({ origin }) => ({ op: 'unshare', kind: ['cgroup'], origin }) as const),
    ],
  };
}

/** new: made for the container; joined: an existing one by path; none: the caller's. */
export function namespaceKind(config: Config, type: NamespaceType): 'new' | 'joined' | 'none' {
  const entry = config.linux?.namespaces?.find((namespace) => namespace.type === type);
  return entry === undefined ? 'none' : entry.path ? 'joined' : 'new';
}

/** The id outside of the container's user namespace for one inside; the id itself without mappings. */
export function hostId(mappings: readonly IdMapping[] | undefined, id: number): number {
  if (mappings === undefined || mappings.length === 0) return id;
  const mapping = mappings.find(({ containerID, size }) => id >= containerID && id < containerID + size);
  return mapping === undefined ? id : mapping.hostID + (id - mapping.containerID);
}

/**
 * Who makes the container within its user namespace: its root, or, where nobody is mapped to that, the first who is. Power in
 * the namespace is a matter of capabilities, which he has until the user's program is executed.
 */
export function namespaceRoot(
  linux: Pick<NonNullable<Config['linux']>, 'uidMappings' | 'gidMappings'> | undefined,
): { readonly uid: number; readonly gid: number } {
  return { uid: firstId(linux?.uidMappings), gid: firstId(linux?.gidMappings) };
}

function firstId(mappings: readonly IdMapping[] = []): number {
  const [first] = mappings;
  const hasRoot =
    first === undefined || mappings.some(({ containerID, size }) => containerID === 0 && size > 0);
  return hasRoot ? 0 : first.containerID;
}

/** Where there is no user namespace to have power in, an ordinary user can make nothing that a container is made of. */
export function refuseUnprivileged(config: Config, caller: Caller): void {
  const able = caller.uid === 0 || hasCapability(caller.capabilities, 'CAP_SYS_ADMIN');
  if (able || namespaceKind(config, 'user') !== 'none') return;
  throw new PlanError(
    'config-invalid',
    'linux.namespaces',
    `rootless container requires user namespaces: uid ${caller.uid} has no CAP_SYS_ADMIN (railcar spec --rootless writes a ` +
      'config.json with one)',
  );
}

/** Whether setgroups has to be given up for good, as the kernel asks of unprivileged makers of gid maps. */
function deniesSetgroups(config: Config, caller: Caller): boolean {
  return !hasCapability(caller.capabilities, 'CAP_SETGID') && !needsTools(config, caller);
}

/** Whether setgroups may have been given up in the user namespace in which the container's process lives. */
export function lacksSetgroups(config: Config, caller: Caller): boolean {
  switch (namespaceKind(config, 'user')) {
    case 'new':
      return !caller.initialUserNamespace || deniesSetgroups(config, caller);
    case 'joined':
      return true;
    case 'none':
      return !caller.initialUserNamespace;
  }
}

/** A namespace that exists, and what names it. */
export interface Joined {
  readonly type: NamespaceType;
  readonly path: string;
  readonly origin: string;
}

export const slotOf = (type: NamespaceType) => `namespace.${type}`;

export function openNamespace({ type, path, origin }: Joined): HandsOp {
  return { op: 'open', path, flags: ['rdonly'], mode: 0, into: slotOf(type), origin };
}

/**
 * Joining asks for capabilities over the namespace's owner. A privileged caller has them over all, and would lose
 * them by entering the user namespace first; an unprivileged one gains them only there. The mount namespace comes
 * last, because paths change their meaning with it.
 */
export function joinNamespaces(joined: readonly Joined[], caller: Caller): StubOp[] {
  const privileged = hasCapability(caller.capabilities, 'CAP_SYS_ADMIN');
  const rank = ({ type }: Joined) => (type === 'user' ? (privileged ? 2 : -1) : type === 'mount' ? 1 : 0);
  return [...joined].sort((a, b) => rank(a) - rank(b)).map(({ type, origin }) => setns(type, origin));
}

function usernsOp(config: Config, caller: Caller, origin: string): HandsOp {
  return {
    op: 'userns',
    uidMap: mapText(config.linux?.uidMappings),
    gidMap: mapText(config.linux?.gidMappings),
    denySetgroups: deniesSetgroups(config, caller) ? 1 : 0,
    tools: needsTools(config, caller) ? 1 : 0,
    into: slotOf('user'),
    origin,
  };
}

/** newuidmap and newgidmap write what the caller may not: any map but that of the caller's own single id. */
function needsTools(config: Config, caller: Caller): boolean {
  if (hasCapability(caller.capabilities, 'CAP_SETUID') && hasCapability(caller.capabilities, 'CAP_SETGID')) {
    return false;
  }
  return !onlyOwn(config.linux?.uidMappings, caller.uid) || !onlyOwn(config.linux?.gidMappings, caller.gid);
}

function onlyOwn(mappings: readonly IdMapping[] = [], id: number): boolean {
  return mappings.length === 1 && mappings[0]?.hostID === id && mappings[0].size === 1;
}

export function mapText(mappings: readonly IdMapping[] = []): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('');
}

function setns(type: NamespaceType, origin: string): StubOp {
  return { op: 'setns', namespace: slotOf(type), kind: [type], origin };
}

/** A process enters a new time namespace by being born; offsets can be set until the first one is. */
function timeOps(config: Config, origin: string): StubOp[] {
  const offsets = Object.entries(config.linux?.timeOffsets ?? {}).filter(
    ([, offset]) => offset !== undefined,
  );
  const lines = offsets.map(([clock, offset]) => `${clock} ${offset?.secs ?? 0} ${offset?.nanosecs ?? 0}\n`);
  return [
    { op: 'unshare', kind: ['time'], origin },
    ...(lines.length > 0
      ? [
          {
            op: 'writeSelf',
            name: 'timens_offsets',
            text: lines.join(''),
            origin: 'linux.timeOffsets',
          } as const,
        ]
      : []),
  ];
}

function undumpable(origin: string): StubOp {
  return { op: 'undumpable', origin };
}
