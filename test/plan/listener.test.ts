import { expect, test } from 'vitest';
import type { Template } from '../../src/plan/ops.ts';
import { find, names, planOf } from './build.ts';

const seccomp = {
  program: new Uint8Array(8),
  flags: ['new_listener'],
  listener: { path: '/run/agent', metadata: 'of "this"' },
} as const;

const told = (state: Template) => {
  const pieces = typeof state === 'string' ? [state] : state;
  return JSON.parse(
    pieces.map((piece) => (typeof piece === 'string' ? piece : `"${piece.variable}"`)).join(''),
  );
};

test('the listener is sent with the container process state', () => {
  const { stubs } = planOf({ facts: { seccomp }, config: { annotations: { a: 'b' } } });
  const op = find(stubs[0] ?? [], 'seccomp');
  expect(op.listener).toBe('seccomp');
  expect(told(op.state)).toEqual({
    ociVersion: '1.2.0',
    fds: ['seccompFd'],
    pid: 'outerPid',
    metadata: 'of "this"',
    state: {
      ociVersion: '1.2.0',
      id: 'golden',
      status: 'creating',
      pid: 'outerPid',
      bundle: '/bundle',
      annotations: { a: 'b' },
    },
  });
});

test('with noNewPrivileges that is after the container has been created', () => {
  const { stubs } = planOf({ facts: { seccomp }, process: { noNewPrivileges: true } });
  expect(told(find(stubs[0] ?? [], 'seccomp').state).state.status).toBe('created');
});

test('the launcher connects before anything is started, tells the stub its pid and keeps nothing', () => {
  const { hands, stubs } = planOf({ facts: { seccomp } });
  const list = names(hands);
  expect(list.indexOf('connect')).toBeLessThan(list.indexOf('spawn'));
  expect(find(hands, 'spawn').pass).toContain('seccomp');
  const tell = hands.findIndex((op) => op.op === 'release' && op.barrier === 'known');
  expect(hands[tell - 1]).toMatchObject({ op: 'close', file: 'seccomp' });
  expect(hands[tell - 2]).toMatchObject({ op: 'await', barrier: 'cloned' });
  const stub = names(stubs[0] ?? []);
  expect(stub.indexOf('hold')).toBeLessThan(stub.indexOf('seccomp'));
});

test('a release that the stub waits for first is sent first', () => {
  const { hands, stubs } = planOf({
    facts: { seccomp },
    config: { hooks: { createRuntime: [{ path: '/hook' }] } },
  });
  const order = (ops: readonly { readonly op: string }[], name: string) =>
    ops.flatMap((op) => (op.op === name && 'barrier' in op ? [op.barrier] : []));
  expect(order(stubs[0] ?? [], 'hold')).toEqual(['known', 'mounted']);
  expect(order(hands, 'release')).toEqual(['known', 'mounted']);
});

test('without a listener there is nothing of it', () => {
  const { hands, stubs } = planOf({ facts: { seccomp: { ...seccomp, flags: [], listener: null } } });
  expect(names(hands)).not.toContain('release');
  expect(find(stubs[0] ?? [], 'seccomp')).toMatchObject({ listener: null, state: '' });
});
