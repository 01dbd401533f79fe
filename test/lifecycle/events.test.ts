import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/cli/context.ts';
import { events } from '../../src/lifecycle/events.ts';
import { type FakeHost, fakeContext, fakeRequest, Recorder } from '../execute/recorder.ts';
import { hostWith } from '../state/containers.ts';

const verb = { id: 'c1', once: false, interval: 7000 };
const v1Files = { '/cg/memory/c1/memory.usage_in_bytes': '4096', '/cg/memory/c1/memory.oom_control': 'x' };
const v2 = { cgroup_paths: { '': '/cg/c1' } };
const memoryEvents = (kills: number) => ({
  files: { '/cg/c1/memory.events': `oom 9\noom_kill ${kills}\n`, '/cg/c1/memory.current': '4096' },
});

function woken(bits: bigint, seen = 0n): Partial<Context> {
  const request = fakeRequest();
  return { request: { ...request, numbers: { ...request.numbers, woken: bits, seen } } };
}

async function run(host: FakeHost, changes: Partial<Context> = {}, more = {}) {
  const hands = new Recorder(host);
  const finish = await events(fakeContext(hands, changes), { ...verb, ...more });
  return { hands, finish, lines: lines(finish?.stdout) };
}

function lines(stdout: string | Uint8Array | undefined) {
  return String(stdout ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('--stats', () => {
  test('one line, and no plan', async () => {
    const { hands, lines } = await run(hostWith('running', {}, { files: v1Files }), {}, { once: true });
    expect(lines).toMatchObject([{ type: 'stats', id: 'c1', data: { memory: { usage: { usage: 4096 } } } }]);
    expect(hands.executed).toEqual([]);
  });

  test('of the second container that has its cgroups in the same places: one exchange', async () => {
    const context = fakeContext(new Recorder());
    const exchanges = async () => {
      const hands = new Recorder(hostWith('running', {}, { files: v1Files }));
      await events({ ...context, hands }, { ...verb, once: true });
      return hands.batches.length;
    };
    expect([await exchanges(), await exchanges()]).toEqual([2, 1]);
  });

  test('of a container that does not run', async () => {
    await expect(run(hostWith('stopped'), {}, { once: true })).rejects.toThrow('container not running');
  });
});

describe('without --stats', () => {
  test('v1: waits for the process, an eventfd and the interval', async () => {
    const { hands } = await run(hostWith('running', {}, { files: v1Files }));
    expect(hands.ops).toMatchObject([
      { op: 'pidfd', pid: 42, into: 'init' },
      { op: 'cgroupOom', path: '/cg/memory/c1', into: 'oom' },
    ]);
    const watch = { process: 'init', oom: 'oom', interval: 7000, seen: 0n };
    expect(hands.executed[0]?.finish).toMatchObject({ stdout: '', watch });
  });

  test('v2: waits for a change of memory.events, and knows what was there before', async () => {
    const { hands } = await run(hostWith('running', v2, memoryEvents(3)));
    expect(hands.ops[1]).toMatchObject({ op: 'open', path: '/cg/c1/memory.events', into: 'oom' });
    expect(hands.executed[0]?.finish.watch?.seen).toBe(3n);
  });
});

describe('when the launcher wakes', () => {
  test('because the interval is over: statistics, and waits again', async () => {
    const { finish, lines } = await run(hostWith('running', {}, { files: v1Files }), woken(1n));
    expect(lines.map(({ type }) => type)).toEqual(['stats']);
    expect(finish?.watch).toEqual({ process: null, oom: null, interval: 7000, seen: 0n });
  });

  test('because memory ran out: says so, and waits again', async () => {
    const v1 = await run(hostWith('running', {}, { files: v1Files }), woken(2n));
    expect(v1.lines).toEqual([{ type: 'oom', id: 'c1' }]);
    expect(v1.finish?.watch).toBeDefined();
    const unified = await run(hostWith('running', v2, memoryEvents(5)), woken(2n, 3n));
    expect(unified.lines).toEqual([{ type: 'oom', id: 'c1' }]);
    expect(unified.finish?.watch?.seen).toBe(5n);
  });

  test('because memory.events has changed and nobody was killed: nothing to say', async () => {
    const { lines, finish } = await run(hostWith('running', v2, memoryEvents(3)), woken(2n, 3n));
    expect(lines).toEqual([]);
    expect(finish?.watch).toBeDefined();
  });

  test('because the process has exited: the end, after the last word', async () => {
    const { lines, finish } = await run(hostWith('stopped', v2, memoryEvents(4)), woken(4n, 3n));
    expect(lines).toEqual([{ type: 'oom', id: 'c1' }]);
    expect(finish?.watch).toBeUndefined();
  });

  test('because its v1 cgroup is removed: the end', async () => {
    const { lines, finish } = await run(hostWith('stopped'), woken(6n));
    expect(lines).toEqual([]);
    expect(finish?.watch).toBeUndefined();
  });

  test('and the container has been deleted: the end', async () => {
    expect((await run({}, woken(4n))).finish).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
