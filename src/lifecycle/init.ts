import type { HandsOp } from '../plan/ops.ts';
import type { Container } from '../state/container.ts';

/** The container's first process, as a pidfd. */
export const INIT_SLOT = 'init';

/** By start time as well: the pid alone may be another process's by now. */
export function openInit({ record }: Pick<Container, 'record'>): HandsOp {
  return {
    op: 'pidfd',
    pid: record.init_process_pid,
    startTime: record.init_process_start,
    into: INIT_SLOT,
    origin: 'init_process_pid',
  };
}
