import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Transition } from '../../src/state/transitions.ts';
import { commandsOfTable, refusalOf, situations, statesPage } from './page.ts';

const notRunning = 'container not running';
const notPaused = 'container not paused';
const gone = 'container does not exist';
const taken = 'container with given ID already exists';
const yes = null;

const always = [yes, yes, yes, yes, yes, gone];
const onlyNew = [taken, taken, taken, taken, taken, yes];

/** Callers match on these words. In the order of `situations`. */
const expected: Record<Transition, readonly (string | null)[]> = {
  create: onlyNew,
  run: onlyNew,
  restore: onlyNew,
  start: [
    'cannot start a container in the creating state',
    yes,
    'cannot start an already running container',
    'cannot start a container in the paused state',
    'cannot start a container that has stopped',
    gone,
  ],
  state: always,
  kill: [notRunning, yes, yes, yes, notRunning, gone],
  'kill --all': always,
  delete: [
    'cannot delete container ID that is not stopped: creating',
    'cannot delete container ID that is not stopped: created',
    'cannot delete container ID that is not stopped: running',
    'cannot delete container ID that is not stopped: paused',
    yes,
    gone,
  ],
  'delete --force': [yes, yes, yes, yes, yes, yes],
  exec: [
    'cannot exec in a not yet created container',
    yes,
    yes,
    'cannot exec in a paused container',
    'cannot exec in a stopped container',
    gone,
  ],
  'exec --ignore-paused': [
    'cannot exec in a not yet created container',
    yes,
    yes,
    yes,
    'cannot exec in a stopped container',
    gone,
  ],
  ps: always,
  pause: [notRunning, yes, yes, notRunning, notRunning, gone],
  resume: [notPaused, notPaused, notPaused, yes, notPaused, gone],
  events: [notRunning, yes, yes, yes, notRunning, gone],
  checkpoint: [
    'Container cannot be checkpointed in creating state',
    'Container cannot be checkpointed in created state',
    yes,
    yes,
    'Container cannot be checkpointed in stopped state',
    gone,
  ],
  update: [notRunning, yes, yes, yes, notRunning, gone],
  mounts: [notRunning, yes, yes, yes, notRunning, gone],
};

test('the table is whole', () => {
  expect(commandsOfTable).toEqual(Object.keys(expected));
});

describe.each(Object.entries(expected))('%s', (command, outcomes) => {
  test.each(situations.map((situation, index) => [situation, outcomes[index]] as const))(
    '%s: %s',
    (situation, outcome) => {
      expect(refusalOf(command as Transition, situation)).toBe(outcome);
    },
  );
});

test('docs/states.md shows it: STATES=write npx vitest run test/state', () => {
  const path = new URL('../../docs/states.md', import.meta.url);
  if (process.env.STATES === 'write') writeFileSync(path, statesPage());
  expect(readFileSync(path, 'utf8')).toBe(statesPage());
});
