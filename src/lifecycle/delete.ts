import type { Context } from '../cli/context.ts';
import type { DeleteVerb } from '../cli/verbs.ts';
import { RailcarError } from '../errors.ts';
import type { Finish } from '../execute/messages.ts';
import { exists, isThere, readNamed } from '../execute/reads.ts';
import type { HandsOp } from '../plan/ops.ts';
import { teardownOps } from '../plan/teardown.ts';
import { type Container, findContainer, recordPath } from '../state/container.ts';
import { lockFileOps, lockOps } from '../state/lock.ts';
import type { ContainerRecord } from '../state/record.ts';
import { requireStatus } from '../state/transitions.ts';
import { carryOut, done, goneMeanwhile } from './carry-out.ts';
import { orphanedBundles } from './image.ts';
import { INIT_SLOT } from './init.ts';
import { initSignal, unlessGone } from './kill.ts';
import { forMatching } from './matching.ts';
import { inBundle } from './positions.ts';

/** How long (ms) a killed process may take to be gone. */
const EXIT_DEADLINE = 10_000;

const SIGKILL = 9;

/**
 * Removes a container that has stopped and everything that belongs to it. With `force` also one that is created or
 * running, and what a killed `create` has left.
 */
export async function remove(
  context: Context,
  { id, force, evenCreated }: DeleteVerb,
): Promise<Finish | null> {
  const container = await find(context, id, force);
  if (container === null) return removeRemains(context, id);
  requireRemovable(container, { force, evenCreated });
  const plan = { hands: removalOps(container), stubs: [], teardown: [] };
  try {
    const locate = inBundle(context.hands, container.record);
    return await carryOut(context, plan, done, { explain: goneMeanwhile, locate });
  } catch (error) {
    if (force && isMissing(error)) return done;
    throw error;
  }
}

/** The same of every container whose id matches. */
export async function removeMatching(
  context: Context,
  pattern: string,
  verb: Omit<DeleteVerb, 'id'>,
): Promise<Finish | null> {
  return forMatching(context, pattern, (container) => {
    requireRemovable(container, verb);
    return removalOps(container);
  });
}

function requireRemovable({ id, status }: Container, { force, evenCreated }: Omit<DeleteVerb, 'id'>): void {
  const kill = force || (evenCreated && status === 'created');
  requireStatus(kill ? 'delete --force' : 'delete', status, id);
}

/** Null: there is no readable record, and `force` means to go on without one. */
async function find(context: Context, id: string, force: boolean): Promise<Container | null> {
  try {
    return (await findContainer(context, id)).container;
  } catch (error) {
    if (force && error instanceof RailcarError) return null;
    throw error;
  }
}

/**
 * A directory without a record is of a `create` that was killed before its first effect, or is about to have it: then
 * the lock is waited for, and a record that is there by then is not overwritten but ends the plan.
 */
async function removeRemains(context: Context, id: string): Promise<Finish | null> {
  const stateDir = `${context.root}/${id}`;
  const found = await readNamed(context.hands, {
    stateDir: exists(stateDir),
    record: exists(recordPath(stateDir)),
  });
  const origin = 'state';
  const orphans = await orphanedBundles(context, id, stateDir);
  const bundles = orphans.map((path): HandsOp => ({ op: 'removeTree', path, origin: '--image' }));
  if (!isThere(found.stateDir)) {
    return bundles.length === 0 ? done : carryOut(context, { hands: bundles, stubs: [], teardown: [] });
  }
  const claim: HandsOp = {
    op: 'open',
    path: recordPath(stateDir),
    flags: ['wronly', 'creat', 'excl', 'nofollow'],
    mode: 0o600,
    into: 'record',
    origin,
  };
  const hands: HandsOp[] = [
    ...lockFileOps(stateDir),
    ...(isThere(found.record) ? [] : [claim]),
    ...bundles,
    { op: 'removeTree', path: stateDir, origin },
  ];
  return carryOut(context, { hands, stubs: [], teardown: [] });
}

/** Ends what lives of a container, and removes all of it. */
export function removalOps(container: Container): HandsOp[] {
  const { record, stateDir, status } = container;
  const locked = lockOps(stateDir);
  // A launcher that creates the container holds the lock, perhaps for ever: it has to go first.
  const stopped =
    status === 'creating' ? [...endLauncher(record), ...locked] : [...locked, ...endInit(container)];
  return [
    ...stopped,
    ...teardownOps(record.config, { ...record, stateDir }, Object.values(record.cgroup_paths)),
  ];
}

function endInit(container: Container): HandsOp[] {
  if (container.status === 'stopped') return [];
  return [...initSignal(container, SIGKILL), awaitExit(INIT_SLOT)].map(unlessGone);
}

function endLauncher({ launcher }: ContainerRecord): HandsOp[] {
  const origin = 'launcher';
  const process = 'launcher';
  const kill: HandsOp[] = [
    { op: 'pidfd', ...launcher, into: process, origin },
    { op: 'signal', process, signal: SIGKILL, origin },
    awaitExit(process),
  ];
  return kill.map(unlessGone);
}

function awaitExit(process: string): HandsOp {
  return { op: 'waitExit', process, deadline: EXIT_DEADLINE, origin: 'init_process_pid' };
}

function isMissing(error: unknown): boolean {
  return error instanceof RailcarError && error.code === 'container-missing';
}
