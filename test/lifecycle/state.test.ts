import { expect, test } from 'vitest';
import { list } from '../../src/lifecycle/list.ts';
import { state } from '../../src/lifecycle/state.ts';
import { recordText } from '../../src/state/record.ts';
import { fakeContext, procStat, Recorder } from '../execute/recorder.ts';
import { fakeRecord, hostWith, minimalConfig } from '../state/containers.ts';

test('state shows what the record and the processes say', async () => {
  const config = { ...minimalConfig, annotations: { a: 'b' } };
  const hands = new Recorder(hostWith('running', { config }));
  expect(await state(fakeContext(hands), { id: 'c1' })).toEqual({
    ociVersion: '1.2.0',
    id: 'c1',
    pid: 42,
    status: 'running',
    bundle: '/bundle',
    rootfs: '/bundle/rootfs',
    created: '2026-01-02T03:04:05.678Z',
    annotations: { a: 'b' },
    owner: '',
  });
  expect(hands.batches).toHaveLength(2);
});

test('a stopped container has no pid', async () => {
  const hands = new Recorder(hostWith('stopped'));
  expect(await state(fakeContext(hands), { id: 'c1' })).toMatchObject({ status: 'stopped', pid: 0 });
});

test('list finds all containers in two batches, names their owners, and skips what is not one', async () => {
  const root = '/run/railcar';
  const hands = new Recorder({
    directories: [`${root}/a`, `${root}/b`],
    files: {
      [`${root}/b/state.json`]: recordText(fakeRecord({ id: 'b', init_process_pid: 5 })),
      [`${root}/a/state.json`]: recordText(fakeRecord({ id: 'a', init_process_pid: 6 })),
      [`${root}/broken/state.json`]: '{',
      '/proc/5/stat': procStat(5, 4200),
      '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n',
    },
  });
  const context = fakeContext(hands);
  const found = await list(context);
  expect(found.map(({ id, status, owner, pid }) => ({ id, status, owner, pid }))).toEqual([
    { id: 'a', status: 'stopped', owner: 'alice', pid: 0 },
    { id: 'b', status: 'running', owner: 'alice', pid: 5 },
  ]);
  expect(hands.batches).toHaveLength(2);
  expect(context.warnings).toEqual([expect.stringContaining('broken/state.json')]);
});

test('list of nothing', async () => {
  expect(await list(fakeContext(new Recorder()))).toEqual([]);
});
