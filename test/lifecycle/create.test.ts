import { describe, expect, test } from 'vitest';
import type { CreateVerb } from '../../src/cli/verbs.ts';
import { Guess } from '../../src/guess.ts';
import { create } from '../../src/lifecycle/create.ts';
import { plan } from '../../src/lifecycle/plan.ts';
import { run } from '../../src/lifecycle/run.ts';
import { failed, warned } from '../execute/failed.ts';
import { type FakeHost, fakeContext, fakeRequest, procStat, Recorder } from '../execute/recorder.ts';

const verb: CreateVerb = {
  verb: 'create',
  id: 'c1',
  bundle: '/bundle',
  configFile: null,
  detach: true,
  keep: false,
  noPivot: false,
  noNewKeyring: false,
  preserveFds: 0,
  listenFds: 0,
  consoleSocket: null,
  pidfdSocket: null,
  pidFile: null,
  systemdCgroup: false,
};

const config = {
  ociVersion: '1.2.0',
  root: { path: 'rootfs' },
  process: { args: ['sh'], cwd: '/' },
  linux: { namespaces: [{ type: 'mount' }, { type: 'pid' }], cgroupsPath: '/c1' },
};

const mountinfo = ['memory', 'freezer', 'devices']
  .map((name) => `1 2 0:3 / /sys/fs/cgroup/${name} rw - cgroup cgroup rw,${name}`)
  .join('\n');

function host(changes: object = {}, more: FakeHost = {}): FakeHost {
  return {
    ...more,
    files: {
      '/bundle/config.json': JSON.stringify({ ...config, ...changes }),
      '/proc/self/mountinfo': mountinfo,
      '/proc/self/stat': procStat(900, 5000),
      ...more.files,
    },
  };
}

function context(hands: Recorder) {
  return fakeContext(hands, {
    request: fakeRequest({ cgroups: '3:devices:/\n2:memory:/own\n1:freezer:/\n' }),
  });
}

test('create: two batches of reads, then one plan that journals before it makes anything', async () => {
  const hands = new Recorder(host());
  await expect(create(context(hands), verb)).resolves.toBeNull();
  expect(hands.batches).toHaveLength(2);
  const journal = hands.ops.find((op) => op.op === 'writeFile');
  expect(journal).toMatchObject({ path: '/run/railcar/c1/state.json' });
  expect(JSON.parse((journal as { text: string }).text)).toMatchObject({
    phase: 'creating',
    launcher: { pid: 900, startTime: 5000 },
    created: '2023-11-14T22:13:20.000Z',
    cgroup_paths: { memory: '/sys/fs/cgroup/memory/c1' },
  });
  const names = hands.ops.map(({ op }) => op);
  expect(names.indexOf('writeFile')).toBeLessThan(names.indexOf('cgroupMake'));
  expect(hands.executed[0]?.finish).toMatchObject({ code: 0 });
});

test('what the last container needed is read at once for the next, and changes nothing else', async () => {
  const guess = new Guess();
  const first = new Recorder(host());
  await create({ ...context(first), guess }, verb);
  const second = new Recorder(host());
  await create({ ...context(second), guess }, verb);
  expect(second.batches).toHaveLength(1);
  expect(second.ops).toEqual(first.ops);
  guess.learn('c1', ['/elsewhere/c1/freezer.state']);
  const third = new Recorder(host());
  await create({ ...context(third), guess }, verb);
  expect(third.batches).toHaveLength(2);
  expect(third.ops).toEqual(first.ops);
});

describe('run', () => {
  const foreground: CreateVerb = { ...verb, verb: 'run', detach: false };

  test('in the foreground the launcher stays and tears down', async () => {
    const hands = new Recorder(host());
    await run(context(hands), foreground);
    expect(hands.executed[0]?.finish.monitor).toEqual({ console: null });
    expect(hands.executed[0]?.plan.teardown.map(({ op }) => op)).toContain('removeTree');
  });

  test('with a terminal it holds the master', async () => {
    const hands = new Recorder(host({ process: { ...config.process, terminal: true } }));
    await run(context(hands), foreground);
    expect(hands.executed[0]?.finish.monitor).toEqual({ console: 'console' });
  });

  test('--keep leaves the container, --detach leaves at once', async () => {
    const kept = new Recorder(host());
    await run(context(kept), { ...foreground, keep: true });
    expect(kept.executed[0]?.plan.teardown).toEqual([]);
    const detached = new Recorder(host());
    await run(context(detached), { ...foreground, detach: true });
    expect(detached.executed[0]?.finish.monitor).toBeUndefined();
  });
});

describe('bad input ends before the plan', () => {
  test.each([
    ['no bundle', {}, /cannot read "\/bundle\/config.json": no such file or directory/],
    ['no JSON', { files: { '/bundle/config.json': '{' } }, /^config\.json:1:/],
    [
      'an id in use',
      host({}, { directories: ['/run/railcar/c1'] }),
      'container with given ID already exists',
    ],
    [
      'a controller that is not there',
      host({ linux: { ...config.linux, resources: { pids: { limit: 5 } } } }),
      /^config\.json:1:\d+: linux\.resources\.pids\.limit: this host has no cgroup controller "pids"/,
    ],
    [
      'the root cgroup',
      host({ linux: { ...config.linux, cgroupsPath: '/' } }),
      /^config\.json:1:\d+: linux\.cgroupsPath: /,
    ],
  ] as const)('%s', async (_, fake: FakeHost, message) => {
    const hands = new Recorder(fake);
    await expect(create(context(hands), verb)).rejects.toThrow(message);
    expect(hands.executed).toEqual([]);
  });
});

test('a failed step is told with its place in config.json', async () => {
  const failure = { program: 3, op: 'mountFs', origin: 'root', errno: 22, subject: '/x' };
  const hands = new Recorder(host({}, { result: failed(failure) }));
  await expect(create(context(hands), verb)).rejects.toThrow(
    /^config\.json:1:\d+: root: cannot .* \(EINVAL\)/,
  );
});

test('a failure without words is still an error', async () => {
  const nothing = { ok: false, captured: Buffer.alloc(0), failures: [] };
  const hands = new Recorder(host({}, { result: nothing }));
  await expect(create(context(hands), verb)).rejects.toMatchObject({ code: 'plan-refused' });
});

test('warnings do not make a failure', async () => {
  const hands = new Recorder(host({}, { result: warned({ op: 'hook', subject: '/h', status: 256 }) }));
  const fake = context(hands);
  await expect(create(fake, verb)).resolves.toMatchObject({ code: 0 });
  expect(fake.warnings).toHaveLength(1);
});

test('plan executes nothing', async () => {
  const hands = new Recorder(host());
  const made = await plan(context(hands), { ...verb, options: verb });
  expect(made.hands.length).toBeGreaterThan(5);
  expect(hands.executed).toEqual([]);
});

test('another file stands for config.json, and its name is in messages', async () => {
  const { files } = host() as { files: Record<string, string> };
  const { '/bundle/config.json': text = '', ...others } = files;
  const configFile = '/bundle/other.json';
  const good = new Recorder({ ...host(), files: { ...others, [configFile]: text } });
  await create(context(good), { ...verb, configFile });
  expect(good.executed).toHaveLength(1);
  const bad = new Recorder({ ...host(), files: { ...others, [configFile]: '{' } });
  await expect(create(context(bad), { ...verb, configFile })).rejects.toThrow(/^other\.json:1:2: /);
});
