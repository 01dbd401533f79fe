import type { Context } from '../cli/context.ts';
import type { KillVerb } from '../cli/verbs.ts';
import type { Finish } from '../execute/messages.ts';
import { namespaceKind } from '../plan/namespaces.ts';
import type { HandsOp } from '../plan/ops.ts';
import { type Container, findContainer } from '../state/container.ts';
import { requireStatus } from '../state/transitions.ts';
import { carryOut, done } from './carry-out.ts';
import { thawForKill } from './freezer.ts';
import { INIT_SLOT, openInit } from './init.ts';
import { forMatching } from './matching.ts';
import { membersPath, readMembers } from './members.ts';

const SIGKILL = 9;

/** How long (ms) to go on killing those who keep forking. */
const KILL_DEADLINE = 10_000;

/**
 * Sends a signal to the container's first process. SIGKILL reaches everybody: in a pid namespace of its own the
 * kernel sees to that, else the cgroup tells who belongs to the container. Takes no lock, because a container must be
 * killable while another command hangs.
 */
export async function kill(context: Context, verb: KillVerb): Promise<Finish | null> {
  const { container } = await findContainer(context, verb.id);
  const hands = await killOps(context, container, verb);
  return carryOut(context, { hands, stubs: [], teardown: [] }, done);
}

/** The same to every container whose id matches; one that has exited meanwhile is no failure. */
export async function killMatching(
  context: Context,
  pattern: string,
  verb: Omit<KillVerb, 'id'>,
): Promise<Finish | null> {
  return forMatching(context, pattern, async (container) =>
    (await killOps(context, container, verb)).map(unlessGone),
  );
}

async function killOps(
  context: Context,
  container: Container,
  verb: Omit<KillVerb, 'id'>,
): Promise<readonly HandsOp[]> {
  const everybody = verb.all || (verb.signal === SIGKILL && !hasOwnPids(container));
  // Who is left behind when the first process has died is still there to be killed.
  const somebody = everybody && (await readMembers(context.hands, container.record.cgroup_paths)).length > 0;
  requireStatus(verb.all || somebody ? 'kill --all' : 'kill', container.status, container.id);
  return everybody ? cgroupSignal(container, verb.signal) : initSignal(container, verb.signal);
}

function hasOwnPids({ record }: Container): boolean {
  return namespaceKind(record.config, 'pid') === 'new';
}

export function initSignal(container: Container, signal: number): HandsOp[] {
  return [
    openInit(container),
    { op: 'signal', process: INIT_SLOT, signal, origin: 'init_process_pid' },
    ...thawIfKilled(container, signal),
  ];
}

function cgroupSignal(container: Container, signal: number): HandsOp[] {
  const path = membersPath(container.record.cgroup_paths);
  if (path === undefined) return container.status === 'stopped' ? [] : initSignal(container, signal);
  return [
    // First, since the operation waits for the killed to be gone, which the frozen never are.
    ...thawIfKilled(container, signal),
    { op: 'cgroupKill', path, signal, deadline: KILL_DEADLINE, origin: 'cgroup_paths' },
  ];
}

/** ESRCH: it has exited by itself. EBADF: that was known when its pidfd was to be opened. */
export function unlessGone(op: HandsOp): HandsOp {
  return op.op === 'pidfd' || op.op === 'signal' || op.op === 'waitExit'
    ? { ...op, orElse: { on: ['ESRCH', 'EBADF'], do: [] } }
    : op;
}

function thawIfKilled({ status, record }: Container, signal: number): HandsOp[] {
  return signal === SIGKILL && status === 'paused' ? thawForKill(record.cgroup_paths) : [];
}
