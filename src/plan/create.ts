import { posix } from 'node:path';
import { noCgroups } from '../cgroups/disabled.ts';
import { UNIFIED_SLOT } from '../cgroups/paths.ts';
import { cgroupOps } from '../cgroups/plan.ts';
import type { Config } from '../config/config.ts';
import { containerHooks, hasHooks, hostHooks } from '../hooks/hooks.ts';
import { hookState } from '../hooks/state.ts';
import { CONTAINER_LINK } from '../own-bundles.ts';
import { stateLinks } from '../state/links.ts';
import { journalText, type NewRecord, recordTemplate } from '../state/record.ts';
import { connectOps, startOps } from '../systemd/ops.ts';
import { inUnit } from '../systemd/unit.ts';
import { grantableCapabilities, isRootless } from './capabilities.ts';
import { joinCgroups, passOps, takeOps } from './cgroup.ts';
import { cgroupOwnerOps } from './cgroupOwner.ts';
import { consoleOps } from './console.ts';
import { deviceOps } from './devices.ts';
import type { CreateOptions, Facts, NamespaceType } from './facts.ts';
import { wantsInit } from './init.ts';
import { intelRdtPlan } from './intelRdt.ts';
import { checkMountLabel, keyringOps } from './labels.ts';
import { learnOp, listenerPlan, seccompOp, tellOp } from './listener.ts';
import { mountOps } from './mounts.ts';
import {
  hostId,
  lacksSetgroups,
  namespaceKind,
  namespaceOps,
  namespaceRoot,
  refuseUnprivileged,
} from './namespaces.ts';
import { netDevicePlan } from './netDevices.ts';
import { listenOps, notifiedProcess, notifies, notifyDirectoryOps, notifyMount, relayOps } from './notify.ts';
import type { HandsOp, StubOp } from './ops.ts';
import { protectOps } from './paths.ts';
import { pidFileOps, pidfdPlan } from './pidFile.ts';
import type { Plan } from './plan.ts';
import { earlyProcessOps, processOps } from './process.ts';
import { rootOps } from './rootfs.ts';
import { sysctlOps } from './sysctl.ts';
import { monitorTeardownOps } from './teardown.ts';
import { refuseUnsupported } from './unsupported.ts';

/** From here on the bundle goes when the container does; see `ownBundles`. */
function adoptOp({ bundle, stateDir }: Facts): HandsOp {
  return { op: 'symlink', path: posix.join(bundle, CONTAINER_LINK), target: [stateDir], origin: 'state' };
}

/** The plan of `create` and `run`. Throws PlanError for what cannot be planned. */
export function buildCreate(config: Config, facts: Facts, options: CreateOptions): Plan {
  refuseUnsupported(config);
  refuseUnprivileged(config, facts.caller);
  const parts = partsOf(config, facts, options);
  return {
    hands: handsProgram(config, facts, options, parts),
    stubs: [stubProgram(config, facts, options, parts)],
    teardown:
      options.verb === 'run' && !options.detach && !options.keep
        ? monitorTeardownOps(
            config,
            {
              ...facts,
              rootfs: parts.root.path,
              resctrl: parts.resctrl.groups,
              cgroupsKept: parts.cgroups.kept,
              ownBundle: options.ownBundle === true,
            },
            Object.values(parts.cgroups.paths),
          )
        : [],
  };
}

type Parts = ReturnType<typeof partsOf>;

/** What both programs are put together from. */
function partsOf(config: Config, facts: Facts, options: CreateOptions) {
  const { unit } = facts;
  const cgroups = options.noCgroups
    ? noCgroups(config)
    : cgroupOps(inUnit(config, unit), facts.cgroups, facts.id, isRootless(facts.caller), unit !== null);
  const hooksWait = hasHooks(config, 'prestart', 'createRuntime');
  // As another user the stub may no longer join; from a new cgroup namespace it would join from outside its root.
  const early = ['cgroup', 'user'].some((type) => namespaceKind(config, type as NamespaceType) !== 'none');
  const join = joinCgroups(cgroups.joins, !early && !hooksWait);
  const detach = options.verb === 'create' || options.detach;
  const notify = notifies(config, options.notifySocket) ? options.notifySocket : null;
  return {
    notify,
    cgroups,
    hooksWait,
    join,
    unit: unitParts(config, facts),
    owner: cgroupOwnerOps(config, facts, unit === null ? join.birth : UNIFIED_SLOT),
    namespaces: namespaceOps(config, facts.caller, join.birth),
    root: rootOps(config, facts.bundle, options),
    mounts: mountOps(config, facts, cgroups.paths, notify === null ? [] : [notifyMount(facts.stateDir)]),
    listener: listenerPlan(facts.seccomp),
    netDevices: netDevicePlan(config),
    resctrl: intelRdtPlan(config.linux?.intelRdt, facts.id, facts.resctrl),
    console: consoleOps(config.process, 'process', options.consoleSocket, detach, true, facts.caller.window),
  };
}

/** The stub's pid is of use to it, or others have to do something first. */
function waitsToBeKnown({ listener, resctrl, owner, unit }: Parts): boolean {
  return listener.slots.length > 0 || resctrl.join.length > 0 || owner.length > 0 || unit.start.length > 0;
}

/**
 * What systemd does for the container. Its scope is made around a process, so the cgroups come when that has been born and
 * waits.
 */
export function unitParts(config: Config, { unit, cgroups }: Facts) {
  if (unit === null) return { connect: [], start: [] };
  return { connect: connectOps(unit), start: startOps(unit, config, cgroups.mode === 'v2' ? 2 : 1) };
}

function handsProgram(config: Config, facts: Facts, options: CreateOptions, parts: Parts): HandsOp[] {
  const {
    cgroups,
    join,
    namespaces,
    mounts,
    root,
    console,
    listener,
    netDevices,
    resctrl,
    owner,
    unit,
    hooksWait,
    notify,
  } = parts;
  const places = [...cgroups.make, ...passOps(join)];
  const pidfd = pidfdPlan(options.pidfdSocket, 'standard');
  const record = newRecord(config, facts, options, parts);
  const creating = hookState(config, facts.id, facts.bundle, 'creating');
  const running = hookState(config, facts.id, facts.bundle, 'running');
  const state = posix.join(facts.stateDir, 'state.json');
  const run = options.verb === 'run';
  return [
    ...checkMountLabel(config, facts.modules),
    ...claimOps(facts),
    // The journal comes before what it lists, so that nothing is left that nobody knows of.
    { op: 'writeFile', path: state, mode: 0o600, text: journalText(record), origin: 'state' },
    ...(options.ownBundle ? [adoptOp(facts)] : []),
    ...unit.connect,
    ...cgroups.birth,
    ...resctrl.make,
    ...(run ? [] : fifoOps(config, facts)),
    ...(notify === null ? [] : notifyDirectoryOps(facts.stateDir)),
    ...(notify === null || !run ? [] : listenOps(facts.stateDir)),
    ...namespaces.open,
    ...mounts.hands,
    ...root.hands,
    ...console.connect,
    ...pidfd.connect,
    ...listener.connect,
    // Not before hooks of the host, which may want to be interrupted.
    ...(hooksWait ? [] : console.raw),
    {
      op: 'spawn',
      program: 0,
      pass: [
        ...(join.birth === null ? [] : [join.birth]),
        ...(run ? [] : [FIFO_SLOT]),
        ...namespaces.slots,
        ...mounts.slots,
        ...root.slots,
        ...console.slots,
        ...listener.slots,
      ],
      preserve: options.preserveFds,
      origin: 'process',
    },
    ...(facts.unit === null ? places : []),
    clonedOp(config, facts),
    ...(facts.unit === null ? [] : [...unit.start, ...places]),
    ...pidfd.send,
    ...listener.close,
    ...resctrl.join,
    // From a user namespace nobody can be born into a cgroup of somebody else.
    ...owner,
    ...(waitsToBeKnown(parts) ? [tellOp] : []),
    ...netDevices.move,
    ...stateLinks(facts.stateDir, cgroups.paths),
    ...console.receive,
    ...(hooksWait
      ? [
          { op: 'await', barrier: 'mounted', origin: 'mounts' } as const,
          // Older versions of the specification call them in `start`, of a container that is created.
          ...hostHooks(config, 'prestart', hookState(config, facts.id, facts.bundle, 'created')),
          ...hostHooks(config, 'createRuntime', creating),
          ...console.raw,
          { op: 'release', barrier: 'mounted', origin: 'hooks' } as const,
        ]
      : []),
    run
      ? { op: 'awaitExec', origin: 'process.args' }
      : { op: 'await', barrier: 'created', origin: 'process.args' },
    { op: 'writeFile', path: state, mode: 0o600, text: recordTemplate(record), origin: 'state' },
    // The launcher may stay for as long as the container runs; it must not keep other commands waiting.
    ...(run ? [{ op: 'close', file: 'lock', origin: 'state' } as const] : []),
    ...pidFileOps(options.pidFile),
    ...(run ? hostHooks(config, 'poststart', running) : []),
    ...(notify === null || !run ? [] : relayOps(notify, null, options.detach ? { variable: 'pid' } : null)),
  ];
}

/** A container that fails when it has had hooks is one that has ended: its poststop hooks undo what the others did. */
function clonedOp(config: Config, { id, bundle }: Facts): HandsOp {
  const had = hasHooks(config, 'prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart');
  const undo = had ? hostHooks(config, 'poststop', hookState(config, id, bundle, 'stopped')) : [];
  return { op: 'await', barrier: 'cloned', origin: 'linux.namespaces', ...(undo.length > 0 && { undo }) };
}

/** For this long (ms) a command waits for another one that works on the same container. */
const LOCK_DEADLINE = 10_000;

const FIFO_SLOT = 'fifo';

/** The id belongs to whoever makes its directory. */
export function claimOps({ stateDir, caller }: Pick<Facts, 'stateDir' | 'caller'>): HandsOp[] {
  const origin = 'state';
  // What is old in a user's runtime directory is removed, except what has the sticky bit (XDG Base Directory Specification).
  const mode = isRootless(caller) ? 0o1700 : 0o711;
  return [
    { op: 'mkdirAll', path: posix.dirname(stateDir), mode, origin },
    {
      op: 'mkdir',
      path: stateDir,
      // Nobody else may come to the fifo, which any user of the container must be able to write to.
      mode: 0o700,
      undo: [{ op: 'removeTree', path: stateDir, origin }],
      origin,
    },
    {
      op: 'open',
      path: posix.join(stateDir, 'lock'),
      flags: ['rdwr', 'creat'],
      mode: 0o600,
      into: 'lock',
      origin,
    },
    { op: 'lock', file: 'lock', deadline: LOCK_DEADLINE, origin },
  ];
}

/** The container's root opens it for writing, which blocks until `start` opens it for reading. */
function fifoOps(config: Config, { stateDir }: Facts): HandsOp[] {
  const path = posix.join(stateDir, 'exec.fifo');
  return [
    {
      op: 'mkfifo',
      path,
      mode: 0o622,
      uid: hostId(config.linux?.uidMappings, namespaceRoot(config.linux).uid),
      gid: hostId(config.linux?.gidMappings, namespaceRoot(config.linux).gid),
      origin: 'state',
    },
    { op: 'open', path, flags: ['path'], mode: 0, into: FIFO_SLOT, origin: 'state' },
  ];
}

export function newRecord(
  config: Config,
  facts: Facts,
  options: Pick<CreateOptions, 'systemdCgroup' | 'noNewKeyring' | 'ownBundle'>,
  parts: Pick<Parts, 'cgroups' | 'resctrl'> & { readonly root: { readonly path: string } },
): NewRecord {
  return {
    id: facts.id,
    bundle: facts.bundle,
    rootfs: parts.root.path,
    created: facts.caller.now,
    owner: facts.caller.uid,
    config,
    cgroupPaths: parts.cgroups.paths,
    cgroupsKept: parts.cgroups.kept,
    systemdCgroup: options.systemdCgroup,
    unit: facts.unit && { name: facts.unit.name, bus: facts.unit.bus },
    noNewKeyring: options.noNewKeyring,
    resctrl: parts.resctrl.groups,
    ownBundle: options.ownBundle === true,
    launcher: { pid: facts.caller.pid, startTime: facts.caller.startTime },
  };
}

/** SIGKILL. */
const KILL = 9;

function stubProgram(config: Config, facts: Facts, options: CreateOptions, parts: Parts): StubOp[] {
  const { namespaces, mounts, root, console, join, netDevices, hooksWait, notify } = parts;
  const userNamespace = namespaceKind(config, 'user') !== 'none';
  const creating = hookState(config, facts.id, facts.bundle, 'creating');
  const context = {
    origin: 'process',
    filter: filterOps(config, facts),
    annotations: config.annotations,
    linux: config.linux ?? {},
    modules: facts.modules,
    grantable: grantableCapabilities(facts.caller, userNamespace),
    userNamespace,
    denySetgroups: lacksSetgroups(config, facts.caller),
    preserveFds: options.preserveFds,
    listenFds: options.listenFds,
    init: wantsInit(config, options.init),
    ready: readyOps(config, facts, options),
  };
  return [
    ...earlyProcessOps(config.process, context),
    ...mounts.before,
    ...namespaces.enter,
    // Until the container is created nobody else knows of it, so it must not outlive the launcher.
    { op: 'parentDeath', signal: KILL, origin: 'process' },
    ...takeOps(join),
    ...(waitsToBeKnown(parts) ? [learnOp] : []),
    ...netDevices.send,
    ...join.early,
    ...namespaces.late,
    ...root.sources,
    ...mounts.sources,
    ...(userNamespace
      ? [{ op: 'become', ...namespaceRoot(config.linux), origin: 'linux.uidMappings' } as const]
      : []),
    { op: 'setsid', origin: 'process' },
    ...(options.noNewKeyring ? [] : keyringOps(`_ses.${facts.id}`, config.process, '--no-new-keyring')),
    ...root.open,
    ...mounts.mount,
    ...deviceOps(config),
    ...console.pty,
    ...(config.hostname ? [{ op: 'hostname', name: config.hostname, origin: 'hostname' } as const] : []),
    ...(config.domainname
      ? [{ op: 'domainname', name: config.domainname, origin: 'domainname' } as const]
      : []),
    ...netDevices.wait,
    ...(hooksWait
      ? [
          { op: 'report', barrier: 'mounted', origin: 'mounts' } as const,
          { op: 'hold', barrier: 'mounted', origin: 'hooks' } as const,
        ]
      : []),
    ...containerHooks(config, 'createContainer', creating),
    ...root.enter,
    workingDirectory(config),
    ...root.readonly,
    ...mounts.late,
    ...root.propagate,
    ...sysctlOps(config),
    ...protectOps(config, facts.modules),
    ...join.late,
    ...processOps(notify === null ? config.process : notifiedProcess(config.process), context),
  ];
}

/** With noNewPrivileges it is loaded after all else, when the container has been created. */
function filterOps(config: Config, { id, bundle, seccomp }: Facts): StubOp[] {
  if (seccomp === null) return [];
  const status = config.process.noNewPrivileges === true ? 'created' : 'creating';
  return [seccompOp(seccomp, config, hookState(config, id, bundle, status, 'outerPid'))];
}

/** Callers rely on a working directory that the image lacks being made; what is wrong with it chdir will tell. */
function workingDirectory({ process }: Config): StubOp {
  const orElse = { on: ['EROFS', 'EACCES', 'EPERM', 'EEXIST', 'ENOTDIR', 'ELOOP'], do: [] } as const;
  return { op: 'makeDir', root: 'root', path: process.cwd, mode: 0o755, orElse, origin: 'process.cwd' };
}

/** From here on the container lives by itself; a created one waits for `start`. */
function readyOps(config: Config, facts: Facts, { verb }: CreateOptions): StubOp[] {
  const created = hookState(config, facts.id, facts.bundle, 'created');
  return [
    { op: 'parentDeath', signal: 0, origin: 'process' },
    ...(verb === 'create'
      ? [
          { op: 'report', barrier: 'created', origin: 'process' } as const,
          { op: 'waitFifo', fifo: FIFO_SLOT, origin: 'process' } as const,
        ]
      : []),
    ...containerHooks(config, 'startContainer', created),
  ];
}
