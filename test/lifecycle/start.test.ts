import { describe, expect, test } from 'vitest';
import { start } from '../../src/lifecycle/start.ts';
import { failed } from '../execute/failed.ts';
import { fakeContext, Recorder } from '../execute/recorder.ts';
import { hostWith, minimalConfig } from '../state/containers.ts';

test('locks, opens the process, reads the fifo, lets go of the lock', async () => {
  const hands = new Recorder(hostWith('created'));
  await expect(start(fakeContext(hands), { id: 'c1' })).resolves.toBeNull();
  expect(hands.batches).toHaveLength(1);
  expect(hands.ops.map(({ op }) => op)).toEqual(['open', 'lock', 'open', 'pidfd', 'readFifo', 'close']);
  expect(hands.ops[3]).toMatchObject({ pid: 42, startTime: 4200 });
});

test('poststart hooks come after the lock is free, and are the end of the container if they fail', async () => {
  const config = { ...minimalConfig, hooks: { poststart: [{ path: '/hook' }] } };
  const hands = new Recorder(hostWith('created', { config }));
  await start(fakeContext(hands), { id: 'c1' });
  const [close, hook] = hands.ops.slice(-2);
  expect(close?.op).toBe('close');
  expect(hook).toMatchObject({ op: 'hook', path: '/hook', severity: 'fatal' });
  expect(JSON.parse((hook as { stdin: string }).stdin)).toMatchObject({
    id: 'c1',
    pid: 42,
    status: 'running',
  });
  const fifo = hands.ops.find(({ op }) => op === 'readFifo');
  expect(fifo?.undo).toMatchObject([
    { op: 'signal', signal: 9, orElse: { on: ['ESRCH'] } },
    { op: 'rmdir', path: '/run/railcar/c1', orElse: { on: ['ENOTEMPTY'] } },
  ]);
  const removal = fifo?.undo?.[1]?.orElse?.do.map(({ op }) => op);
  expect(removal).toEqual(expect.arrayContaining(['lock', 'waitExit', 'cgroupRemove', 'removeTree']));
});

describe('what happens between the reads and the plan', () => {
  test.each([
    ['it is started', { op: 'readFifo', errno: 2 }, 'cannot start an already running container'],
    ['it dies', { op: 'readFifo', errno: 3 }, 'cannot start a container that has stopped'],
    ['it is gone', { op: 'pidfd', errno: 3 }, 'cannot start a container that has stopped'],
    ['it is deleted', { op: 'open', errno: 2, origin: 'state' }, 'container does not exist'],
  ])('%s', async (_, failure, message) => {
    const hands = new Recorder(hostWith('created', {}, { result: failed(failure) }));
    await expect(start(fakeContext(hands), { id: 'c1' })).rejects.toThrow(message);
  });
});

test('a running container is refused without a plan', async () => {
  const hands = new Recorder(hostWith('running'));
  await expect(start(fakeContext(hands), { id: 'c1' })).rejects.toThrow(
    'cannot start an already running container',
  );
  expect(hands.executed).toEqual([]);
});
