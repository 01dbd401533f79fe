import { expect, test } from 'vitest';
import { removeMatching } from '../../src/lifecycle/delete.ts';
import { killMatching } from '../../src/lifecycle/kill.ts';
import { fakeContext, Recorder } from '../execute/recorder.ts';
import { hostWith } from '../state/containers.ts';

const kill = { signal: 15, all: false };

test('what is opened for one container is closed before the next', async () => {
  const hands = new Recorder(hostWith('running'));
  await killMatching(fakeContext(hands), '^c', kill);
  expect(hands.ops.map(({ op }) => op)).toEqual(['pidfd', 'signal', 'close']);
  expect(hands.ops.every(({ orElse }) => orElse?.on.includes('EBADF'))).toBe(true);
});

test('nothing that matches: nothing is executed', async () => {
  const hands = new Recorder(hostWith('running'));
  await expect(killMatching(fakeContext(hands), '^nobody$', kill)).resolves.toMatchObject({ code: 0 });
  await expect(
    removeMatching(fakeContext(hands), '^c1$', { force: false, evenCreated: false }),
  ).resolves.toMatchObject({
    code: 0,
  });
  expect(hands.executed).toEqual([]);
});
