import type { Context } from '../cli/context.ts';
import type { EventsVerb } from '../cli/verbs.ts';
import { stringifyJson } from '../config/stringify.ts';
import { RailcarError } from '../errors.ts';
import { type Finish, type Vigil, wakings } from '../execute/messages.ts';
import { file, isThere, readNamed, textOf } from '../execute/reads.ts';
import type { HandsOp } from '../plan/ops.ts';
import type { Container } from '../state/container.ts';
import { requireStatus } from '../state/transitions.ts';
import { table } from '../stats/parse.ts';
import { carryOut, done } from './carry-out.ts';
import { INIT_SLOT, openInit } from './init.ts';
import { type Measured, measure, unifiedDirectory } from './stats.ts';

const OOM_SLOT = 'oom';

/**
 * What a container uses, one JSON object a line: now, or at intervals until it stops, and a line whenever its memory ran
 * out. The launcher waits alone; each time it wakes it sends the same request again, and this begins anew.
 */
export async function events(context: Context, verb: EventsVerb): Promise<Finish | null> {
  if (context.request.numbers.woken !== 0n) return report(context, verb);
  const measured = await measure(context, verb.id);
  const { container, stats } = measured;
  requireStatus('events', container.status, verb.id);
  if (verb.once) return { ...done, stdout: eventLine('stats', verb.id, await stats()) };
  const { ops, oom } = oomOps(container);
  const watch = { process: INIT_SLOT, oom, interval: verb.interval, seen: await killed(context, container) };
  const plan = { hands: [openInit(container), ...ops], stubs: [], teardown: [] };
  return carryOut(context, plan, { ...done, watch });
}

/** What has happened since the launcher began to wait. */
async function report(context: Context, { id, interval }: EventsVerb): Promise<Finish> {
  const measured = await unlessGone(measure(context, id));
  if (measured === null) return done;
  const { container, stats } = measured;
  const { woken, seen } = context.request.numbers;
  const now = await killed(context, container);
  const oom = now > seen || ((woken & wakings.oom) !== 0n && (await isWatchedByEvent(context, container)));
  const alive = container.status !== 'stopped' && (woken & wakings.exit) === 0n;
  const due = alive && (woken & wakings.interval) !== 0n;
  const stdout = [
    ...(oom ? [eventLine('oom', id)] : []),
    ...(due ? [eventLine('stats', id, await stats())] : []),
  ].join('');
  const watch: Vigil = { process: null, oom: null, interval, seen: now };
  return { ...done, stdout, ...(alive && { watch }) };
}

/** The envelope of runc's types/events.go. */
function eventLine(type: 'stats' | 'oom', id: string, data?: unknown): string {
  return `${stringifyJson({ type, id, data })}\n`;
}

/** On v2 a file that changes, on v1 an eventfd; without a memory controller nothing can be known. */
function oomOps({ record }: Container): { readonly ops: readonly HandsOp[]; readonly oom: string | null } {
  const { cgroup_paths: paths } = record;
  const unified = unifiedDirectory(paths);
  const origin = 'cgroup_paths';
  const orElse = { on: ['ENOENT'], do: [] } as const;
  if (unified !== undefined) {
    const path = `${unified}/memory.events`;
    return {
      ops: [{ op: 'open', path, flags: ['rdonly'], mode: 0, into: OOM_SLOT, origin, orElse }],
      oom: OOM_SLOT,
    };
  }
  if (paths.memory === undefined) return { ops: [], oom: null };
  return { ops: [{ op: 'cgroupOom', path: paths.memory, into: OOM_SLOT, origin, orElse }], oom: OOM_SLOT };
}

/** v2: how many processes of the container have been killed because memory ran out. v1 does not say it in time. */
async function killed(context: Context, { record }: Container): Promise<bigint> {
  const unified = unifiedDirectory(record.cgroup_paths);
  if (unified === undefined) return 0n;
  const { events: answer } = await readNamed(context.hands, { events: file(`${unified}/memory.events`) });
  return BigInt(table(textOf(answer)).get('oom_kill') ?? 0);
}

/** v1 signals the eventfd also when the cgroup is removed: then its files are gone. */
async function isWatchedByEvent(context: Context, { record }: Container): Promise<boolean> {
  const { memory } = record.cgroup_paths;
  if (memory === undefined || unifiedDirectory(record.cgroup_paths) !== undefined) return false;
  const { control } = await readNamed(context.hands, { control: file(`${memory}/memory.oom_control`) });
  return isThere(control);
}

async function unlessGone(found: Promise<Measured>): Promise<Measured | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof RailcarError && error.code === 'container-missing') return null;
    throw error;
  }
}
