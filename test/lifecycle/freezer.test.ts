import { expect, test } from 'vitest';
import { pause } from '../../src/lifecycle/pause.ts';
import { resume } from '../../src/lifecycle/resume.ts';
import { fakeContext, Recorder } from '../execute/recorder.ts';
import { hostWith } from '../state/containers.ts';

const unified = { cgroup_paths: { '': '/cg/c1' } };
const path = '/cg/freezer/c1/freezer.state';

test('pause freezes, waits, and thaws again if that takes too long', async () => {
  const hands = new Recorder(hostWith('running'));
  await pause(fakeContext(hands), { id: 'c1' });
  expect(hands.ops.slice(3)).toMatchObject([
    { op: 'write', path, text: 'FROZEN', undo: [{ op: 'write', path, text: 'THAWED' }] },
    { op: 'awaitContent', path, text: 'FROZEN' },
  ]);
});

test('resume thaws and waits', async () => {
  const hands = new Recorder(hostWith('paused'));
  await resume(fakeContext(hands), { id: 'c1' });
  expect(hands.ops.slice(3)).toMatchObject([
    { op: 'write', path, text: 'THAWED' },
    { op: 'awaitContent', path, text: 'THAWED' },
  ]);
});

test('on v2 the events file says when it is done', async () => {
  const hands = new Recorder(hostWith('running', unified));
  await pause(fakeContext(hands), { id: 'c1' });
  expect(hands.ops.slice(3)).toMatchObject([
    { op: 'write', path: '/cg/c1/cgroup.freeze', text: '1' },
    { op: 'awaitContent', path: '/cg/c1/cgroup.events', text: 'frozen 1' },
  ]);
});

test('without a freezer there is a reason', async () => {
  const hands = new Recorder(hostWith('running', { cgroup_paths: { memory: '/cg/memory/c1' } }));
  await expect(pause(fakeContext(hands), { id: 'c1' })).rejects.toMatchObject({ code: 'host-unsupported' });
});
