import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { update } from '../../src/lifecycle/update.ts';
import { parseRecord } from '../../src/state/record.ts';
import { type FakeHost, fakeContext, Recorder } from '../execute/recorder.ts';
import { hostWith, minimalConfig } from '../state/containers.ts';

const limitPath = '/cg/memory/c1/memory.limit_in_bytes';

const noSchemas = { l3CacheSchema: null, memBwSchema: null };

async function run(host: FakeHost, resourcesFile: string | null, resources = {}, schemas = {}) {
  const hands = new Recorder(host);
  const verb = { id: 'c1', resourcesFile, resources, ...noSchemas, ...schemas };
  await update(fakeContext(hands), verb);
  return hands;
}

test('writes, each with what it was before, then the record', async () => {
  const hands = await run(hostWith('running', {}, { files: { [limitPath]: '4096\n' } }), null, {
    memory: { limit: 8192 },
  });
  expect(hands.batches).toHaveLength(2);
  // Under the lock, what the new record is made of is read.
  expect(hands.batches[0]?.slice(0, 2)).toMatchObject([{ kind: 'LOCK' }, { kind: 'FILE' }]);
  const [write, record] = hands.ops;
  expect(write).toEqual({
    op: 'write',
    origin: 'memory.limit',
    path: limitPath,
    text: '8192',
    undo: [{ op: 'write', origin: 'memory.limit', path: limitPath, text: '4096' }],
  });
  expect(record).toMatchObject({ op: 'writeFile', path: '/run/railcar/c1/state.json' });
  const { config } = parseRecord((record as { text: string }).text, 'state.json');
  expect(config.linux?.resources).toEqual({ memory: { limit: 8192 } });
  expect(config.linux?.namespaces).toBeDefined();
});

describe('resources', () => {
  const json = '{"cpu":{"shares":512},"pids":null}';

  test('from standard input', async () => {
    const hands = await run(hostWith('paused', {}, { stdin: json }), '-');
    expect(hands.ops[0]).toMatchObject({ op: 'write', path: '/cg/cpu/c1/cpu.shares', text: '512' });
    expect(hands.ops).toHaveLength(2);
    // Whoever writes it may take his time: the lock is taken afterwards.
    expect(hands.batches.map(([read]) => read?.kind)).toEqual(['STDIN', 'LOCK', 'FILE']);
  });

  test('from a file', async () => {
    const hands = await run(hostWith('created', {}, { files: { '/r.json': json } }), '/r.json');
    expect(hands.ops[0]).toMatchObject({ text: '512' });
  });

  test('that are wrong are told with their place', async () => {
    const host = hostWith('running', {}, { files: { '/r.json': '{\n "cpu": {"shares": "a"}}' } });
    await expect(run(host, '/r.json')).rejects.toThrow(/^\/r\.json:2:20: cpu\.shares/);
    await expect(run(hostWith('running'), '/none.json')).rejects.toMatchObject({ code: 'config-unreadable' });
  });

  test('that no cgroup of the container can take are told with their place', async () => {
    const stdin = '{"hugepageLimits":[{"pageSize":"2MB","limit":1}]}';
    await expect(run(hostWith('running', {}, { stdin }), '-')).rejects.toThrow(
      /^standard input:1:\d+: hugepageLimits\[0\]: the container has no cgroup of the controller "hugetlb"/,
    );
  });
});

test('memory.checkBeforeUpdate: on v2 a limit below what is in use is refused', async () => {
  const host = (usage: string) =>
    hostWith(
      'running',
      { cgroup_paths: { '': '/cg/c1' } },
      {
        stdin: '{"memory": {"limit": 4096, "checkBeforeUpdate": true}}',
        files: { '/cg/c1/memory.current': usage, '/cg/c1/cgroup.controllers': 'memory\n' },
      },
    );
  await expect(run(host('8192\n'), '-')).rejects.toThrow(
    /^standard input:1:\d+: memory\.limit: 4096 is not more than the 8192 bytes in use/,
  );
  expect((await run(host('100\n'), '-')).ops[0]).toMatchObject({ path: '/cg/c1/memory.max', text: '4096' });
});

test('memory.checkBeforeUpdate of config.json holds for updates on v2', async () => {
  const json = {
    ...minimalConfig,
    linux: { ...minimalConfig.linux, resources: { memory: { checkBeforeUpdate: true } } },
  };
  const { config } = loadConfig(Buffer.from(JSON.stringify(json)), 'config.json');
  const files = { '/cg/c1/memory.current': '8192\n' };
  const host = hostWith('running', { config, cgroup_paths: { '': '/cg/c1' } }, { files });
  await expect(run(host, null, { memory: { limit: 4096 } })).rejects.toThrow(
    'linux.resources.memory.limit: 4096 is not more than the 8192 bytes in use (checkBeforeUpdate)',
  );
});

test('a stopped container is refused', async () => {
  await expect(run(hostWith('stopped'), null)).rejects.toThrow('container not running');
});

test('another command that goes on for too long; a state that does not allow it is told at once', async () => {
  class Locked extends Recorder {
    override async read(reads: Parameters<Recorder['read']>[0]) {
      const answers = await super.read(reads);
      return answers.map((answer, index) =>
        reads[index]?.kind === 'LOCK' ? { errno: 11, items: [] } : answer,
      );
    }
  }
  const verb = { id: 'c1', resourcesFile: null, resources: { pids: { limit: 3 } }, ...noSchemas };
  const failure = (hands: Recorder) => update(fakeContext(hands), verb).catch((error: unknown) => error);
  const waiting = new Locked(hostWith('running'));
  expect(await failure(waiting)).toMatchObject({ code: 'container-locked' });
  expect(waiting.batches.map(([lock]) => lock?.max)).toEqual([0, 10_000]);
  const refused = new Locked(hostWith('stopped'));
  expect(await failure(refused)).toMatchObject({ message: expect.stringContaining('container not running') });
  expect(refused.batches).toHaveLength(1);
});

describe('schemas of resctrl', () => {
  const schemas = { l3CacheSchema: 'L3:0=f', memBwSchema: 'MB:0=20' };
  const text = 'L3:0=f\nMB:0=20\n';
  const members = { '/cg/pids/c1/cgroup.procs': '42\n43\n' };
  const mountinfo = '30 20 0:26 / /sys/fs/resctrl rw - resctrl resctrl rw\n';

  test('are those of the class that the container is in', async () => {
    const resctrl = { joined: ['/sys/fs/resctrl/gold'], made: [] };
    const hands = await run(hostWith('running', { resctrl }), null, {}, schemas);
    expect(hands.ops[0]).toMatchObject({ op: 'write', path: '/sys/fs/resctrl/gold/schemata', text });
    expect(hands.ops[1]).toMatchObject({ op: 'writeFile' });
  });

  test('make a class for a container that has none, which delete removes', async () => {
    const files = { ...members, '/proc/self/mountinfo': mountinfo };
    const hands = await run(hostWith('running', {}, { files }), null, {}, schemas);
    const directory = '/sys/fs/resctrl/c1';
    expect(hands.ops.slice(0, 4)).toMatchObject([
      { op: 'mkdir', path: directory, undo: [{ op: 'rmdir', path: directory }] },
      { op: 'write', path: `${directory}/schemata`, text },
      { op: 'write', path: `${directory}/tasks`, text: '42' },
      { op: 'write', path: `${directory}/tasks`, text: '43' },
    ]);
    const record = hands.ops[4] as { text: string };
    expect(parseRecord(record.text, 'state.json').resctrl).toEqual({
      joined: [directory],
      made: [directory],
    });
  });

  test('are refused, in the words of runc, where there is no resctrl', async () => {
    await expect(run(hostWith('running'), null, {}, schemas)).rejects.toThrow(
      'Intel RDT/CAT: l3 cache schema is not enabled',
    );
    await expect(run(hostWith('running'), null, {}, { memBwSchema: 'MB:0=20' })).rejects.toThrow(
      'Intel RDT/MBA: memory bandwidth schema is not enabled',
    );
  });
});
