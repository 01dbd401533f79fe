import type { Positions } from '../config/positions.ts';
import { type ErrorCode, RailcarError } from '../errors.ts';
import { flatten } from '../plan/encode.ts';
import type { HandsOp, StubOp } from '../plan/ops.ts';
import type { Plan } from '../plan/plan.ts';
import { actionOf } from './actions.ts';
import { describeDeath } from './death.ts';
import { errnoText, errnoWords } from './errno.ts';
import { hintFor } from './hints.ts';
import type { Failure } from './messages.ts';

/** What is known beside the record: the plan that failed, and the file its origins point into. */
export interface FailureContext {
  readonly plan?: Plan | undefined;
  readonly positions?: Positions | null | undefined;
}

/** The error for a failed operation: `config.json:57:7: mounts[3]: cannot mount "tmpfs" on "/dev/shm": … (EINVAL)`. */
export function failureError(failure: Failure, context: FailureContext = {}): RailcarError {
  const record = { ...failure, detail: failure.detail.trim() };
  const op = findOp(record, context.plan);
  const { code, message } = sentence(record, op);
  return originError(code, failure.origin, message, context.positions ?? null, hintFor(failure));
}

/**
 * An error that a part of config.json or an option has caused. An origin that is neither, such as `state`, explains
 * nothing to the user and is left out.
 */
export function originError(
  code: ErrorCode,
  origin: string,
  message: string,
  positions: Positions | null,
  hint?: string,
): RailcarError {
  const position = positions?.of(origin) ?? null;
  const shown =
    position !== null || /^--|^(process|root|mounts|hooks|linux|hostname|domainname)\b/.test(origin);
  return new RailcarError(code, shown ? `${origin}: ${message}` : message, {
    file: position === null ? undefined : positions?.file,
    position,
    hint,
  });
}

interface Sentence {
  readonly code: ErrorCode;
  readonly message: string;
}

function sentence(failure: Failure, op: HandsOp | StubOp | undefined): Sentence {
  return (
    programSentence(failure, op) ??
    containerSentence(failure) ??
    hookSentence(failure, op) ??
    deathSentence(failure) ?? { code: 'operation-failed', message: cannot(failure, op) }
  );
}

function cannot(failure: Failure, op: HandsOp | StubOp | undefined): string {
  const action = actionOf(failure.program >= FIRST_STUB, failure.op, op);
  const { subject, detail, errno } = failure;
  const quoted = JSON.stringify(subject);
  const culprit = subject === '' || action.includes(quoted) ? '' : `${quoted}: `;
  const reason = errno === 0 ? [] : [culprit + errnoText(errno)];
  return [`cannot ${action}`, ...reason, ...(detail === '' ? [] : [detail])].join(': ');
}

/** Programs 0 to 2 are the hands'. */
const FIRST_STUB = 3;

const ENOENT = 2;
const ESRCH = 3;
const EAGAIN = 11;
const EACCES = 13;
const EEXIST = 17;
const ENOTDIR = 20;
const EISDIR = 21;
const ETIMEDOUT = 110;

/** The words in which callers look for the reason why a program cannot be started, to choose between 126 and 127. */
function programSentence(failure: Failure, op: HandsOp | StubOp | undefined): Sentence | null {
  if (failure.op !== 'resolve' && failure.op !== 'exec') return null;
  const { errno, subject } = failure;
  const missing = errno === ENOENT || errno === ENOTDIR;
  const code = missing ? 'executable-missing' : 'executable-refused';
  const name = programName(op) ?? subject;
  const start = `exec: ${JSON.stringify(name)}: `;
  if (failure.op === 'resolve' && errno === ENOENT && !name.includes('/')) {
    return { code, message: `${start}executable file not found in $PATH` };
  }
  if (missing) {
    const loader = failure.op === 'exec' && subject !== '' && subject !== name ? 'interpreter ' : 'stat ';
    return { code, message: `${start}${loader}${subject || name}: ${errnoText(errno)}` };
  }
  const culprit = subject === '' || subject === name ? '' : `${subject}: `;
  // Callers know no other word for what is there but cannot be executed.
  if (errno === EISDIR) return { code, message: `${start}${culprit}is a directory: ${errnoWords(EACCES)}` };
  return { code, message: start + culprit + (errno === EACCES ? errnoWords(errno) : errnoText(errno)) };
}

function programName(op: HandsOp | StubOp | undefined): string | undefined {
  if (op?.op === 'resolve') return op.name;
  return op?.op === 'exec' ? op.args[0] : undefined;
}

/** Failures that are not of the plan but of the state in which the container is. */
function containerSentence({ op, origin, errno }: Failure): Sentence | null {
  if (op === 'mkdir' && origin === 'state' && errno === EEXIST) {
    return { code: 'container-exists', message: 'container with given ID already exists' };
  }
  if (op === 'lock' && errno === EAGAIN) {
    return { code: 'container-locked', message: 'another command works on this container' };
  }
  if ((op === 'pidfd' || op === 'signal') && errno === ESRCH) {
    return { code: 'container-not-running', message: 'container not running' };
  }
  return null;
}

function hookSentence(failure: Failure, op: HandsOp | StubOp | undefined): Sentence | null {
  if (failure.op !== 'hook') return null;
  const { errno, status, detail } = failure;
  const action = actionOf(failure.program >= FIRST_STUB, 'hook', op);
  const name =
    action === 'run the hook' && failure.subject !== '' ? `${action} "${failure.subject}"` : action;
  const reason =
    errno === ETIMEDOUT
      ? 'took longer than its timeout'
      : status !== 0
        ? describeDeath(status)
        : errnoText(errno);
  return { code: 'hook-failed', message: [`cannot ${name}`, reason, ...(detail ? [detail] : [])].join(': ') };
}

function deathSentence({ op, status, errno, detail }: Failure): Sentence | null {
  // These are programs of the host, that speak for themselves.
  if (status === 0 || errno !== 0 || op === 'capture' || op === 'userns') return null;
  const message = `the init process ended before the program was started: ${describeDeath(status)}`;
  return { code: 'process-died', message: detail === '' ? message : `${message}: ${detail}` };
}

/** The operation that a record is about, if this plan has it: records of `start` are about a plan of `create`. */
function findOp(failure: Failure, plan: Plan | undefined): HandsOp | StubOp | undefined {
  if (plan === undefined) return undefined;
  const ops = programOps(plan, failure.program)[failure.index];
  return ops?.op === failure.op ? ops : undefined;
}

function programOps(plan: Plan, program: number): (HandsOp | StubOp)[] {
  const flat = (ops: readonly (HandsOp | StubOp)[]) => flatten(ops).map(({ op }) => op);
  if (program === 0) return flat(plan.hands);
  if (program === 1) return flat(plan.hands).flatMap((op) => flat('undo' in op ? (op.undo ?? []) : []));
  return program === 2 ? flat(plan.teardown) : flat(plan.stubs[program - FIRST_STUB] ?? []);
}
