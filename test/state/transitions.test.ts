import { describe, expect, test } from 'vitest';
import { statuses } from '../../src/state/status.ts';
import { requireStatus, type Transition, transitions } from '../../src/state/transitions.ts';

const notRunning = 'container not running';
const notPaused = 'container not paused';

/** Callers match on these words. `ok`: the command goes on. In the order of `statuses`. */
const expected: Record<Transition, readonly string[]> = {
  start: [
    'cannot start a container in the creating state',
    'ok',
    'cannot start an already running container',
    'cannot start a container in the paused state',
    'cannot start a container that has stopped',
  ],
  kill: [notRunning, 'ok', 'ok', 'ok', notRunning],
  'kill --all': ['ok', 'ok', 'ok', 'ok', 'ok'],
  delete: [
    'cannot delete container c1 that is not stopped: creating',
    'cannot delete container c1 that is not stopped: created',
    'cannot delete container c1 that is not stopped: running',
    'cannot delete container c1 that is not stopped: paused',
    'ok',
  ],
  'delete --force': ['ok', 'ok', 'ok', 'ok', 'ok'],
  exec: [
    'cannot exec in a not yet created container',
    'ok',
    'ok',
    'cannot exec in a paused container',
    'cannot exec in a stopped container',
  ],
  'exec --ignore-paused': [
    'cannot exec in a not yet created container',
    'ok',
    'ok',
    'ok',
    'cannot exec in a stopped container',
  ],
  pause: [notRunning, 'ok', 'ok', notRunning, notRunning],
  resume: [notPaused, notPaused, notPaused, 'ok', notPaused],
  update: [notRunning, 'ok', 'ok', 'ok', notRunning],
  ps: ['ok', 'ok', 'ok', 'ok', 'ok'],
  state: ['ok', 'ok', 'ok', 'ok', 'ok'],
};

test('the table is whole', () => {
  expect(Object.keys(transitions)).toEqual(Object.keys(expected));
});

describe.each(Object.entries(expected))('%s', (command, outcomes) => {
  test.each(statuses.map((status, index) => [status, outcomes[index]] as const))(
    '%s: %s',
    (status, outcome) => {
      const check = () => requireStatus(command as Transition, status, 'c1');
      if (outcome === 'ok') expect(check).not.toThrow();
      else expect(check).toThrow(expect.objectContaining({ message: outcome }));
    },
  );
});
