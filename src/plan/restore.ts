import { posix } from 'node:path';
import { noCgroups } from '../cgroups/disabled.ts';
import type { CgroupHost } from '../cgroups/host.ts';
import { type CgroupPlan, cgroupOps } from '../cgroups/plan.ts';
import type { Config } from '../config/config.ts';
import { hasHooks, hostHooks } from '../hooks/hooks.ts';
import { hookState } from '../hooks/state.ts';
import { stateLinks } from '../state/links.ts';
import { journalText, recordTemplate } from '../state/record.ts';
import { inUnit } from '../systemd/unit.ts';
import { isRootless } from './capabilities.ts';
import { type JoinPlan, joinCgroups, passOps, takeOps } from './cgroup.ts';
import { CONSOLE_SLOT, consoleOps, SOCKET_SLOT } from './console.ts';
import { claimOps, newRecord, unitParts } from './create.ts';
import {
  askOps,
  becomeCriu,
  type CriuProgram,
  directoryOps,
  directoryOptions,
  endOp,
  noticeOp,
  placedNumber,
  spawnOp,
} from './criu.ts';
import { isBelow, isBind, mountSources, namespaceKeys } from './criuExternal.ts';
import { commonOptions, option, optional, pair, type RestoreOptions } from './criuOptions.ts';
import type { Facts } from './facts.ts';
import { intelRdtPlan } from './intelRdt.ts';
import { openNamespace, slotOf } from './namespaces.ts';
import type { HandsOp, StubOp } from './ops.ts';
import { pidFileOps } from './pidFile.ts';
import type { Plan } from './plan.ts';
import type { Field } from './protobuf.ts';
import { monitorTeardownOps } from './teardown.ts';

/** What a restore depends on beside what a new container does. */
export interface RestoreFacts {
  readonly criu: CriuProgram;
  /** What descriptors 0 to 2 led to when the container was dumped. */
  readonly descriptors: readonly string[];
  readonly configFile: string | null;
}

export const RESTORE_LOG = 'restore.log';

/** SIGKILL. */
const KILL = 9;

/** How long (ms) processes that are given up may take to be gone. */
const KILL_DEADLINE = 10_000;

/**
 * The plan of `restore`: what `create` makes around a container is made anew; what is inside, CRIU makes of the image. Its
 * own mount namespace has the root file system where CRIU wants it, so that the host's mounts stay as they are.
 */
export function buildRestore(
  config: Config,
  facts: Facts,
  { criu, descriptors, configFile }: RestoreFacts,
  options: RestoreOptions,
): Plan {
  const parts = partsOf(config, facts, options);
  const { cgroups, join, unit, resctrl, console, rootfs } = parts;
  const placed = joinedOutside(config);
  const fields: Field[] = [
    ...directoryOptions(options),
    ...commonOptions(options, RESTORE_LOG, configFile),
    option('rst_sibling', true),
    option('evasive_devices', true),
    option('root', criuRoot(facts)),
    ...optional('tcp_close', options.tcpClose),
    ...optional('lsm_profile', options.lsmProfile),
    ...optional('lsm_mount_context', options.lsmMountContext),
    ...cgroupRoots(facts.cgroups, cgroups),
    ...inherited(descriptors),
    ...placed.map(({ type }, index) => pair('inherit_fd', namespaceKeys[type], placedNumber(index, options))),
    ...joinedInside(config),
    ...mountSources(config, facts.bundle, facts.cgroups, cgroups.paths),
  ];
  const record = newRecord(
    config,
    facts,
    { ...options, noNewKeyring: false },
    { cgroups, resctrl, root: { path: rootfs } },
  );
  const state = posix.join(facts.stateDir, 'state.json');
  const foreground = !options.detach;
  const slots = placed.map(({ type }) => slotOf(type));
  return {
    hands: [
      ...claimOps(facts),
      { op: 'writeFile', path: state, mode: 0o600, text: journalText(record), origin: 'state' },
      ...unit.connect,
      ...cgroups.birth,
      ...resctrl.make,
      { op: 'mkdir', path: criuRoot(facts), mode: 0o755, origin: 'state' },
      ...directoryOps(options, RESTORE_LOG, false),
      ...placed.map(openNamespace),
      ...console.connect,
      ...console.raw,
      spawnOp([...(join.unified === null ? [] : [join.unified]), ...slots]),
      // A scope of systemd is made around a process, which is the stub.
      ...unit.start,
      ...cgroups.make,
      ...passOps(join),
      ...askOps('restore', fields, killOps(cgroups)),
      ...hookOps(config, facts),
      noticeOp('post-restore', CONSOLE_SLOT, true),
      ...resctrl.join,
      ...stateLinks(facts.stateDir, cgroups.paths),
      { op: 'writeFile', path: state, mode: 0o600, text: recordTemplate(record), origin: 'state' },
      ...(options.consoleSocket === null ? [] : [masterOp]),
      endOp,
      { op: 'rmdir', path: criuRoot(facts), origin: 'state' },
      ...(foreground ? [{ op: 'close', file: 'lock', origin: 'state' } as const] : []),
      ...pidFileOps(options.pidFile),
    ],
    stubs: [stubProgram(config, facts, join, rootfs, becomeCriu(criu, options, slots))],
    teardown: foreground
      ? monitorTeardownOps(
          config,
          { ...facts, rootfs, resctrl: resctrl.groups, cgroupsKept: cgroups.kept },
          Object.values(cgroups.paths),
        )
      : [],
  };
}

function partsOf(config: Config, facts: Facts, options: RestoreOptions) {
  const { consoleSocket, detach } = options;
  const { unit } = facts;
  const cgroups = options.noCgroups
    ? noCgroups(config)
    : cgroupOps(inUnit(config, unit), facts.cgroups, facts.id, isRootless(facts.caller), unit !== null);
  const unified = cgroups.joins.find(({ file }) => file === 'cgroup.procs')?.slot ?? null;
  return {
    cgroups,
    // Nobody is cloned into the v2 cgroup: the stub, which is there already, goes there.
    join: { ...joinCgroups(cgroups.joins, false, true), unified },
    unit: unitParts(config, facts),
    resctrl: intelRdtPlan(config.linux?.intelRdt, facts.id, facts.resctrl),
    console: consoleOps(config.process, 'process', consoleSocket, detach, true, facts.caller.window),
    rootfs: posix.resolve(facts.bundle, config.root.path),
  };
}

const criuRoot = ({ stateDir }: Facts): string => posix.join(stateDir, 'criu-root');

/** A program that has closed its terminal has no master that anybody could have. */
const masterOp: HandsOp = {
  op: 'sendMaster',
  socket: SOCKET_SLOT,
  master: CONSOLE_SLOT,
  orElse: { on: ['EBADF'], do: [] },
  origin: '--console-socket',
};

/** As for a new container, these come when its namespaces are there and nothing else is. */
function hookOps(config: Config, { id, bundle }: Facts): HandsOp[] {
  if (!hasHooks(config, 'prestart', 'createRuntime')) return [];
  const state = hookState(config, id, bundle, 'creating');
  return [
    noticeOp('setup-namespaces', CONSOLE_SLOT, true),
    ...hostHooks(config, 'prestart', hookState(config, id, bundle, 'created')),
    ...hostHooks(config, 'createRuntime', state),
  ];
}

/** What CRIU has not ended itself. */
function killOps({ paths }: CgroupPlan): HandsOp[] {
  return [...new Set(Object.values(paths))].map((path) => ({
    op: 'cgroupKill',
    path,
    signal: KILL,
    deadline: KILL_DEADLINE,
    origin: 'linux.cgroupsPath',
  }));
}

/** CRIU puts the container's cgroups, wherever they were, to where they are to be now. */
function cgroupRoots({ hierarchies }: CgroupHost, { paths }: CgroupPlan): Field[] {
  return hierarchies.flatMap(({ version, controllers, mountPoint, root, own }) =>
    (version === 2 ? [''] : controllers).map((controller) => {
      const path = paths[controller];
      const place = path === undefined ? own : posix.join(root, path.slice(mountPoint.length));
      return pair('cg_root', controller, place);
    }),
  );
}

/** A pipe that led outside is now one of the caller's descriptors. */
function inherited(descriptors: readonly string[]): Field[] {
  return descriptors.flatMap((target, number) =>
    target.startsWith('pipe:') ? [pair('inherit_fd', target, number)] : [],
  );
}

type Outside = keyof typeof namespaceKeys;

/** Namespaces that CRIU is given by descriptor. */
function joinedOutside(config: Config) {
  return (config.linux?.namespaces ?? []).flatMap(({ type, path }, index) =>
    path && type in namespaceKeys
      ? [{ type: type as Outside, path, origin: `linux.namespaces[${index}]` }]
      : [],
  );
}

/** The others it joins by path. */
function joinedInside(config: Config): Field[] {
  return (config.linux?.namespaces ?? []).flatMap(({ type, path }) =>
    path && !(type in namespaceKeys) ? [pair('join_ns', namespaceNames[type] ?? type, path)] : [],
  );
}

/** As the files of /proc/PID/ns are called. */
const namespaceNames: Readonly<Record<string, string>> = { mount: 'mnt' };

/**
 * CRIU is in the container's cgroups, which is where its children are born. It expects mount points to be there: they are
 * made as for a new container, by mounting, in a mount namespace that ends with it. What it gets as the root file system
 * was cloned before that.
 */
function stubProgram(
  config: Config,
  facts: Facts,
  join: JoinPlan,
  rootfs: string,
  become: readonly StubOp[],
): StubOp[] {
  const origin = 'root.path';
  return [
    ...join.before,
    ...takeOps(join),
    ...join.early,
    { op: 'unshare', kind: ['mount'], origin: 'criu' },
    { op: 'propagate', flags: ['rec', 'slave'], origin: 'criu' },
    { op: 'openTree', path: rootfs, recursive: 1, into: 'tree', origin },
    { op: 'rootfs', path: rootfs, tree: null, into: 'root', origin },
    ...mountPoints(config, facts.bundle),
    { op: 'rootfs', path: criuRoot(facts), tree: 'tree', into: 'criuRoot', origin },
    ...become,
  ];
}

function mountPoints(config: Config, bundle: string): StubOp[] {
  const mounts = config.mounts ?? [];
  const covered = mounts.filter(({ type }) => type === 'tmpfs').map(({ destination }) => destination);
  return mounts.flatMap((mount, index): StubOp[] => {
    const dest = posix.resolve('/', mount.destination);
    const origin = `mounts[${index}]`;
    // What is on a tmpfs comes with its content; those of cgroups are on file systems of the kernel.
    if (
      covered.some((folder) => dest !== folder && isBelow(dest, folder)) ||
      mount.type?.startsWith('cgroup')
    )
      return [];
    if (!isBind(mount)) return [{ op: 'makeDir', root: 'root', path: dest, mode: 0o755, origin }];
    return [
      {
        op: 'bind',
        root: 'root',
        dest,
        source: posix.resolve(bundle, mount.source ?? ''),
        tree: null,
        recursive: 1,
        set: [],
        clear: [],
        setRecursive: [],
        clearRecursive: [],
        propagation: [],
        noSymlinks: 0,
        origin,
      },
    ];
  });
}
