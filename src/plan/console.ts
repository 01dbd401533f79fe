import type { Process } from '../config/config.ts';
import { PlanError } from './error.ts';
import type { Facts } from './facts.ts';
import type { HandsOp, StubOp } from './ops.ts';

/** The slot in which the launcher finds the terminal's master; the `monitor` of a Finish names it. */
export const CONSOLE_SLOT = 'console';

export interface ConsolePlan {
  readonly connect: readonly HandsOp[];
  readonly slots: readonly string[];
  readonly pty: readonly StubOp[];
  /** Before the program can print or read anything: from then on its own terminal echoes, and the caller's must not. */
  readonly raw: readonly HandsOp[];
  /** Takes the master from the stub. */
  readonly receive: readonly HandsOp[];
}

const none: ConsolePlan = { connect: [], slots: [], pty: [], raw: [], receive: [] };
export const SOCKET_SLOT = 'console.socket';

/**
 * A terminal's master goes to whoever listens on the console socket, or to the launcher, which then stays in the
 * foreground and copies. `dev/console` is bound for a container, not for an exec into one.
 */
export function consoleOps(
  process: Process,
  origin: string,
  socket: string | null,
  detach: boolean,
  devConsole: boolean,
  window: Facts['caller']['window'],
): ConsolePlan {
  if (socket !== null && !(process.terminal && detach)) {
    throw new PlanError(
      'config-invalid',
      '--console-socket',
      'cannot use console socket if railcar will not detach or allocate tty',
    );
  }
  if (!process.terminal) return none;
  if (detach && socket === null) {
    throw new PlanError(
      'config-invalid',
      `${origin}.terminal`,
      'cannot allocate tty if railcar will detach without setting console socket',
    );
  }
  // In the foreground the terminal is as large as the caller's from the first moment on; the monitor only follows it.
  const fallback = socket === null ? window : { rows: 0, columns: 0 };
  const pty = {
    op: 'pty',
    root: 'root',
    rows: process.consoleSize?.height || fallback.rows,
    columns: process.consoleSize?.width || fallback.columns,
    uid: process.user?.uid ?? 0,
    socket: socket === null ? null : SOCKET_SLOT,
    console: devConsole ? 1 : 0,
    origin: `${origin}.terminal`,
  } as const satisfies StubOp;
  if (socket === null) {
    const { origin } = pty;
    return {
      ...none,
      pty: [pty],
      raw: [{ op: 'rawTerminal', origin, undo: [{ op: 'restoreTerminal', origin }] }],
      receive: [{ op: 'receive', into: CONSOLE_SLOT, origin }],
    };
  }
  const connect: HandsOp = { op: 'connect', path: socket, into: SOCKET_SLOT, origin: '--console-socket' };
  return { ...none, connect: [connect], slots: [SOCKET_SLOT], pty: [pty] };
}
