import type { Process, Rlimit } from '../config/config.ts';
import { capabilityMasks } from './capabilities.ts';
import { labelOps, type SecurityModules } from './labels.ts';
import { landlockOps } from './landlock.ts';
import type { enumTables, StubOp } from './ops.ts';
import { type ContainerWide, schedulingOps } from './scheduling.ts';

export interface ProcessContext {
  /** Path of the process in messages: `process`, or what --process names. */
  readonly origin: string;
  /** Loads the container's filter; none, if it has none. */
  readonly filter: readonly StubOp[];
  /** Of the container, where its restrictions may be. */
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly linux: ContainerWide;
  readonly modules: SecurityModules;
  readonly grantable: bigint;
  /** In a user namespace, joined or new. */
  readonly userNamespace: boolean;
  readonly denySetgroups: boolean;
  /** Descriptors from 3 on that it inherits, and how many of them are LISTEN_FDS. */
  readonly preserveFds: number;
  readonly listenFds: number;
  /** It gets an init process of railcar's as its parent. */
  readonly init?: boolean;
  /** Clears the bond to the launcher's life, reports what it has to and waits for what it has to. */
  readonly ready: readonly StubOp[];
}

/**
 * Early settings of a process, with the caller's rights. In a user namespace resource limits can no longer be raised,
 * so they are set here; else only right before the user's program, so that a tight one does not hit the stub's work.
 */
export function earlyProcessOps(process: Process, context: ProcessContext): StubOp[] {
  const { origin } = context;
  const adjust: StubOp[] =
    process.oomScoreAdj === undefined ? [] : [oomOp(process.oomScoreAdj, `${origin}.oomScoreAdj`)];
  return [...adjust, ...(context.userNamespace ? rlimitOps(process, origin) : [])];
}

/** From the container's root to the user's program. */
export function processOps(process: Process, context: ProcessContext): StubOp[] {
  const { origin, filter } = context;
  const masks = capabilityMasks(process.capabilities, context.grantable);
  const user = process.user ?? {};
  // None: a container that waits for a start which will be refused.
  const [name] = process.args;
  const nnp = process.noNewPrivileges === true;
  const landlock = landlockOps(context.annotations, process);
  const chdir = (early: number): StubOp => ({
    op: 'chdir',
    path: process.cwd,
    early,
    origin: `${origin}.cwd`,
  });
  return [
    ...(context.userNamespace ? [] : rlimitOps(process, origin)),
    ...schedulingOps(process, origin, context.linux),
    ...labelOps(process, origin, context.modules),
    ...(process.terminal ? [] : [fdOwnerOp(user.uid ?? 0, origin)]),
    ...(nnp ? [{ op: 'noNewPrivileges', origin: `${origin}.noNewPrivileges` } as const] : []),
    { op: 'bounding', capabilities: masks.bounding, origin: `${origin}.capabilities.bounding` },
    { op: 'umask', mask: user.umask ?? 0o022, origin: `${origin}.user.umask` },
    // With the rights of root, for a directory that only root may enter; else with those of the user.
    chdir(1),
    // Without noNewPrivileges loading a filter needs CAP_SYS_ADMIN, so it comes before capabilities are dropped; and
    // after the directory has been looked at, which a filter may forbid.
    ...(nnp ? [] : filter),
    {
      op: 'user',
      uid: user.uid ?? 0,
      gid: user.gid ?? 0,
      groups: (user.additionalGids ?? []).join(' '),
      denySetgroups: context.denySetgroups ? 1 : 0,
      origin: `${origin}.user`,
    },
    {
      op: 'capabilities',
      effective: masks.effective,
      permitted: masks.permitted,
      inheritable: masks.inheritable,
      ambient: masks.ambient,
      origin: `${origin}.capabilities`,
    },
    chdir(0),
    ...(name === undefined ? [] : [resolveOp(name, process, origin)]),
    ...landlock.prepare,
    ...context.ready,
    ...(context.init ? [{ op: 'reaper', origin: '--init' } as const] : []),
    ...landlock.restrict,
    // The very last act: whatever it forbids, only the program itself is left to be forbidden it.
    ...(nnp ? filter : []),
    execOp(process, context),
  ];
}

function resolveOp(name: string, { env }: Process, origin: string): StubOp {
  return { op: 'resolve', name, path: variable(env, 'PATH') ?? '', origin: `${origin}.args` };
}

/** No HOME is added. */
const KEEP_HOME = 2 ** 32;

function execOp(process: Process, context: ProcessContext): StubOp {
  const listen = context.listenFds > 0;
  const env = (process.env ?? []).filter((entry) => !(listen && entry.startsWith('LISTEN_FDS=')));
  return {
    op: 'exec',
    args: process.args,
    env: listen ? [...env, `LISTEN_FDS=${context.listenFds}`] : env,
    home: variable(process.env, 'HOME') === undefined ? (process.user?.uid ?? 0) : KEEP_HOME,
    listenPid: listen ? 1 : 0,
    preserve: context.preserveFds,
    origin: `${context.origin}.args`,
  };
}

/** The last of several entries counts, as in a shell. */
function variable(env: readonly string[] = [], name: string): string | undefined {
  return env.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}

function rlimitOps(process: Process, origin: string): StubOp[] {
  return (process.rlimits ?? []).map(
    ({ type, soft, hard }: Rlimit, index): StubOp => ({
      op: 'rlimit',
      resource: type as keyof (typeof enumTables)['rlimit'],
      soft,
      hard,
      origin: `${origin}.rlimits[${index}]`,
    }),
  );
}

/** Lowering it below what the caller's may be is a privilege: then the kernel refuses it, and so does railcar. */
function oomOp(value: number, origin: string): StubOp {
  return { op: 'writeSelf', name: 'oom_score_adj', text: String(value), origin };
}

/** What came from outside may lie on a read-only file system or belong to an id that has no name in here. */
function fdOwnerOp(uid: number, origin: string): StubOp {
  const orElse = { on: ['EPERM', 'EINVAL', 'EROFS'], do: [] } as const;
  return { op: 'fdOwner', uid, orElse, origin: `${origin}.user.uid` };
}
