import { describe, expect, test } from 'vitest';
import { CONSOLE_SLOT } from '../../src/plan/console.ts';
import { find, names, planOf, stubOf } from './build.ts';

const terminal = { terminal: true, consoleSize: { height: 40, width: 120 }, user: { uid: 5 } };

test('in the foreground the launcher takes the master, before it waits for anything later', () => {
  const hooks = { createRuntime: [{ path: '/hook' }] };
  const { hands, stubs } = planOf({ process: terminal, config: { hooks } });
  expect(find(hands, 'receive').into).toBe(CONSOLE_SLOT);
  expect(find(stubs[0] ?? [], 'pty')).toMatchObject({
    rows: 40,
    columns: 120,
    uid: 5,
    socket: null,
    console: 1,
  });
  const list = names(hands);
  expect(list.slice(list.indexOf('pass'))).toEqual([
    'pass',
    'await',
    'symlink',
    'symlink',
    'receive',
    'await',
    'hook',
    'rawTerminal',
    'release',
    'awaitExec',
    'writeFile',
    'close',
  ]);
  const stub = names(stubs[0] ?? []);
  expect(stub.indexOf('pty')).toBeLessThan(stub.indexOf('report'));
});

test("without hooks that could be interrupted the caller's terminal is raw before anything is started", () => {
  const { hands } = planOf({ process: terminal });
  const list = names(hands);
  expect(list[list.indexOf('spawn') - 1]).toBe('rawTerminal');
  expect(find(hands, 'rawTerminal').undo).toMatchObject([{ op: 'restoreTerminal' }]);
});

test('detached it goes to the console socket', () => {
  const { hands, stubs } = planOf({
    process: terminal,
    options: { verb: 'create', detach: true, consoleSocket: '/run/c.sock' },
  });
  expect(find(hands, 'connect').path).toBe('/run/c.sock');
  const { socket } = find(stubs[0] ?? [], 'pty');
  expect(find(hands, 'spawn').pass).toContain(socket);
  expect(names(hands)).not.toContain('receive');
  expect(names(hands)).not.toContain('rawTerminal');
});

test('a size that config.json does not give is that of the caller in the foreground', () => {
  const caller = { window: { rows: 30, columns: 90 } };
  const process = { terminal: true };
  const foreground = planOf({ process, caller });
  expect(find(foreground.stubs[0] ?? [], 'pty')).toMatchObject({ rows: 30, columns: 90 });
  const detached = planOf({
    process,
    caller,
    options: { verb: 'create', detach: true, consoleSocket: '/run/c.sock' },
  });
  expect(find(detached.stubs[0] ?? [], 'pty')).toMatchObject({ rows: 0, columns: 0 });
});

test('a size without a terminal is ignored', () => {
  const stub = stubOf({ process: { ...terminal, terminal: false } });
  expect(stub).toEqual(stubOf({ process: { user: { uid: 5 } } }));
});

test('a terminal needs no change of the owner of descriptors 0 to 2', () => {
  expect(names(planOf({ process: terminal }).stubs[0] ?? [])).not.toContain('fdOwner');
});

describe('what does not go together', () => {
  const cases = [
    [{ terminal: true }, { verb: 'create', detach: true }, /without setting console socket/],
    [{ terminal: false }, { verb: 'create', detach: true, consoleSocket: '/s' }, /cannot use console socket/],
    [{ terminal: true }, { verb: 'run', detach: false, consoleSocket: '/s' }, /cannot use console socket/],
  ] as const;
  test.each(cases)('%j with %j', (process, options, message) => {
    expect(() => planOf({ process, options })).toThrow(message);
  });
});
