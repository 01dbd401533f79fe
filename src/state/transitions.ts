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
const gone = no('container-missing', 'container does not exist');
const taken = no('container-exists', 'container with given ID already exists');
const startIn = (status: Status) =>
  no('container-not-created', `cannot start a container in the ${status} state`);
const checkpointIn = (status: Status) =>
  no('container-not-running', `Container cannot be checkpointed in ${status} state`);
const execIn = (status: string) => no('container-not-running', `cannot exec in a ${status} container`);
const deleteIn = (status: Status): Refusal => ({
  code: 'container-not-stopped',
  message: (id) => `cannot delete container ${id} that is not stopped: ${status}`,
});

/** What a command may find under the id that it is given: a container in one of its statuses, or none. */
export type Situation = Status | 'missing';
type Row = Readonly<Record<Situation, Refusal | null>>;

const always = {
  creating: yes,
  created: yes,
  running: yes,
  paused: yes,
  stopped: yes,
  missing: gone,
} as const;
/** There is a process, and it is whole. */
const onlyAlive = {
  creating: notRunning,
  created: yes,
  running: yes,
  paused: yes,
  stopped: notRunning,
  missing: gone,
} as const;
const onlyNew = {
  creating: taken,
  created: taken,
  running: taken,
  paused: taken,
  stopped: taken,
  missing: yes,
} as const;

/** What each command does about a container in each situation: goes on, or refuses. */
export const transitions = {
  create: onlyNew,
  run: onlyNew,
  restore: onlyNew,
  start: {
    creating: startIn('creating'),
    created: yes,
    running: no('container-not-created', 'cannot start an already running container'),
    paused: startIn('paused'),
    stopped: no('container-not-created', 'cannot start a container that has stopped'),
    missing: gone,
  },
  state: always,
  kill: onlyAlive,
  'kill --all': always,
  delete: {
    creating: deleteIn('creating'),
    created: deleteIn('created'),
    running: deleteIn('running'),
    paused: deleteIn('paused'),
    stopped: yes,
    missing: gone,
  },
  'delete --force': { ...always, missing: yes },
  exec: {
    creating: execIn('not yet created'),
    created: yes,
    running: yes,
    paused: execIn('paused'),
    stopped: execIn('stopped'),
    missing: gone,
  },
  'exec --ignore-paused': {
    creating: execIn('not yet created'),
    created: yes,
    running: yes,
    paused: yes,
    stopped: execIn('stopped'),
    missing: gone,
  },
  ps: always,
  pause: { ...onlyAlive, paused: notRunning },
  resume: {
    creating: notPaused,
    created: notPaused,
    running: notPaused,
    paused: yes,
    stopped: notPaused,
    missing: gone,
  },
  events: onlyAlive,
  checkpoint: {
    creating: checkpointIn('creating'),
    created: checkpointIn('created'),
    running: yes,
    paused: yes,
    stopped: checkpointIn('stopped'),
    missing: gone,
  },
  update: onlyAlive,
  mounts: onlyAlive,
} as const satisfies Readonly<Record<string, Row>>;

export type Transition = keyof typeof transitions;

/** Throws RailcarError if the command is not for what there is under this id. */
export function requireStatus(command: Transition, situation: Situation, id: string): void {
  const refusal: Refusal | null = transitions[command][situation];
  if (refusal !== null) throw refused(refusal, id);
}

/** Of every command that needs a container, for whoever looks for it and does not know which one it is. */
export const missingContainer = (): RailcarError => refused(gone, '');
export const existingContainer = (): RailcarError => refused(taken, '');

function refused({ code, message }: Refusal, id: string): RailcarError {
  return new RailcarError(code, message(id));
}
