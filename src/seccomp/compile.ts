import type { Seccomp, SeccompAction, SeccompSyscall } from '../config/config.ts';
import { stringifyJson } from '../config/stringify.ts';
import {
  type FilterArgument,
  type FilterError,
  type FilterRule,
  type Filters,
  kernel,
} from '../kernel/kernel.ts';
import { PlanError } from '../plan/error.ts';
import type { flagTables } from '../plan/ops.ts';
import { anew, type Remember } from '../remember.ts';
import { answerEnosys } from './enosys.ts';

/** A seccomp filter, ready to be loaded. */
export interface Filter {
  /** Array of struct sock_filter. */
  readonly program: Uint8Array;
  readonly flags: readonly FilterFlag[];
  /** Who decides about what the filter lets nobody decide by itself; null if there is no such thing. */
  readonly listener: { readonly path: string; readonly metadata: string | undefined } | null;
}

type FilterFlag = keyof (typeof flagTables)['seccomp'];

/**
 * `linux.seccomp` as a filter; null where config.json has none. Throws PlanError. System calls and architectures that
 * libseccomp does not know are no fault: profiles are written for many machines.
 */
export function compileSeccomp(
  profile: Seccomp | undefined,
  warn: (message: string) => void,
  remember: Remember = anew,
  door: () => Filters = kernel,
): Filter | null {
  if (profile === undefined) return null;
  const listener = listenerOf(profile);
  return {
    program: remember('filter', stringifyJson({ ...profile, flags: [] }), () => programOf(profile, door)),
    flags: filterFlags(profile, listener !== null, warn),
    listener,
  };
}

function programOf(profile: Seccomp, door: () => Filters): Uint8Array {
  const defaultAction = actionNumber(profile.defaultAction, profile.defaultErrnoRet);
  const rules = (profile.syscalls ?? []).flatMap((syscall, index) =>
    rulesOf(syscall, `linux.seccomp.syscalls[${index}]`).filter(({ action }) => action !== defaultAction),
  );
  const { program, newest } = compile(door(), profile, defaultAction, rules);
  return permissive.has(profile.defaultAction) ? program : answerEnosys(program, newest);
}

/** A rule and where it comes from. */
type LocatedRule = FilterRule & { readonly origin: string };

/** SECCOMP_RET_* of seccomp(2). */
export const actions: Readonly<Record<SeccompAction, number>> = {
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_NOTIFY: 0x7fc00000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
};

/** What a system call that nobody knew of may do anyway; a tracer or listener is expected to know better. */
const permissive = new Set<SeccompAction>([
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_NOTIFY',
]);

/** enum scmp_compare of libseccomp. */
export const operators = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
} as const;

/** The call with which the stub hands over the listener, when the filter holds already and nobody listens yet. */
const HANDOVER = 'sendmsg';

function listenerOf(profile: Seccomp): Filter['listener'] {
  const { defaultAction, syscalls = [], listenerPath, listenerMetadata } = profile;
  const asks = ({ action }: { readonly action: SeccompAction }) => action === 'SCMP_ACT_NOTIFY';
  const byDefault = defaultAction === 'SCMP_ACT_NOTIFY';
  if (!byDefault && !syscalls.some(asks)) return null;
  if (!listenerPath) {
    throw new PlanError('config-invalid', 'linux.seccomp.listenerPath', 'is missing for SCMP_ACT_NOTIFY');
  }
  const rules = syscalls.filter(({ names }) => names.includes(HANDOVER));
  const decided = rules.some((rule) => !asks(rule) && (rule.args ?? []).length === 0);
  if (rules.some(asks) || (byDefault && !decided)) {
    const index = syscalls.findIndex((rule) => asks(rule) && rule.names.includes(HANDOVER));
    const origin = index < 0 ? 'linux.seccomp.defaultAction' : `linux.seccomp.syscalls[${index}]`;
    const message = `SCMP_ACT_NOTIFY is impossible for ${HANDOVER}, with which the listener is handed over`;
    throw new PlanError('config-invalid', origin, message);
  }
  return { path: listenerPath, metadata: listenerMetadata };
}

const EPERM = 1;

function actionNumber(action: SeccompAction, errnoRet = EPERM): number {
  const base = actions[action];
  const carriesData = action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE';
  return carriesData ? base + (errnoRet & 0xffff) : base;
}

function rulesOf({ names, action, errnoRet, args = [] }: SeccompSyscall, origin: string): LocatedRule[] {
  const number = actionNumber(action, errnoRet);
  const conditions = args.map(
    ({ index, op, value, valueTwo = 0 }): FilterArgument => ({
      index,
      op: operators[op],
      a: BigInt(value),
      b: BigInt(valueTwo),
    }),
  );
  const wrong = conditions.find(({ index }) => index > 5);
  if (wrong) throw new PlanError('config-invalid', `${origin}.args`, 'a system call has arguments 0 to 5');
  return names.flatMap((syscall) =>
    alternatives(conditions).map((group) => ({ syscall, action: number, arguments: group, origin })),
  );
}

/**
 * Conditions on different arguments must all hold. libseccomp takes no two on the same argument in one rule; callers
 * rely on these being alternatives then, each a rule of its own.
 */
function alternatives(conditions: readonly FilterArgument[]): FilterArgument[][] {
  const indexes = new Set(conditions.map(({ index }) => index));
  return indexes.size === conditions.length ? [[...conditions]] : conditions.map((condition) => [condition]);
}

function compile(door: Filters, profile: Seccomp, defaultAction: number, rules: readonly LocatedRule[]) {
  try {
    return door.compileFilter({ defaultAction, architectures: architectures(profile), rules });
  } catch (error) {
    const { rule, message } = error as FilterError;
    if (rule === undefined) throw error;
    throw new PlanError('config-invalid', rules[rule]?.origin ?? 'linux.seccomp', message);
  }
}

/** SCMP_ARCH_X86_64 is x86_64 to libseccomp; the native one is always in. */
function architectures(profile: Seccomp): string[] {
  return (profile.architectures ?? [])
    .map((name) => name.replace(/^SCMP_ARCH_/, '').toLowerCase())
    .filter((name) => name !== 'native');
}

/** Flags of config.json: SECCOMP_FILTER_FLAG_* of seccomp(2). */
export const flagNames = {
  SECCOMP_FILTER_FLAG_TSYNC: 'tsync',
  SECCOMP_FILTER_FLAG_LOG: 'log',
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 'spec_allow',
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: 'wait_killable_recv',
} as const satisfies Readonly<Record<string, FilterFlag>>;

/** Without flags, speculation is left alone: what the kernel does about it costs more than it is worth since 5.16. */
function filterFlags({ flags }: Seccomp, listens: boolean, warn: (message: string) => void): FilterFlag[] {
  const own: FilterFlag[] = flags === undefined ? ['spec_allow'] : flags.map((flag) => flagNames[flag]);
  if (!listens && own.includes('wait_killable_recv')) {
    warn('linux.seccomp.flags: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV is ignored: there is no listener');
  }
  // With both, the kernel needs to know what it is to return on a failure.
  const sync: FilterFlag[] = listens && own.includes('tsync') ? ['tsync_esrch'] : [];
  const chosen = own.filter((flag) => listens || flag !== 'wait_killable_recv');
  return [...chosen, ...(listens ? (['new_listener'] as const) : []), ...sync];
}
