import { expect, test } from 'vitest';
import type { Result } from '../../src/execute/messages.ts';
import { checkpoint } from '../../src/lifecycle/checkpoint.ts';
import { restore } from '../../src/lifecycle/restore.ts';
import { type FakeHost, fakeContext, fakeRequest, Recorder } from '../execute/recorder.ts';
import { hostWith } from '../state/containers.ts';

const verb = { id: 'c1', preDump: false };
const installed = { '/opt/bin/criu': '' };
const failed: Result = {
  ok: false,
  captured: Buffer.from(''),
  failures: [
    {
      program: 0,
      index: 0,
      errno: 0,
      status: 256,
      op: 'capture',
      origin: 'criu',
      step: 'exit',
      subject: '/opt/bin/criu',
      detail: 'Error (criu/cr-check.c:1): no such feature\n',
    },
  ],
};
const works: Result = { ok: true, captured: Buffer.from('Looks good.\n'), failures: [] };

function attempt(host: FakeHost, command: 'checkpoint' | 'restore' = 'checkpoint') {
  const hands = new Recorder(host);
  const context = fakeContext(hands, { request: fakeRequest({ env: ['PATH=/usr/bin:relative:/opt/bin'] }) });
  const outcome = command === 'checkpoint' ? checkpoint(context, verb) : restore(context, verb);
  return { hands, outcome };
}

test('the state comes first', async () => {
  await expect(attempt(hostWith('stopped')).outcome).rejects.toThrow(
    'Container cannot be checkpointed in stopped state',
  );
  await expect(
    attempt(hostWith('running', {}, { directories: ['/run/railcar/c1'] }), 'restore').outcome,
  ).rejects.toThrow('container with given ID already exists');
});

test.each(['checkpoint', 'restore'] as const)('%s without CRIU says so', async (command) => {
  const { hands, outcome } = attempt(command === 'checkpoint' ? hostWith('running') : {}, command);
  await expect(outcome).rejects.toMatchObject({
    code: 'host-unsupported',
    message: 'exec: "criu": executable file not found in $PATH',
  });
  const looked = hands.batches.flat().filter(({ path }) => path.endsWith('/criu'));
  expect(looked.map(({ path }) => path)).toEqual(['/usr/bin/criu', '/opt/bin/criu']);
});

test('what the check of CRIU says is passed on', async () => {
  const { hands, outcome } = attempt(hostWith('paused', {}, { files: installed, result: failed }));
  await expect(outcome).rejects.toThrow('criu check failed: Error (criu/cr-check.c:1): no such feature');
  expect(hands.ops).toMatchObject([{ op: 'capture', path: '/opt/bin/criu', args: ['criu', 'check'] }]);
});

test('with CRIU: not in this version', async () => {
  const { outcome } = attempt(hostWith('running', {}, { files: installed, result: works }));
  await expect(outcome).rejects.toMatchObject({ code: 'config-unsupported' });
});
