import { UNIFIED_SLOT } from '../cgroups/paths.ts';
import type { CgroupJoin } from '../cgroups/plan.ts';
import type { Process } from '../config/config.ts';
import { attachOps, connectOps } from '../systemd/ops.ts';
import { grantableCapabilities, hasCapability, isRootless } from './capabilities.ts';
import { joinCgroups } from './cgroup.ts';
import { consoleOps } from './console.ts';
import type { ExecFacts, ExecOptions } from './facts.ts';
import { joinResctrl } from './intelRdt.ts';
import { keyringOps } from './labels.ts';
import { learnOp, listenerPlan, seccompOp, tellOp } from './listener.ts';
import { joinNamespaces, namespaceRoot, openNamespace, slotOf } from './namespaces.ts';
import type { HandsOp, StubOp } from './ops.ts';
import { pidFileOps, pidfdPlan } from './pidFile.ts';
import type { Plan } from './plan.ts';
import { earlyProcessOps, processOps } from './process.ts';
import { affinityOps } from './scheduling.ts';

/** The plan of `exec`: another process in a container that runs. Throws PlanError for what cannot be planned. */
export function buildExec(process: Process, facts: ExecFacts, options: ExecOptions): Plan {
  const parts = partsOf(process, facts, options);
  return {
    hands: handsProgram(facts, options, parts),
    stubs: [stubProgram(process, facts, options, parts)],
    teardown: [],
  };
}

type Parts = ReturnType<typeof partsOf>;

const CGROUP = 'cgroup_paths';

function partsOf(process: Process, facts: ExecFacts, options: ExecOptions) {
  const userNamespace = facts.namespaces.some(({ type }) => type === 'user');
  // Out of a session into the unit of the same user's manager only that manager may move a process.
  const unit = facts.unit !== null && isRootless(facts.caller) ? facts.unit : null;
  const joins = cgroupJoins(facts.cgroupPaths).filter(({ slot }) => unit === null || slot !== UNIFIED_SLOT);
  const join = joinCgroups(joins, !userNamespace, facts.cgroupGivenAway && userNamespace);
  const namespaces = facts.namespaces.map((namespace) => ({ ...namespace, origin: 'namespace_paths' }));
  // From inside of it the kernel lets nobody into a cgroup.
  const late = namespaces.filter(({ type }) => type === 'cgroup' && join.birth !== null);
  return {
    manager:
      unit === null
        ? { connect: [], attach: [] }
        : { connect: connectOps(unit), attach: attachOps(unit, unit.subgroup) },
    userNamespace,
    namespaces,
    entered: namespaces.filter((namespace) => !late.includes(namespace)),
    late,
    joins,
    join,
    listener: listenerPlan(facts.seccomp),
    console: consoleOps(
      process,
      'process',
      options.consoleSocket,
      options.detach,
      false,
      facts.caller.window,
    ),
  };
}

interface PathJoin extends CgroupJoin {
  readonly path: string;
}

/** One for each directory: controllers that are mounted together share theirs. */
function cgroupJoins(paths: Readonly<Record<string, string>>): PathJoin[] {
  const entries = Object.entries(paths).filter(
    ([, path], index, all) => all.findIndex(([, other]) => other === path) === index,
  );
  return entries.map(([controller, path]) => ({
    path,
    slot: controller === '' ? UNIFIED_SLOT : `cgroup:${controller}`,
    file: controller === '' ? 'cgroup.procs' : 'tasks',
    memory: paths.memory === path,
  }));
}

function waitsToBeKnown({ resctrlGroups }: ExecFacts, { listener, manager }: Parts): boolean {
  return listener.slots.length > 0 || resctrlGroups.length > 0 || manager.attach.length > 0;
}

function handsProgram(facts: ExecFacts, options: ExecOptions, parts: Parts): HandsOp[] {
  const { namespaces, joins, console, listener, manager } = parts;
  const pidfd = pidfdPlan(options.pidfdSocket, 'setns');
  return [
    { op: 'pidfd', ...facts.init, into: 'init', origin: 'init_process_pid' },
    ...namespaces.map(openNamespace),
    ...joins.map(
      ({ slot, path }): HandsOp => ({
        op: 'open',
        path,
        flags: ['path', 'directory'],
        mode: 0,
        into: slot,
        origin: CGROUP,
      }),
    ),
    // The pid in the paths above still was this process: a pid is not used again before this fails.
    { op: 'signal', process: 'init', signal: 0, origin: 'init_process_pid' },
    ...console.connect,
    ...pidfd.connect,
    ...listener.connect,
    ...console.raw,
    ...manager.connect,
    {
      op: 'spawn',
      program: 0,
      pass: [
        ...joins.map(({ slot }) => slot),
        ...namespaces.map(({ type }) => slotOf(type)),
        ...console.slots,
        ...listener.slots,
      ],
      preserve: options.preserveFds,
      origin: 'process',
    },
    { op: 'await', barrier: 'cloned', origin: 'namespace_paths' },
    ...pidfd.send,
    ...listener.close,
    ...manager.attach,
    ...joinResctrl(facts.resctrlGroups),
    ...(waitsToBeKnown(facts, parts) ? [tellOp] : []),
    ...console.receive,
    { op: 'awaitExec', origin: 'process.args' },
    ...pidFileOps(options.pidFile),
  ];
}

/** SIGKILL. */
const KILL = 9;

function stubProgram(process: Process, facts: ExecFacts, options: ExecOptions, parts: Parts): StubOp[] {
  const { caller } = facts;
  const { userNamespace, join, console } = parts;
  const context = {
    origin: 'process',
    filter: facts.seccomp === null ? [] : [seccompOp(facts.seccomp, facts.state, facts.state.text)],
    annotations: facts.annotations,
    linux: facts.linux,
    modules: facts.modules,
    grantable: grantableCapabilities(caller, userNamespace),
    userNamespace,
    denySetgroups: userNamespace
      ? !hasCapability(caller.capabilities, 'CAP_SETGID') || !caller.initialUserNamespace
      : !caller.initialUserNamespace,
    preserveFds: options.preserveFds,
    listenFds: options.listenFds,
    ready: [{ op: 'parentDeath', signal: 0, origin: 'process' } as const],
  };
  const affinity = affinityOps(process, 'process');
  return [
    ...earlyProcessOps(process, context),
    ...affinity.initial,
    // Before the first join: a process of the container could trace this one from then on (CVE-2016-9962).
    { op: 'undumpable', origin: 'namespace_paths' },
    ...join.before,
    ...joinNamespaces(parts.entered, caller),
    // A pid namespace is entered only by being born.
    { op: 'clone', namespaces: [], cgroup: join.birth, origin: 'namespace_paths' },
    { op: 'parentDeath', signal: KILL, origin: 'process' },
    ...(waitsToBeKnown(facts, parts) ? [learnOp] : []),
    ...join.early,
    ...joinNamespaces(parts.late, caller),
    ...(userNamespace
      ? [{ op: 'become', ...namespaceRoot(facts.linux), origin: 'namespace_paths' } as const]
      : []),
    { op: 'setsid', origin: 'process' },
    ...(facts.noNewKeyring ? [] : keyringOps(`_ses.${facts.id}`, process, 'process')),
    { op: 'openRoot', into: 'root', origin: 'process' },
    ...console.pty,
    ...join.late,
    ...affinity.final,
    ...processOps(process, context),
  ];
}
