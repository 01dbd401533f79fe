import type { Context } from '../cli/context.ts';
import type { Config } from '../config/config.ts';
import type { Positions } from '../config/positions.ts';
import { RailcarError } from '../errors.ts';
import type { Failure, Finish } from '../execute/messages.ts';
import { exists, file, isThere, readNamed, textOf } from '../execute/reads.ts';
import type { CriuProgram } from '../plan/criu.ts';
import type { Plan } from '../plan/plan.ts';
import { requireOk } from './carry-out.ts';
import type { Locate } from './positions.ts';

/** Where a caller without PATH is taken to look. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Options of the host's administrator for CRIU, ours or those of runc, which callers write to. */
const CONFIG_FILES = ['/etc/criu/railcar.conf', '/etc/criu/runc.conf'];

/** By which a container has a file of options of its own, or none: CRIU takes them as if they came last. */
const CONFIG_ANNOTATION = 'org.criu.config';

export interface Criu {
  readonly program: CriuProgram;
  /** The file of options that this host has for all containers. */
  readonly options: string | null;
}

/** CRIU is a program of the host, found as a shell finds it. */
export async function findCriu({ hands, request }: Context): Promise<Criu> {
  const { env } = request;
  const variable = env.find((entry) => entry.startsWith('PATH='))?.slice('PATH='.length);
  const paths = (variable || USUAL_PATH)
    .split(':')
    .filter((directory) => directory.startsWith('/'))
    .map((directory) => `${directory}/criu`);
  const wanted = [...paths, ...CONFIG_FILES].map((path) => [path, exists(path)]);
  const found = await readNamed(hands, Object.fromEntries(wanted));
  const first = (all: readonly string[]) =>
    all.find((path) => found[path] !== undefined && isThere(found[path]));
  const path = first(paths);
  if (path !== undefined) return { program: { path, env }, options: first(CONFIG_FILES) ?? null };
  throw new RailcarError('host-unsupported', 'exec: "criu": executable file not found in $PATH', {
    hint: 'checkpoint and restore are done by CRIU (https://criu.org), which has to be installed',
  });
}

/** Null: CRIU takes no file of options but its own. */
export function criuConfigFile({ options }: Criu, { annotations }: Config): string | null {
  const own = annotations?.[CONFIG_ANNOTATION];
  return own === undefined ? options : own || null;
}

interface Conversation {
  /** What CRIU was to do, as follows "cannot". */
  readonly action: string;
  /** Where it writes what it does. */
  readonly log: string;
  readonly positions?: Positions | null;
  readonly locate?: Locate;
  readonly explain?: (failure: Failure) => RailcarError | undefined;
}

/** As carryOut, for a plan in which CRIU works: why it could not is in its log. */
export async function converse(
  context: Context,
  plan: Plan,
  finish: Finish,
  { action, log, positions, locate, explain }: Conversation,
): Promise<Finish | null> {
  const result = await context.hands.execute(plan, finish);
  if (result === null) return null;
  const first = result.ok ? undefined : result.failures[0];
  const told = first && isOfCriu(first) ? await criuError(context, first, action, log) : undefined;
  requireOk(context, plan, result, {
    positions: told ? null : (positions ?? (await locate?.()) ?? null),
    explain: (failure) => (failure === first ? told : undefined) ?? explain?.(failure),
  });
  return finish;
}

const EINTR = 4;

function isOfCriu({ op, errno }: Failure): boolean {
  return ['criu', 'criuNotice', 'criuEnd'].includes(op) && errno !== EINTR;
}

/** Bytes. A log that is longer is not quoted. */
const LOG_MAX = 3 * 1024 * 1024;

/** How many of the last errors are quoted: the last one says that it failed, those before it why. */
const QUOTED = 3;

async function criuError(
  { hands }: Context,
  { detail }: Failure,
  action: string,
  path: string,
): Promise<RailcarError> {
  const { log } = await readNamed(hands, { log: { ...file(path), max: LOG_MAX } });
  const errors = quotedErrors(textOf(log) ?? '');
  const reason = errors.length > 0 ? errors.join('; ') : detail || 'criu has ended without a word';
  return new RailcarError('checkpoint-failed', `cannot ${action}: ${reason}`, {
    hint: `the log of CRIU is "${path}"; criu check says what this kernel lacks for it`,
  });
}

/** CRIU would like more descriptors, which takes CAP_SYS_RESOURCE, and goes on without. */
const HARMLESS = /rlimit: Can't setup RLIMIT_NOFILE for self/;

/** `(00.040926) Error (criu/cr-restore.c:1230): Can't fork for 28658: File exists`, without the time. */
export function quotedErrors(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => /\bError \(/.test(line) && !HARMLESS.test(line))
    .slice(-QUOTED)
    .map((line) => line.replace(/^(\(\d+\.\d+\))?\s*(pie: \d+: |\d+: )?/, '').trim());
}
