import { expect, test } from 'vitest';
import type { Result } from '../../src/execute/messages.ts';
import { ps } from '../../src/lifecycle/ps.ts';
import { type FakeHost, fakeContext, Recorder } from '../execute/recorder.ts';
import { hostWith } from '../state/containers.ts';

const members = { '/cg/pids/c1/cgroup.procs': '42\n7\n', '/cg/pids/c1/sub/cgroup.procs': '43\n0\n42\n' };

function host(table?: string): FakeHost {
  const result: Result | null =
    table === undefined ? null : { ok: true, captured: Buffer.from(table), failures: [] };
  return hostWith('running', {}, { files: { ...members, '/bin/ps': '' }, result });
}

test('json: every process of the cgroup and those below, once', async () => {
  const hands = new Recorder(host());
  expect(await ps(fakeContext(hands), { id: 'c1', format: 'json', psArgs: [] })).toEqual({
    pids: [7, 42, 43],
    table: null,
  });
  expect(hands.executed).toEqual([]);
});

test('table: the lines of ps(1) whose PID column names one of them', async () => {
  const table =
    'UID        PID  PPID CMD\nroot        42     1 sh 7\nroot       100    42 sleep\nroot 7 42 x\n\n';
  const hands = new Recorder(host(table));
  const shown = await ps(fakeContext(hands), { id: 'c1', format: 'table', psArgs: ['-ef'] });
  expect(shown.table).toBe('UID        PID  PPID CMD\nroot        42     1 sh 7\nroot 7 42 x\n');
  expect(hands.ops).toMatchObject([{ op: 'capture', path: '/bin/ps', args: ['ps', '-ef'] }]);
  expect(hands.executed[0]?.finish.report).toBe(true);
});

test('table: without a PID column nothing can be chosen', async () => {
  const hands = new Recorder(host('CMD\nsh\n'));
  await expect(ps(fakeContext(hands), { id: 'c1', format: 'table', psArgs: ['-o', 'cmd'] })).rejects.toThrow(
    "couldn't find PID field in ps output",
  );
});
