import { describe, expect, test } from 'vitest';
import type { ExecVerb } from '../../src/cli/verbs.ts';
import type { Process } from '../../src/config/config.ts';
import { exec } from '../../src/lifecycle/exec.ts';
import { subCgroups } from '../../src/lifecycle/exec-cgroup.ts';
import { composeProcess } from '../../src/lifecycle/exec-process.ts';
import { type FakeHost, fakeContext, Recorder } from '../execute/recorder.ts';
import { hostWith } from '../state/containers.ts';

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

async function run(host: FakeHost, changes: Partial<ExecVerb> = {}) {
  const hands = new Recorder(host);
  await exec(fakeContext(hands), { ...verb, ...changes });
  return hands;
}

test('joins the namespaces that are not the own ones', async () => {
  const links = {
    '/proc/self/ns/pid': 'pid:[1]',
    '/proc/42/ns/pid': 'pid:[2]',
    '/proc/self/ns/net': 'net:[1]',
    '/proc/42/ns/net': 'net:[1]',
    '/proc/self/ns/mnt': 'mnt:[1]',
    '/proc/42/ns/mnt': 'mnt:[3]',
  };
  const hands = await run(hostWith('running', {}, { links }));
  expect(hands.batches).toHaveLength(1);
  const opened = hands.ops.flatMap((op) => (op.op === 'open' && op.path.includes('/ns/') ? [op.path] : []));
  expect(opened.sort()).toEqual(['/proc/42/ns/mnt', '/proc/42/ns/pid']);
  expect(hands.executed[0]?.finish.monitor).toBeUndefined();
});

test('in the foreground the launcher stays', async () => {
  const attached = await run(hostWith('running'), { detach: false });
  expect(attached.executed[0]?.finish.monitor).toEqual({ console: null });
  const terminal = await run(hostWith('running'), { detach: false, tty: true });
  expect(terminal.executed[0]?.finish.monitor).toEqual({ console: 'console' });
});

describe('status', () => {
  test('a paused container only with --ignore-paused', async () => {
    await expect(run(hostWith('paused'))).rejects.toThrow('cannot exec in a paused container');
    await expect(run(hostWith('paused'), { ignorePaused: true })).resolves.toBeDefined();
  });

  test('a stopped one never', async () => {
    await expect(run(hostWith('stopped'))).rejects.toThrow('cannot exec in a stopped container');
  });
});

describe('--process', () => {
  test('is the whole process', async () => {
    const files = { '/p.json': '{"args":["id"],"cwd":"/tmp","user":{"uid":7}}' };
    const hands = await run(hostWith('running', {}, { files }), { processFile: '/p.json', env: ['A=1'] });
    const stub = hands.executed[0]?.plan.stubs[0] ?? [];
    expect(stub.find(({ op }) => op === 'exec')).toMatchObject({ args: ['id'] });
    expect(stub.find(({ op }) => op === 'user')).toMatchObject({ uid: 7 });
  });

  test('that is wrong is told with its place', async () => {
    const files = { '/p.json': '{"args":["id"]}' };
    await expect(run(hostWith('running', {}, { files }), { processFile: '/p.json' })).rejects.toThrow(
      /^\/p\.json:1:1: /,
    );
  });
});

describe('the composed process', () => {
  const own: Process = {
    args: ['sh'],
    cwd: '/home',
    terminal: true,
    consoleSize: { height: 1, width: 2 },
    env: ['PATH=/bin', 'A=1'],
    user: { uid: 1, gid: 2, umask: 0o27, additionalGids: [3] },
    capabilities: { bounding: ['CAP_KILL'], inheritable: ['CAP_CHOWN'], ambient: [] },
  };
  const composed = (changes: Partial<ExecVerb>) => composeProcess(own, { ...verb, ...changes });

  test('takes the program and the terminal from the command line, the rest from the container', () => {
    const { consoleSize: _, ...rest } = own;
    expect(composed({})).toEqual({ ...rest, terminal: false, args: ['ls'] });
  });

  test('later environment wins', () => {
    expect(composed({ env: ['A=2', 'B=', 'A=3', 'C'] }).env).toEqual(['PATH=/bin', 'A=3', 'B=', 'C']);
  });

  test('the user, with or without group', () => {
    expect(composed({ user: { uid: 5, gid: null } }).user).toEqual({ ...own.user, uid: 5 });
    expect(composed({ user: { uid: 0, gid: 0 }, additionalGids: [9] }).user).toEqual({
      uid: 0,
      gid: 0,
      umask: 0o27,
      additionalGids: [3, 9],
    });
  });

  test('added capabilities are never inheritable, and ambient only where they were (CVE-2022-29162)', () => {
    expect(composed({ caps: ['CAP_KILL', 'CAP_CHOWN'] }).capabilities).toEqual({
      bounding: ['CAP_KILL', 'CAP_CHOWN'],
      effective: ['CAP_KILL', 'CAP_CHOWN'],
      permitted: ['CAP_KILL', 'CAP_CHOWN'],
      inheritable: ['CAP_CHOWN'],
      ambient: ['CAP_CHOWN'],
    });
  });

  test('a relative working directory is refused', () => {
    expect(composed({ cwd: '/x' }).cwd).toBe('/x');
    expect(() => composed({ cwd: 'x' })).toThrow(/not an absolute path/);
  });

  test('no new privileges can be asked for, not given back', () => {
    expect(composed({ noNewPrivileges: true }).noNewPrivileges).toBe(true);
    expect(composeProcess({ ...own, noNewPrivileges: true }, verb).noNewPrivileges).toBe(true);
  });
});

describe('--cgroup', () => {
  const paths = { memory: '/cg/memory/c1', cpu: '/cg/cpu/c1' };

  test.each([
    [[], paths],
    [['sub'], { memory: '/cg/memory/c1/sub', cpu: '/cg/cpu/c1/sub' }],
    [['cpu:/a/b'], { memory: '/cg/memory/c1', cpu: '/cg/cpu/c1/a/b' }],
    [['cpu,memory:x'], { memory: '/cg/memory/c1/x', cpu: '/cg/cpu/c1/x' }],
    [['/'], paths],
  ])('%j', (options, expected) => {
    expect(subCgroups(paths, options)).toEqual(expected);
  });

  test('never leads out of the container', () => {
    expect(() => subCgroups(paths, ['../c2'])).toThrow(/not a sub cgroup path/);
    expect(() => subCgroups(paths, ['pids:x'])).toThrow(/unknown controller "pids"/);
  });
});

describe('a container on v2', () => {
  const unified = { cgroup_paths: { '': '/sys/fs/cgroup/x/c1' } };
  const cgroup = async (files: Record<string, string>, changes: Partial<ExecVerb> = {}) => {
    const hands = await run(hostWith('running', unified, { files }), changes);
    return hands.ops.flatMap((op) => (op.op === 'open' && op.into === 'cgroup:unified' ? [op.path] : []));
  };
  const control = '/sys/fs/cgroup/x/c1/cgroup.subtree_control';
  const moved = {
    '/proc/self/mountinfo': '30 31 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
    '/proc/42/cgroup': '0::/x/c1/init.scope\n',
  };

  test('has others beside its first process', async () => {
    expect(await cgroup({ ...moved })).toEqual(['/sys/fs/cgroup/x/c1']);
    expect(await cgroup({ ...moved, [control]: 'cpu pids\n' })).toEqual(['/sys/fs/cgroup/x/c1']);
  });

  test('that hands controllers down has them where the first process went', async () => {
    const files = { ...moved, [control]: 'cpu memory\n' };
    expect(await cgroup(files)).toEqual(['/sys/fs/cgroup/x/c1/init.scope']);
    expect(await cgroup(files, { cgroup: ['own'] })).toEqual(['/sys/fs/cgroup/x/c1/own']);
    // Somewhere else: then the kernel says what is wrong.
    expect(await cgroup({ ...files, '/proc/42/cgroup': '0::/y\n' })).toEqual(['/sys/fs/cgroup/x/c1']);
  });
});

describe('security modules', () => {
  test('are looked for only if there is a label', async () => {
    expect((await run(hostWith('running'))).batches).toHaveLength(1);
    await expect(run(hostWith('running'), { apparmor: 'p' })).rejects.toThrow('this kernel has no AppArmor');
  });

  test('that are there get it', async () => {
    const files = { '/sys/module/apparmor/parameters/enabled': 'Y\n', '/sys/fs/selinux/enforce': '0' };
    const hands = await run(hostWith('running', {}, { files }), { apparmor: 'p', processLabel: 'l' });
    const stub = hands.executed[0]?.plan.stubs[0] ?? [];
    const texts = stub.flatMap((op) => (op.op === 'writeSelf' ? [op.text] : []));
    expect(texts).toEqual(expect.arrayContaining(['exec p', 'l']));
  });
});
