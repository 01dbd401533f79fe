import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { update } from '../../src/lifecycle/update.ts';
import { parseRecord } from '../../src/state/record.ts';
import { type FakeHost, fakeContext, Recorder } from '../execute/recorder.ts';
import { hostWith, minimalConfig } from '../state/containers.ts';

const limitPath = '/cg/memory/c1/memory.limit_in_bytes';

async function run(host: FakeHost, resourcesFile: string | null, resources = {}) {
  const hands = new Recorder(host);
  await update(fakeContext(hands), { id: 'c1', resourcesFile, resources });
  return hands;
}

test('writes, each with what it was before, then the record', async () => {
  const hands = await run(hostWith('running', {}, { files: { [limitPath]: '4096\n' } }), null, {
    memory: { limit: 8192 },
  });
  expect(hands.batches).toHaveLength(2);
  const [write, record] = hands.ops.slice(3);
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
    expect(hands.ops[3]).toMatchObject({ op: 'write', path: '/cg/cpu/c1/cpu.shares', text: '512' });
    expect(hands.ops).toHaveLength(5);
  });

  test('from a file', async () => {
    const hands = await run(hostWith('created', {}, { files: { '/r.json': json } }), '/r.json');
    expect(hands.ops[3]).toMatchObject({ text: '512' });
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
  expect((await run(host('100\n'), '-')).ops[3]).toMatchObject({ path: '/cg/c1/memory.max', text: '4096' });
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
