import type { Context } from '../cli/context.ts';
import type { StartVerb } from '../cli/verbs.ts';
import type { Config } from '../config/config.ts';
import { RailcarError } from '../errors.ts';
import type { Failure, Finish } from '../execute/messages.ts';
import { exists, isThere } from '../execute/reads.ts';
import { hasHooks, hostHooks } from '../hooks/hooks.ts';
import { hookState } from '../hooks/state.ts';
import { listenOps, notifyDirectory, relayOps } from '../plan/notify.ts';
import type { HandsOp } from '../plan/ops.ts';
import type { Plan } from '../plan/plan.ts';
import { type Container, findContainer } from '../state/container.ts';
import { LOCK_SLOT, lockOps } from '../state/lock.ts';
import { requireStatus } from '../state/transitions.ts';
import { carryOut, done, goneMeanwhile } from './carry-out.ts';
import { removalOps } from './delete.ts';
import { INIT_SLOT, openInit } from './init.ts';
import { inBundle } from './positions.ts';
import { withPid } from './with-pid.ts';

/** Lets the process of a created container become the user's program. */
export async function start(
  context: Context,
  { id, notifySocket: listener = null }: StartVerb,
): Promise<Finish | null> {
  const { container, first } = await findContainer(context, id, {
    first: { notify: listener === null ? null : exists(notifyDirectory(`${context.root}/${id}`)) },
  });
  requireStatus('start', container.status, id);
  requireProcess(container.record.config);
  const notify = isThere(first.notify) ? listener : null;
  return carryOut(context, startPlan(container, notify), done, {
    explain: (failure) => goneMeanwhile(failure) ?? startedMeanwhile(failure),
    locate: inBundle(context.hands, container.record),
  });
}

/** Its start would have nothing to run (runtime-spec, start). */
export function requireProcess({ process }: Config): void {
  if (process.args.length === 0) {
    throw new RailcarError('config-invalid', 'process: is missing in config.json, so nothing can be started');
  }
}

function startPlan(container: Container, notify: string | null): Plan {
  const { record, stateDir, pid } = container;
  const running = withPid(hookState(record.config, record.id, record.bundle, 'running'), pid);
  return {
    hands: [
      ...lockOps(stateDir),
      openInit(container),
      ...(notify === null ? [] : listenOps(stateDir)),
      readFifo(container),
      // From here on the container runs; a slow poststart hook must not keep `kill` and `delete` waiting.
      { op: 'close', file: LOCK_SLOT, origin: 'state' },
      ...hostHooks(record.config, 'poststart', running),
      ...(notify === null ? [] : relayOps(notify, INIT_SLOT, pid)),
    ],
    stubs: [],
    teardown: [],
  };
}

function readFifo(container: Container): HandsOp {
  const path = `${container.stateDir}/exec.fifo`;
  return { op: 'readFifo', path, process: INIT_SLOT, origin: 'process.args', undo: endOps(container) };
}

/**
 * A hook of `start` that fails is the container's end: nothing of it is left to be deleted (runtime-spec, lifecycle). Most
 * containers have none, and need not be told how they would be removed.
 */
function endOps(container: Container): HandsOp[] {
  if (!hasHooks(container.record.config, 'startContainer', 'poststart')) return [];
  const orElse = { on: ['ESRCH'], do: [] } as const;
  return [
    { op: 'signal', process: INIT_SLOT, signal: SIGKILL, origin: 'process.args', orElse },
    removeOp(container),
  ];
}

/** Unless somebody else has deleted it while the hook was running: its directory is not empty if it is still there. */
function removeOp(container: Container): HandsOp {
  const orElse = { on: ['ENOTEMPTY'], do: removalOps(container) } as const;
  return { op: 'rmdir', path: container.stateDir, origin: 'state', orElse };
}

const SIGKILL = 9;
const ENOENT = 2;

const ESRCH = 3;

/** What the container's status would have been a moment later. */
function startedMeanwhile({ op, errno }: Failure): RailcarError | undefined {
  if (op === 'readFifo' && errno === ENOENT) {
    return new RailcarError('container-not-created', 'cannot start an already running container');
  }
  if ((op === 'readFifo' || op === 'pidfd') && errno === ESRCH) {
    return new RailcarError('container-not-created', 'cannot start a container that has stopped');
  }
  return undefined;
}
