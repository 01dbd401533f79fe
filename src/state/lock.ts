import type { Read } from '../execute/messages.ts';
import type { HandsOp } from '../plan/ops.ts';
import { recordPath } from './container.ts';

/** How long (ms) a command waits for another one that works on the same container. */
export const LOCK_DEADLINE = 10_000;

export const LOCK_SLOT = 'lock';

/**
 * Takes the container's lock. Whoever waited for a `delete` gets the lock of a file that is gone, so only the record
 * shows whether the container is still there: if not, the last of these fails with ENOENT.
 */
export function lockOps(stateDir: string): HandsOp[] {
  return [
    ...lockFileOps(stateDir),
    { op: 'open', path: recordPath(stateDir), flags: ['rdonly'], mode: 0, into: 'record', origin: 'state' },
  ];
}

/** The lock of a container that is about to be read, and changed by what was read: its plan takes none. */
export function lockRead(stateDir: string, deadline: number): Read {
  return { kind: 'LOCK', path: lockPath(stateDir), max: deadline };
}

function lockPath(stateDir: string): string {
  return `${stateDir}/lock`;
}

/** The lock alone, for a state directory that may hold no record. */
export function lockFileOps(stateDir: string): HandsOp[] {
  const origin = 'state';
  return [
    {
      op: 'open',
      path: lockPath(stateDir),
      flags: ['rdwr', 'creat', 'nofollow'],
      mode: 0o600,
      into: LOCK_SLOT,
      origin,
    },
    { op: 'lock', file: LOCK_SLOT, deadline: LOCK_DEADLINE, origin },
  ];
}
