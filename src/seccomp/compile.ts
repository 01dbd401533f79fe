import type { Seccomp, SeccompAction, SeccompSyscall } from '../config/config.ts';
import { stringifyJson } from '../config/stringify.ts';
import {
  type FilterArgument,
  type FilterError,
  type FilterRule,
  type Kernel,
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
  door: () => Kernel = kernel,
): Filter | null {
  if (profile === undefined) return null;
  refuseNotify(profile);
  return {
    program: remember('filter', stringifyJson({ ...profile, flags: [] }), () => programOf(profile, door)),
    flags: filterFlags(profile, warn),
  };
}

function programOf(profile: Seccomp, door: () => Kernel): Uint8Array {
  const defaultAction = actionNumber(profile.defaultAction, profile.defaultErrnoRet);
  const rules = (profile.syscalls ?? []).flatMap((syscall, index) =>
    rulesOf(syscall, `linux.seccomp.syscalls[${index}]`).filter(({ action }) => action !== defaultAction),
  );
  const { program, newest } = compile(door(), profile, defaultAction, rules);
  return permissive.has(profile.defaultAction) ? program : answerEnosys(program, newest);
}

/** A rule and where it comes from. */
type LocatedRule = FilterRule & { readonly origin: string };

const actions: Readonly<Record<Exclude<SeccompAction, 'SCMP_ACT_NOTIFY'>, number>> = {
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
};

/** What a system call that nobody knew of may do anyway; a tracer is expected to know better. */
const permissive = new Set<SeccompAction>(['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE']);

const operators = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
} as const;

function refuseNotify({ defaultAction, syscalls = [], listenerPath }: Seccomp): void {
  const index = syscalls.findIndex(({ action }) => action === 'SCMP_ACT_NOTIFY');
  if (defaultAction !== 'SCMP_ACT_NOTIFY' && index < 0 && !listenerPath) return;
  const origin = index < 0 ? 'linux.seccomp' : `linux.seccomp.syscalls[${index}].action`;
  throw new PlanError(
    'config-unsupported',
    origin,
    'this version of railcar does not support SCMP_ACT_NOTIFY and its listener',
  );
}

const EPERM = 1;

function actionNumber(action: SeccompAction, errnoRet = EPERM): number {
  const base = actions[action as keyof typeof actions];
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

function compile(door: Kernel, profile: Seccomp, defaultAction: number, rules: readonly LocatedRule[]) {
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

/** Without flags, speculation is left alone: what the kernel does about it costs more than it is worth since 5.16. */
function filterFlags({ flags }: Seccomp, warn: (message: string) => void): FilterFlag[] {
  if (flags === undefined) return ['spec_allow'];
  const killable = 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV';
  if (flags.includes(killable)) warn(`linux.seccomp.flags: ${killable} is ignored: there is no listener`);
  return flags
    .filter((flag) => flag !== killable)
    .map((flag) => flag.replace('SECCOMP_FILTER_FLAG_', '').toLowerCase() as FilterFlag);
}
