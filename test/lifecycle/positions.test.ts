import { describe, expect, test } from 'vitest';
import type { ExecVerb } from '../../src/cli/verbs.ts';
import { create } from '../../src/lifecycle/create.ts';
import { remove } from '../../src/lifecycle/delete.ts';
import { exec } from '../../src/lifecycle/exec.ts';
import { start } from '../../src/lifecycle/start.ts';
import { failed, warned } from '../execute/failed.ts';
import { fakeContext, Recorder } from '../execute/recorder.ts';
import { hostWith, minimalConfig } from '../state/containers.ts';

/** The config.json of the container of `hostWith`, a member a line. */
const config = { ...minimalConfig, hooks: { poststart: [{ path: '/hook' }], poststop: [{ path: '/hook' }] } };
const text = JSON.stringify(config, null, 1);

function place(words: string): string {
  const before = text.slice(0, text.indexOf(words)).split('\n');
  return `config.json:${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

function host(status: 'created' | 'running' | 'stopped', result: ReturnType<typeof failed>, bundle = text) {
  return new Recorder(hostWith(status, { config }, { result, files: { '/bundle/config.json': bundle } }));
}

const hook = { op: 'hook', origin: 'hooks.poststart[0]', status: 256, subject: '/hook' };
const program = { program: 3, op: 'exec', origin: 'process.args', errno: 13, subject: '/bin/x' };
const directory = { program: 3, op: 'chdir', origin: 'process.cwd', errno: 2 };

describe('start', () => {
  test('tells the place of what has failed, and reads the file only then', async () => {
    const hands = host('created', failed(program));
    const error = start(fakeContext(hands), { id: 'c1' });
    await expect(error).rejects.toThrow(
      `${place('[\n   "sh"')}: process.args: exec: "/bin/x": permission denied`,
    );
    expect(hands.batches).toHaveLength(2);
  });

  test('tells that of a hook', async () => {
    const hands = host('created', failed(hook));
    await expect(start(fakeContext(hands), { id: 'c1' })).rejects.toThrow(
      `${place('{\n    "path": "/hook"')}: hooks.poststart[0]: cannot run the hook "/hook": exit status 1`,
    );
  });

  test.each([
    ['has another content by now', text.replace('"rootfs"', '"other"')],
    ['is no configuration by now', '{'],
  ])('tells no place in a file that %s', async (_, bundle) => {
    await expect(start(fakeContext(host('created', failed(program), bundle)), { id: 'c1' })).rejects.toThrow(
      /^process\.args: exec:/,
    );
  });
});

test('delete tells the place of a poststop hook that it warns of', async () => {
  const context = fakeContext(host('stopped', warned({ ...hook, origin: 'hooks.poststop[0]' })));
  await remove(context, { id: 'c1', force: false, evenCreated: false });
  expect(context.warnings).toEqual([
    expect.stringMatching(/^config\.json:\d+:\d+: hooks\.poststop\[0\]: cannot run the hook/),
  ]);
});

describe('exec', () => {
  const verb: ExecVerb = {
    id: 'c1',
    processFile: null,
    args: ['ls'],
    tty: false,
    env: [],
    cwd: null,
    user: null,
    additionalGids: [],
    caps: [],
    noNewPrivileges: false,
    apparmor: null,
    processLabel: null,
    cgroup: [],
    ignorePaused: false,
    detach: true,
    pidFile: null,
    consoleSocket: null,
    pidfdSocket: null,
    preserveFds: 0,
    listenFds: 0,
  };
  const run = (failure: typeof directory | typeof program, changes: Partial<ExecVerb> = {}) =>
    exec(fakeContext(host('running', failed(failure))), { ...verb, ...changes });

  test('tells the place of what is the container’s', async () => {
    await expect(run(directory)).rejects.toThrow(`${place('"/"')}: process.cwd: cannot change`);
  });

  test('tells none of what comes from the command line', async () => {
    await expect(run(program)).rejects.toThrow(/^process\.args: exec:/);
    await expect(run(directory, { cwd: '/x' })).rejects.toThrow(/^process\.cwd: cannot change/);
  });

  test('tells the place in the file of --process', async () => {
    const hands = new Recorder(
      hostWith(
        'running',
        {},
        { result: failed(directory), files: { '/p.json': '{"args":["ls"],\n"cwd":"/x"}' } },
      ),
    );
    await expect(exec(fakeContext(hands), { ...verb, processFile: '/p.json' })).rejects.toThrow(
      '/p.json:2:7: process.cwd: cannot change',
    );
  });
});

describe('a bundle that cannot be read', () => {
  const verb = {
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
  } as const;

  test.each([
    [2, /a bundle is a directory/],
    [13, /must be open to the user/],
    [20, /--bundle names the directory/],
    [5, null],
  ])('errno %i', async (errno, hint) => {
    const hands = new Recorder({});
    const read = hands.read.bind(hands);
    hands.read = async (reads) =>
      (await read(reads)).map((answer, index) =>
        reads[index]?.path === '/bundle/config.json' ? { errno, items: [] } : answer,
      );
    const error = await create(fakeContext(hands), verb).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ hint: hint === null ? null : expect.stringMatching(hint) });
  });
});
