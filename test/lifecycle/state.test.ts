import { describe, expect, test } from 'vitest';
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
  expect(hands.batches).toHaveLength(1);
});

test('a stopped container has no pid', async () => {
  const hands = new Recorder(hostWith('stopped'));
  expect(await state(fakeContext(hands), { id: 'c1' })).toMatchObject({ status: 'stopped', pid: 0 });
});

describe('list', () => {
  const root = '/run/railcar';
  const files = {
    [`${root}/b/state.json`]: recordText(fakeRecord({ id: 'b', init_process_pid: 5, owner: 1000 })),
    [`${root}/a/state.json`]: recordText(fakeRecord({ id: 'a', init_process_pid: 6, owner: 7 })),
    [`${root}/c/state.json`]: recordText(fakeRecord({ id: 'c', init_process_pid: 8 })),
    [`${root}/c/exec.fifo`]: '',
    [`${root}/p/state.json`]: recordText(fakeRecord({ id: 'p', init_process_pid: 9 })),
    [`${root}/broken/state.json`]: '{',
    '/proc/5/stat': procStat(5, 4200),
    '/proc/8/stat': procStat(8, 4200),
    '/proc/9/stat': procStat(9, 4200),
    '/frozen': 'FROZEN',
    '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n',
  };
  const links = {
    [`${root}/a/process`]: '/proc/6',
    [`${root}/b/process`]: '/proc/5',
    [`${root}/c/process`]: '/proc/8',
    [`${root}/p/process`]: '/proc/9',
    [`${root}/p/freezer`]: '/frozen',
  };
  const expected = [
    { id: 'a', status: 'stopped', owner: '#7', pid: 0 },
    { id: 'b', status: 'running', owner: 'alice', pid: 5 },
    { id: 'c', status: 'created', owner: 'root', pid: 8 },
    { id: 'p', status: 'paused', owner: 'root', pid: 9 },
  ];
  const shown = async (context: Parameters<typeof list>[0]) =>
    (await list(context, 'everything')).map(({ id, status, owner, pid }) => ({ id, status, owner, pid }));

  test('finds all containers at once, names their owners, and skips what is not one', async () => {
    const hands = new Recorder({ files, links });
    const context = fakeContext(hands);
    expect(await shown(context)).toEqual(expected);
    expect(hands.batches).toHaveLength(1);
    expect(context.warnings).toEqual([expect.stringContaining('broken/state.json')]);
  });

  test('asks again for those whose links are not there yet', async () => {
    const { [`${root}/b/process`]: _, ...fewer } = links;
    const hands = new Recorder({ files, links: fewer });
    expect(await shown(fakeContext(hands))).toEqual(expected);
    expect(hands.batches.map((batch) => batch.length)).toEqual([6, 3]);
  });
});

test('list of nothing', async () => {
  expect(await list(fakeContext(new Recorder()), 'lines')).toEqual([]);
});
