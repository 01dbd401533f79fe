import { describe, expect, test } from 'vitest';
import { runCommand } from '../../src/cli/command.ts';
import { defaultSpec } from '../../src/cli/format/spec.ts';
import type { Finish } from '../../src/execute/messages.ts';
import { failed } from '../execute/failed.ts';
import { type FakeHost, fakeRequest, Recorder } from '../execute/recorder.ts';
import { hostWith } from '../state/containers.ts';

const time = '2023-11-14T22:13:20Z';

function request(line: string) {
  return fakeRequest({ argv: ['railcar', ...line.split(' ')], cgroups: '1:devices:/\n' });
}

async function finished(line: string, host: FakeHost = {}): Promise<Finish> {
  const finish = await runCommand(request(line), new Recorder(host));
  if (finish === null) throw new Error(`${line} has ended without a word`);
  return finish;
}

const bundle = {
  files: {
    '/b/config.json': JSON.stringify({
      ...defaultSpec(),
      linux: { namespaces: [{ type: 'mount' }] },
      hostname: undefined,
      mounts: [],
      process: { args: ['sh'], cwd: '/' },
    }),
    '/proc/self/mountinfo': '32 20 0:28 / /sys/fs/cgroup/devices rw - cgroup cgroup rw,devices\n',
  },
};

describe('errors', () => {
  test('are told on standard error, and as the last line of the log', async () => {
    expect(await finished('--log /l --log-format json state x')).toEqual({
      code: 1,
      stdout: '',
      stderr: '"x": container does not exist\n',
      log: {
        path: '/l',
        text: `{"level":"error","time":"${time}","msg":"\\"x\\": container does not exist"}\n`,
      },
    });
  });

  test('in a text log as well', async () => {
    expect((await finished('--log l state x')).log).toEqual({
      path: '/l',
      text: `time="${time}" level=error msg="\\"x\\": container does not exist"\n`,
    });
  });

  test('with their code where --debug is given', async () => {
    const { log } = await finished('--debug --log /l --log-format json state x');
    const lines = log?.text.trim().split('\n') ?? [];
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: 'debug', time, msg: 'served by the standby' },
      { level: 'error', time, code: 'container-missing', msg: '"x": container does not exist' },
    ]);
  });

  test('--log-level=debug is the same', async () => {
    const { log } = await finished('--log-level=debug --log /l --log-format json state x');
    expect(log?.text).toContain('"level":"debug"');
  });

  test('of exec end with 255', async () => {
    expect((await finished('exec x ls')).code).toBe(255);
    expect((await finished('exec x')).stderr).toBe('process args cannot be empty\n');
  });

  test('have a hint on a second line of standard error only', async () => {
    const { stderr, log } = await finished('--log /l --log-format json create -b /none x');
    expect(stderr).toMatch(
      /^cannot read "\/none\/config.json": no such file or directory \(ENOENT\)\nhint: /,
    );
    expect(JSON.parse(log?.text ?? '').msg).toBe(
      'cannot read "/none/config.json": no such file or directory (ENOENT)',
    );
  });

  test('name the place in config.json', async () => {
    const files = { '/b/config.json': '{"ociVersion": 1}' };
    expect((await finished('create -b /b x', { files })).stderr).toBe(
      'config.json:1:16: ociVersion: must be a string, not 1\n',
    );
  });

  test('that nobody foresaw are a mistake in railcar', async () => {
    const hands = new Recorder();
    hands.read = async () => {
      throw new TypeError('x is not a function');
    };
    const finish = await runCommand(request('state x'), hands);
    expect(finish?.stderr).toMatch(/^internal error: TypeError: x is not a function\n/);
  });
});

describe('warnings', () => {
  const warned = {
    files: {
      ...bundle.files,
      '/b/config.json': JSON.stringify({
        ...defaultSpec(),
        linux: { namespaces: [{ type: 'mount' }] },
        hostname: undefined,
        mounts: [],
        process: { args: ['sh'], cwd: '/', capabilities: { bounding: ['CAP_X'] } },
      }),
    },
  };
  const message = expect.stringContaining('unknown capability "CAP_X" is ignored');

  test('go with the plan, since success ends the command there', async () => {
    const hands = new Recorder(warned);
    expect(await runCommand(request('--log /l --log-format json create -b /b x'), hands)).toBeNull();
    const { log, stderr } = hands.executed[0]?.finish ?? { log: undefined, stderr: 'none' };
    expect(stderr).toBe('');
    expect(JSON.parse(log?.text ?? '')).toEqual({ level: 'warning', time, msg: message });
  });

  test('come before the error if the plan failed', async () => {
    const result = failed({ op: 'mkdir', origin: 'state', errno: 17 });
    const { log, stderr } = await finished('--log /l --log-format json create -b /b x', {
      ...warned,
      result,
    });
    expect(stderr).toBe('"x": container with given ID already exists\n');
    const lines = (log?.text ?? '').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(['warning', 'error']);
  });

  test('are lines of standard error without a log', async () => {
    const hands = new Recorder(warned);
    await runCommand(request('create -b /b x'), hands);
    expect(hands.executed[0]?.finish.stderr).toMatch(/^warning: config.json:\S+ process\.capabilities.*\n$/);
  });
});

describe('wrong usage', () => {
  test('of arguments: help on standard output', async () => {
    const { code, stdout, stderr } = await finished('state');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Incorrect Usage\.\n\nUsage: railcar state \[options\] <container-id>\n/);
    expect(stderr).toBe('railcar: "state" requires exactly 1 argument(s)\n');
  });

  test('of flags: the word on standard error', async () => {
    const { code, stderr } = await finished('state --foo x');
    expect(code).toBe(1);
    expect(stderr).toBe('Incorrect Usage: flag provided but not defined: -foo\n');
  });

  test.each([
    ['state a/b', 'invalid container ID format: "a/b"\n'],
    ['state ..', 'invalid container ID format: ".."\n'],
    ['--root / list', '--root: must not be /, which is no place for containers\n'],
    ['kill x FOO', 'unknown signal "FOO"\n'],
    ['exec --user root x ls', '--user: "root" is not a numeric id\n'],
    ['update --memory lots x', '--memory: "lots" is not a size such as 512m\n'],
    ['create --preserve-fds two x', 'invalid value "two" for flag -preserve-fds: parse error\n'],
  ])('%s', async (line, message) => {
    const { code, stderr } = await finished(line);
    expect(code).toBeGreaterThan(0);
    expect(String(stderr).split('hint')[0]).toBe(message);
  });
});

describe('the state root', () => {
  async function rootOf(
    changes: { env?: string[]; euid?: bigint; userNamespace?: bigint },
    line = 'state x',
  ) {
    const hands = new Recorder();
    const base = fakeRequest();
    await runCommand(
      {
        ...base,
        argv: ['railcar', ...line.split(' ')],
        cwd: '/somewhere',
        env: changes.env ?? [],
        numbers: { ...base.numbers, ...changes },
      },
      hands,
    );
    return hands.batches[0]?.[0]?.path.replace('/x/state.json', '');
  }
  const env = ['XDG_RUNTIME_DIR=/run/user/7', 'USER=ann'];

  test.each([
    [{}, '/run/railcar'],
    [{ env }, '/run/railcar'],
    [{ env, euid: 7n }, '/run/user/7/railcar'],
    [{ euid: 7n }, '/run/railcar'],
    [{ env, userNamespace: 5n }, '/run/user/7/railcar'],
    [{ env: ['XDG_RUNTIME_DIR=/run/user/7', 'USER=root'], userNamespace: 5n }, '/run/railcar'],
    [{ env: ['XDG_RUNTIME_DIR=/run/user/7'], userNamespace: 5n }, '/run/user/7/railcar'],
  ])('%o', async (changes, root) => {
    expect(await rootOf(changes)).toBe(root);
  });

  test('--root is relative to the directory of the caller', async () => {
    expect(await rootOf({}, '--root r/ state x')).toBe('/somewhere/r');
  });
});

test('version and help do not need a host', async () => {
  expect(await finished('--version')).toEqual({
    code: 0,
    stdout: 'railcar version 0.0.0\ncommit: unknown\nspec: 1.3.0\n',
    stderr: '',
  });
  expect((await finished('--help')).stdout).toMatch(/railcar create <container-id> +create a container/);
  expect((await finished('create --help')).stdout).toMatch(/--no-pivot +do not use pivot_root/);
});

test('plan prints and changes nothing', async () => {
  const hands = new Recorder(bundle);
  const finish = await runCommand(request('plan -b /b'), hands);
  expect(finish?.stdout).toMatch(/make directory \/run\/railcar/);
  expect(hands.executed).toEqual([]);
});

test('spec writes config.json, but not over one', async () => {
  const hands = new Recorder();
  expect(await runCommand(request('spec -b /b'), hands)).toBeNull();
  expect(hands.ops).toMatchObject([{ op: 'writeFile', path: '/b/config.json' }]);
  expect((await finished('spec -b /b', bundle)).stderr).toMatch(
    /^File config.json exists. Remove it first\n/,
  );
});

describe('options of crun', () => {
  test('--log-level=error keeps warnings out of the log', async () => {
    const update = 'update --kernel-memory 1m c1';
    const container = hostWith('running');
    const spoken = async (options: string) => {
      const hands = new Recorder(container);
      await runCommand(request(`--root /run/railcar${options} ${update}`), hands);
      return hands.executed[0]?.finish.stderr;
    };
    expect(await spoken('')).toContain('--kernel-memory is ignored');
    expect(await spoken(' --log-level error')).toBe('');
  });

  test('--cgroup-manager=disabled makes no cgroup', async () => {
    const made = async (options: string) => {
      const hands = new Recorder(bundle);
      await runCommand(request(`${options} run -b /b x`), hands);
      return hands.executed[0]?.plan?.hands.filter(({ op }) => op.startsWith('cgroup')).length;
    };
    expect(await made('--cgroup-manager=disabled')).toBe(0);
    expect(await made('--cgroup-manager=cgroupfs')).toBeGreaterThan(0);
  });

  test('--cgroup-manager=systemd asks for systemd, which is not running here', async () => {
    const systemd = await finished('--cgroup-manager=systemd run -b /b x', bundle);
    expect(systemd.stderr).toMatch(/systemd/);
    const hands = new Recorder(bundle);
    await runCommand(request('--systemd-cgroup --cgroup-manager=cgroupfs run -b /b x'), hands);
    expect(hands.executed).toHaveLength(1);
  });
});
