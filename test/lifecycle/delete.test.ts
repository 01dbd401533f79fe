import { describe, expect, test } from 'vitest';
import { remove } from '../../src/lifecycle/delete.ts';
import type { HandsOp } from '../../src/plan/ops.ts';
import type { Status } from '../../src/state/status.ts';
import { failed } from '../execute/failed.ts';
import { type FakeHost, fakeContext, Recorder } from '../execute/recorder.ts';
import { hostWith, minimalConfig } from '../state/containers.ts';

async function ops(host: FakeHost, force = false, evenCreated = false): Promise<readonly HandsOp[]> {
  const hands = new Recorder(host);
  await remove(fakeContext(hands), { id: 'c1', force, evenCreated });
  return hands.ops;
}

const names = (list: readonly HandsOp[]) => [...new Set(list.map(({ op }) => op))];

test('a stopped container: nobody to kill but those who are left in its cgroups', async () => {
  const list = await ops(hostWith('stopped'));
  expect(names(list)).toEqual(['open', 'lock', 'cgroupKill', 'cgroupRemove', 'removeTree']);
  const removed = list.flatMap((op) => (op.op === 'cgroupRemove' ? [op.path] : []));
  expect(removed.sort()).toEqual(['/cg/cpu/c1', '/cg/freezer/c1', '/cg/memory/c1', '/cg/pids/c1']);
  expect(list.at(-1)).toMatchObject({ op: 'removeTree', path: '/run/railcar/c1' });
});

test.each([
  ['with --force', true, false],
  ['for callers who know no better', false, true],
])('a created container is killed %s', async (_, force, evenCreated) => {
  const list = await ops(hostWith('created'), force, evenCreated);
  expect(names(list)).toEqual([
    'open',
    'lock',
    'pidfd',
    'signal',
    'waitExit',
    'cgroupKill',
    'cgroupRemove',
    'removeTree',
  ]);
  const kill = list.filter(({ op }) => op === 'pidfd' || op === 'signal' || op === 'waitExit');
  for (const op of kill) expect(op.orElse).toEqual({ on: ['ESRCH', 'EBADF'], do: [] });
});

test('--force thaws a paused container, so that SIGKILL arrives', async () => {
  expect(names(await ops(hostWith('paused'), true)).slice(2, 6)).toEqual([
    'pidfd',
    'signal',
    'write',
    'waitExit',
  ]);
});

test('--force ends a launcher that is still creating, before it waits for its lock', async () => {
  const list = await ops(hostWith('creating'), true);
  expect(names(list)).toEqual([
    'pidfd',
    'signal',
    'waitExit',
    'open',
    'lock',
    'cgroupKill',
    'cgroupRemove',
    'removeTree',
  ]);
  expect(list[0]).toMatchObject({ pid: 77, startTime: 700 });
});

test('what a killed create has journalled is removed', async () => {
  const host = hostWith('creating', {}, { files: { '/proc/77/stat': '' } });
  expect(names(await ops(host))).toEqual(['open', 'lock', 'cgroupKill', 'cgroupRemove', 'removeTree']);
});

test('poststop hooks are told of a stopped container, and only warned of', async () => {
  const config = { ...minimalConfig, hooks: { poststop: [{ path: '/hook' }] } };
  const hook = (await ops(hostWith('stopped', { config }))).find(({ op }) => op === 'hook');
  expect(hook).toMatchObject({ severity: 'warn', origin: 'hooks.poststop[0]' });
  expect(JSON.stringify(hook)).toContain('stopped');
});

describe('without a record', () => {
  const dir = '/run/railcar/c1';

  test('there is no container', async () => {
    await expect(ops({})).rejects.toThrow('container does not exist');
  });

  test('--force is content', async () => {
    const hands = new Recorder({});
    const finish = await remove(fakeContext(hands), { id: 'c1', force: true, evenCreated: false });
    expect(finish).toMatchObject({ code: 0 });
    expect(hands.executed).toEqual([]);
  });

  test('--force removes a stray directory, unless a record appears before it has the lock', async () => {
    expect(await ops({ directories: [dir] }, true)).toMatchObject([
      { op: 'open', path: `${dir}/lock` },
      { op: 'lock' },
      { op: 'open', path: `${dir}/state.json`, flags: ['wronly', 'creat', 'excl', 'nofollow'] },
      { op: 'removeTree', path: dir },
    ]);
  });

  test('--force removes a directory with a damaged record', async () => {
    const host = { directories: [dir], files: { [`${dir}/state.json`]: '{' } };
    expect((await ops(host, true)).map(({ op }) => op)).toEqual(['open', 'lock', 'removeTree']);
    await expect(ops(host)).rejects.toMatchObject({ code: 'state-unreadable' });
  });
});

describe('removed by somebody else meanwhile', () => {
  const gone = failed({ op: 'open', origin: 'state', errno: 2 });

  test('does not exist', async () => {
    await expect(ops(hostWith('stopped', {}, { result: gone }))).rejects.toThrow('container does not exist');
  });

  test('--force is content', async () => {
    const hands = new Recorder(hostWith('stopped', {}, { result: gone }));
    await expect(
      remove(fakeContext(hands), { id: 'c1', force: true, evenCreated: false }),
    ).resolves.toMatchObject({ code: 0 });
  });
});

test.each(['created', 'running', 'paused', 'creating'] as Status[])(
  '%s: refused without --force',
  async (status) => {
    await expect(ops(hostWith(status))).rejects.toThrow(
      `cannot delete container c1 that is not stopped: ${status}`,
    );
  },
);
