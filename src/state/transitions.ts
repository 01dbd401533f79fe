import { type ErrorCode, RailcarError } from '../errors.ts';
import type { Status } from './status.ts';

interface Refusal {
  readonly code: ErrorCode;
  /** In the words of runc, which callers look for. */
  readonly message: (id: string) => string;
}

const yes = null;
const no = (code: ErrorCode, message: string): Refusal => ({ code, message: () => message });

const notRunning = no('container-not-running', 'container not running');
const notPaused = no('container-not-paused', 'container not paused');
const startIn = (status: Status) =>
  no('container-not-created', `cannot start a container in the ${status} state`);
const execIn = (status: string) => no('container-not-running', `cannot exec in a ${status} container`);
const deleteIn = (status: Status): Refusal => ({
  code: 'container-not-stopped',
  message: (id) => `cannot delete container ${id} that is not stopped: ${status}`,
});

type Row = Readonly<Record<Status, Refusal | null>>;

/** What each command does about a container in each status: goes on, or refuses. */
export const transitions = {
  start: {
    creating: startIn('creating'),
    created: yes,
    running: no('container-not-created', 'cannot start an already running container'),
    paused: startIn('paused'),
    stopped: no('container-not-created', 'cannot start a container that has stopped'),
  },
  kill: { creating: notRunning, created: yes, running: yes, paused: yes, stopped: notRunning },
  'kill --all': { creating: yes, created: yes, running: yes, paused: yes, stopped: yes },
  delete: {
    creating: deleteIn('creating'),
    created: deleteIn('created'),
    running: deleteIn('running'),
    paused: deleteIn('paused'),
    stopped: yes,
  },
  'delete --force': { creating: yes, created: yes, running: yes, paused: yes, stopped: yes },
  exec: {
    creating: execIn('not yet created'),
    created: yes,
    running: yes,
    paused: execIn('paused'),
    stopped: execIn('stopped'),
  },
  'exec --ignore-paused': {
    creating: execIn('not yet created'),
    created: yes,
    running: yes,
    paused: yes,
    stopped: execIn('stopped'),
  },
  pause: { creating: notRunning, created: yes, running: yes, paused: notRunning, stopped: notRunning },
  resume: { creating: notPaused, created: notPaused, running: notPaused, paused: yes, stopped: notPaused },
  update: { creating: notRunning, created: yes, running: yes, paused: yes, stopped: notRunning },
  ps: { creating: yes, created: yes, running: yes, paused: yes, stopped: yes },
  state: { creating: yes, created: yes, running: yes, paused: yes, stopped: yes },
} as const satisfies Readonly<Record<string, Row>>;

export type Transition = keyof typeof transitions;

/** Throws RailcarError if the command is not for a container in this status. */
export function requireStatus(command: Transition, status: Status, id: string): void {
  const refusal: Refusal | null = transitions[command][status];
  if (refusal !== null) throw new RailcarError(refusal.code, refusal.message(id));
}
