import { describe, expect, test } from 'vitest';
import { findContainer } from '../../src/state/container.ts';
import { type Status, statuses } from '../../src/state/status.ts';
import { type FakeHost, fakeContext, procStat, Recorder } from '../execute/recorder.ts';
import { hostWith } from './containers.ts';

async function found(host: FakeHost) {
  const { container } = await findContainer(fakeContext(new Recorder(host)), 'c1');
  return { status: container.status, pid: container.pid };
}

describe('the status is derived', () => {
  test.each(statuses)('%s', async (status: Status) => {
    const pid = status === 'stopped' || status === 'creating' ? 0 : 42;
    expect(await found(hostWith(status))).toEqual({ status, pid });
  });

  test('another process that has the pid by now is not the container', async () => {
    const host = hostWith('running', {}, { files: { '/proc/42/stat': procStat(42, 4201) } });
    expect(await found(host)).toEqual({ status: 'stopped', pid: 0 });
  });

  test('a stale fifo does not make a dead container a created one', async () => {
    const host = hostWith('created', {}, { files: { '/proc/42/stat': procStat(42, 4200, 'Z') } });
    expect((await found(host)).status).toBe('stopped');
  });

  test('a create whose launcher has died is stopped', async () => {
    const host = hostWith('creating', {}, { files: { '/proc/77/stat': procStat(77, 701) } });
    expect((await found(host)).status).toBe('stopped');
  });

  test('a cgroup that is still freezing counts as paused, also on v2', async () => {
    const freezing = { files: { '/cg/freezer/c1/freezer.state': 'FREEZING\n' } };
    expect((await found(hostWith('running', {}, freezing))).status).toBe('paused');
    const unified = { cgroup_paths: { '': '/cg/c1' } };
    expect(
      (await found(hostWith('running', unified, { files: { '/cg/c1/cgroup.freeze': '1\n' } }))).status,
    ).toBe('paused');
    expect(
      (await found(hostWith('running', unified, { files: { '/cg/c1/cgroup.freeze': '0\n' } }))).status,
    ).toBe('running');
  });
});

describe('a container that cannot be found', () => {
  test('is missing', async () => {
    await expect(found({})).rejects.toMatchObject({
      code: 'container-missing',
      message: 'container does not exist',
    });
  });

  test.each(['', '{', '{}', '[]', '{"schema":1}'])('has a damaged record: %j', async (text) => {
    const host = { files: { '/run/railcar/c1/state.json': text } };
    await expect(found(host)).rejects.toMatchObject({ code: 'state-unreadable' });
  });

  test('is of a newer railcar', async () => {
    const host = { files: { '/run/railcar/c1/state.json': '{"schema":99}' } };
    await expect(found(host)).rejects.toThrow(/schema 99/);
  });
});
