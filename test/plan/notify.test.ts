import { describe, expect, test } from 'vitest';
import { replaceUnprintable } from '../../src/plan/print.ts';
import { find, names, planOf, stubOf } from './build.ts';

const notifySocket = '/run/systemd/notify';

const text = (value: unknown) => JSON.stringify(value, replaceUnprintable);

test('the container sees a directory of its own, not the caller’s socket', () => {
  const stub = stubOf({ options: { notifySocket } });
  expect(stub.filter(({ origin }) => origin === 'NOTIFY_SOCKET')).toMatchObject([
    {
      op: 'bind',
      source: '/run/railcar/golden/notify',
      dest: '/run/notify',
      set: expect.arrayContaining(['ro']),
    },
  ]);
  expect(find(stub, 'exec').env).toContain('NOTIFY_SOCKET=/run/notify/notify.sock');
  expect(text(stub)).not.toContain(notifySocket);
});

describe('who passes on what it says', () => {
  test('create only makes the directory, since start comes later', () => {
    const list = names(planOf({ options: { verb: 'create', notifySocket } }).hands);
    expect(list).not.toContain('notifyListen');
    expect(list.filter((name) => name === 'mkdir')).toHaveLength(2);
  });

  test('run listens before there is a process, and waits after all else', () => {
    const { hands } = planOf({ options: { verb: 'run', detach: true, notifySocket } });
    const list = names(hands);
    expect(list.indexOf('notifyListen')).toBeLessThan(list.indexOf('spawn'));
    expect(list.at(-1)).toBe('notifyRelay');
    expect(find(hands, 'notifyRelay')).toMatchObject({
      target: notifySocket,
      process: null,
      addition: ['MAINPID=', { variable: 'pid' }],
      forLife: 0,
    });
  });

  test('the monitor stays the main process', () => {
    const { hands } = planOf({ options: { verb: 'run', notifySocket } });
    expect(find(hands, 'notifyRelay')).toMatchObject({ addition: '', forLife: 1 });
  });
});

test.each([null, undefined, '', '@', 'vsock:2:1234', 'relative'])('nothing is added for %j', (socket) => {
  const plan = text(planOf({ options: { notifySocket: socket ?? null } }));
  expect(plan).not.toMatch(/notify/i);
});

test('config.json’s own variable is left alone', () => {
  const env = ['NOTIFY_SOCKET=/its/own'];
  expect(find(stubOf({ process: { env }, options: { notifySocket } }), 'exec').env).toEqual(env);
});
