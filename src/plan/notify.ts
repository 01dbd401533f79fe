import type { Config, Mount, Process } from '../config/config.ts';
import type { HandsOp } from './ops.ts';

/**
 * `NOTIFY_SOCKET` (sd_notify(3)): the caller's listener, usually systemd's, is not shown to the container. It gets a
 * directory of its own with a socket of railcar's; `start` or `run` passes on to the caller's what may be passed on.
 */
export const NOTIFY_VARIABLE = 'NOTIFY_SOCKET';

/** Where it is in the container, as with runc. */
const DIRECTORY = '/run/notify';
const SOCKET = 'notify.sock';

const ORIGIN = NOTIFY_VARIABLE;
const SLOT = 'notify';

/** The host's side of the directory; that it is there tells `start` that the container was created with it. */
export function notifyDirectory(stateDir: string): string {
  return `${stateDir}/notify`;
}

/** A listener of the caller's, unless config.json has one for the container already: then that is meant. */
export function notifies({ process }: Config, socket: string | null | undefined): socket is string {
  const named = (process.env ?? []).some((entry) => entry.startsWith(`${NOTIFY_VARIABLE}=`));
  // systemd also knows sockets of virtual machines, `vsock:`, which no runtime passes on.
  return !named && socket != null && /^[/@]./.test(socket);
}

export function notifyMount(stateDir: string): { readonly mount: Mount; readonly origin: string } {
  const options = ['bind', 'nosuid', 'noexec', 'nodev', 'ro'];
  return {
    mount: { destination: DIRECTORY, type: 'bind', source: notifyDirectory(stateDir), options },
    origin: ORIGIN,
  };
}

export function notifiedProcess(process: Process): Process {
  return { ...process, env: [...(process.env ?? []), `${NOTIFY_VARIABLE}=${DIRECTORY}/${SOCKET}`] };
}

export function notifyDirectoryOps(stateDir: string): HandsOp[] {
  return [{ op: 'mkdir', path: notifyDirectory(stateDir), mode: 0o755, origin: ORIGIN }];
}

/** Before the process can say anything. */
export function listenOps(stateDir: string): HandsOp[] {
  return [{ op: 'notifyListen', dir: notifyDirectory(stateDir), name: SOCKET, into: SLOT, origin: ORIGIN }];
}

/**
 * Once it runs. `pid`: whoever started the container goes away when it is ready, and then this is the main process of
 * the service; else the monitor is, and passes things on for as long as it lives.
 */
export function relayOps(
  target: string,
  process: string | null,
  pid: number | { readonly variable: 'pid' } | null,
): HandsOp[] {
  const text = typeof pid === 'number' ? String(pid) : pid;
  return [
    {
      op: 'notifyRelay',
      socket: SLOT,
      target,
      process,
      addition: text === null ? '' : ['MAINPID=', text],
      forLife: text === null ? 1 : 0,
      origin: ORIGIN,
    },
  ];
}
