import { expect, test } from 'vitest';
import { containerHooks, hasHooks, hostHooks } from '../../src/hooks/hooks.ts';
import { hookState } from '../../src/hooks/state.ts';
import { configOf } from '../plan/build.ts';

const config = configOf({
  config: {
    hooks: {
      prestart: [{ path: '/bin/a', args: ['a', '--x'], env: ['K=v'], timeout: 3 }, { path: '/bin/b' }],
      poststop: [{ path: '/bin/c', args: [] }],
      createContainer: [{ path: '/bin/d' }],
    },
    annotations: { key: 'va"lue' },
  },
});

test('a hook gets what config.json gives it, and nothing of the caller or the container', () => {
  expect(hostHooks(config, 'prestart', 'STATE')).toEqual([
    {
      op: 'hook',
      path: '/bin/a',
      args: ['a', '--x'],
      env: ['K=v'],
      timeout: 3000,
      stdin: 'STATE',
      severity: 'fatal',
      origin: 'hooks.prestart[0]',
    },
    expect.objectContaining({ args: ['/bin/b'], env: [], timeout: 0, origin: 'hooks.prestart[1]' }),
  ]);
  expect(containerHooks(config, 'createContainer', 'STATE')).toHaveLength(1);
  expect(containerHooks(config, 'startContainer', 'STATE')).toEqual([]);
});

test('after the end of the container a failing hook is only a warning', () => {
  expect(hostHooks(config, 'poststop', '')).toMatchObject([{ severity: 'warn', args: ['/bin/c'] }]);
});

test('hasHooks', () => {
  expect(hasHooks(config, 'createRuntime', 'prestart')).toBe(true);
  expect(hasHooks(config, 'createRuntime')).toBe(false);
});

test('the state is that of runtime-spec, with the pid left open', () => {
  const [head, pid, tail] = hookState(config, 'id"1', '/b', 'creating') as [string, unknown, string];
  expect(pid).toEqual({ variable: 'pid' });
  expect(JSON.parse(`${head}42${tail}`)).toEqual({
    ociVersion: '1.2.0',
    id: 'id"1',
    status: 'creating',
    pid: 42,
    bundle: '/b',
    annotations: { key: 'va"lue' },
  });
  expect(hookState(config, 'x', '/b', 'stopped')[1]).toBe('0');
});
