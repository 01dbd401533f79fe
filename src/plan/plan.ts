import type { HandsOp, StubOp } from './ops.ts';

/**
 * Everything that a command does to the host, as data. `hands` runs in the launcher; `stubs[n]` is the program of
 * the process that `spawn` with program n starts; `teardown` is run by the monitor of a foreground `run` or `exec`
 * after the container's process has exited, when no Node layer is there any more. A monitor keeps no slot but the
 * console's, so a lock ends with the hands' program, and the teardown opens what it needs.
 */
export interface Plan {
  readonly hands: readonly HandsOp[];
  readonly stubs: readonly (readonly StubOp[])[];
  readonly teardown: readonly HandsOp[];
}
