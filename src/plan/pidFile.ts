import type { HandsOp } from './ops.ts';

/** `--pid-file`: written last, since callers read it as a sign that the process is there. */
export function pidFileOps(path: string | null): HandsOp[] {
  if (path === null) return [];
  const undo: HandsOp[] = [{ op: 'unlink', path, origin: '--pid-file' }];
  return [{ op: 'writeFile', path, mode: 0o644, text: [{ variable: 'pid' }], undo, origin: '--pid-file' }];
}

interface PidfdPlan {
  /** Before the process is made, since a socket that nobody listens on is the caller's mistake. */
  readonly connect: readonly HandsOp[];
  readonly send: readonly HandsOp[];
}

const PIDFD_SLOT = 'pidfd.socket';

/** `--pidfd-socket`; `text` is what runc sends along, by which receivers tell `create` and `run` from `exec`. */
export function pidfdPlan(path: string | null, text: 'standard' | 'setns'): PidfdPlan {
  if (path === null) return { connect: [], send: [] };
  const origin = '--pidfd-socket';
  return {
    connect: [{ op: 'connect', path, into: PIDFD_SLOT, origin }],
    send: [{ op: 'sendPidfd', socket: PIDFD_SLOT, text, origin }],
  };
}
