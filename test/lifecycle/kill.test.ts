import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { kill } from '../../src/lifecycle/kill.ts';
import type { Status } from '../../src/state/status.ts';
import { fakeContext, Recorder } from '../execute/recorder.ts';
import { hostWith, minimalConfig } from '../state/containers.ts';

const shared: Config = { ...minimalConfig, linux: { namespaces: [{ type: 'mount' }] } };
const joined: Config = { ...minimalConfig, linux: { namespaces: [{ type: 'pid', path: '/proc/1/ns/pid' }] } };

async function ops(status: Status, signal: number, all = false, config = minimalConfig) {
  const hands = new Recorder(hostWith(status, { config }));
  await kill(fakeContext(hands), { id: 'c1', signal, all });
  return hands.ops;
}

test('a signal goes to the first process, named by its start time, and takes no lock', async () => {
  expect(await ops('running', 15)).toMatchObject([
    { op: 'pidfd', pid: 42, startTime: 4200, into: 'init' },
    { op: 'signal', process: 'init', signal: 15 },
  ]);
});

test('only SIGKILL thaws a paused container, after it was sent', async () => {
  expect((await ops('paused', 15)).map(({ op }) => op)).toEqual(['pidfd', 'signal']);
  const killed = await ops('paused', 9);
  expect(killed.map(({ op }) => op)).toEqual(['pidfd', 'signal', 'write']);
  expect(killed[2]).toMatchObject({ path: '/cg/freezer/c1/freezer.state', text: 'THAWED' });
});

describe('the whole cgroup is reached', () => {
  test.each([
    ['--all', 15, true, minimalConfig],
    ['SIGKILL without a pid namespace', 9, false, shared],
    ['SIGKILL in a joined pid namespace', 9, false, joined],
  ] as const)('%s', async (_, signal, all, config) => {
    expect(await ops('running', signal, all, config)).toMatchObject([
      { op: 'cgroupKill', path: '/cg/pids/c1', signal },
    ]);
  });

  test('but not for other signals', async () => {
    expect((await ops('running', 15, false, shared)).map(({ op }) => op)).toEqual(['pidfd', 'signal']);
  });

  test('after it was thawed, since frozen processes never leave', async () => {
    expect((await ops('paused', 9, true)).map(({ op }) => op)).toEqual(['write', 'cgroupKill']);
  });

  test('even of a stopped container, where --all finds nobody to complain about', async () => {
    expect((await ops('stopped', 9, true)).map(({ op }) => op)).toEqual(['cgroupKill']);
  });
});

test('SIGKILL reaches those whom a first process without a pid namespace has left behind', async () => {
  const left = { files: { '/cg/pids/c1/cgroup.procs': '99\n' } };
  const hands = new Recorder(hostWith('stopped', { config: shared }, left));
  await kill(fakeContext(hands), { id: 'c1', signal: 9, all: false });
  expect(hands.ops.map(({ op }) => op)).toEqual(['cgroupKill']);
  await expect(ops('stopped', 9, false, shared)).rejects.toThrow('container not running');
});

test.each(['stopped', 'creating'] as const)('%s: not running', async (status) => {
  await expect(ops(status, 15)).rejects.toThrow('container not running');
});
