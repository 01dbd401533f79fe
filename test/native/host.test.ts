import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Bench, buildLauncher, finished, launcher } from './launcher.ts';

beforeAll(buildLauncher, 120_000);

const root = process.getuid?.() === 0;
const freezer = '/sys/fs/cgroup/freezer';
const v2 = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((path) =>
  existsSync(join(path, 'cgroup.controllers')),
);

const planned = (plan: string): string => `
  const op = (op, args, more) => ({ op, origin: 'test.' + op, ...args, ...more });
  const plan = { hands: [], stubs: [], teardown: [], ...${plan} };
  const result = await hands.execute(plan, { code: 0, stdout: '', stderr: '', report: true });
  const captured = Buffer.from(result.captured).toString();
  return { code: 0, stderr: '', stdout: JSON.stringify({ ...result, captured }) };
`;

interface Reported {
  readonly ok: boolean;
  readonly captured: string;
  readonly failures: readonly Record<string, string | number>[];
}

async function execute(plan: string): Promise<Reported> {
  using bench = new Bench();
  const outcome = await bench.run(planned(plan));
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(outcome.stdout);
}

/** A cgroup with one below it and a process in each. */
class Cgroup implements Disposable {
  readonly path: string;
  readonly below: string;
  readonly pids: string[];

  constructor(hierarchy: string) {
    this.path = join(hierarchy, `railcar-test-${process.pid}`);
    this.below = join(this.path, 'below');
    mkdirSync(this.below, { recursive: true });
    this.pids = [this.path, this.below].map((path) => {
      const pid = execFileSync('/bin/sh', ['-c', 'sleep 60 >&- 2>&- & echo $!'], { encoding: 'utf8' }).trim();
      writeFileSync(join(path, 'cgroup.procs'), pid);
      return pid;
    });
  }

  alive(): boolean {
    return this.pids.some(
      (pid) => existsSync(`/proc/${pid}`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8')),
    );
  }

  [Symbol.dispose](): void {
    for (const path of [this.below, this.path]) if (existsSync(path)) rmdirSync(path);
  }
}

describe.runIf(root)('cgroups', () => {
  for (const [name, hierarchy] of [
    ['v1', existsSync(freezer) ? freezer : undefined],
    ['v2', v2],
  ] as const) {
    test.runIf(hierarchy)(
      `${name}: are made, found occupied, killed and removed with those below`,
      async () => {
        using group = new Cgroup(hierarchy ?? '');
        const path = JSON.stringify(group.path);
        const occupied = await execute(
          `{ hands: [op('cgroupMake', { path: ${path} + '/a/b', into: 'made' }), op('cgroupEmpty', { dir: 'made' }),
           op('cgroupMake', { path: ${path}, into: 'top' }), op('cgroupEmpty', { dir: 'top' })] }`,
        );
        expect(occupied.failures).toMatchObject([{ index: 3, errno: 39, op: 'cgroupEmpty' }]);
        expect(group.alive()).toBe(true);
        const busy = await execute(`{ hands: [op('cgroupRemove', { path: ${path}, deadline: 30 })] }`);
        expect(busy.failures).toMatchObject([{ errno: 16, op: 'cgroupRemove' }]);
        const done = await execute(
          `{ hands: [op('cgroupKill', { path: ${path}, signal: 9, deadline: 5000 }),
           op('cgroupRemove', { path: ${path}, deadline: 5000 }), op('cgroupRemove', { path: ${path}, deadline: 0 }),
           op('cgroupKill', { path: ${path}, signal: 9, deadline: 0 })] }`,
        );
        expect(done).toMatchObject({ ok: true, failures: [] });
        expect(group.alive()).toBe(false);
        expect(existsSync(group.path)).toBe(false);
      },
    );
  }

  test.runIf(v2)('v2: a device filter that the kernel refuses is told with its reason', async () => {
    using group = new Cgroup(v2 ?? '');
    const attach = (...bytes: number[]) =>
      execute(`{ hands: [op('cgroupMake', { path: ${JSON.stringify(group.path)}, into: 'made' }),
        op('deviceFilter', { dir: 'made', filter: new Uint8Array(${JSON.stringify(bytes)}) })] }`);
    const exit = [0x95, 0, 0, 0, 0, 0, 0, 0];
    const allow = [0xb4, 0, 0, 0, 1, 0, 0, 0];
    expect((await attach(...exit)).failures).toMatchObject([
      {
        op: 'deviceFilter',
        errno: 13,
        step: 'bpf',
        subject: 'BPF_PROG_LOAD',
        detail: expect.stringContaining('R0 !read_ok'),
      },
    ]);
    expect(await attach(...allow, ...exit)).toMatchObject({ ok: true });
    for (const path of [group.below, group.path]) writeFileSync(join(path, 'cgroup.kill'), '1');
    await expect.poll(() => group.alive()).toBe(false);
  });

  test.runIf(existsSync(freezer))(
    'v1: a frozen cgroup is killed, and other signals leave it frozen',
    async () => {
      using group = new Cgroup(freezer);
      const path = JSON.stringify(group.path);
      writeFileSync(join(group.path, 'freezer.state'), 'FROZEN');
      const signalled = await execute(
        `{ hands: [op('awaitContent', { path: ${path} + '/freezer.state', text: 'FROZEN', deadline: 2000 }),
         op('cgroupKill', { path: ${path}, signal: 15, deadline: 0 })] }`,
      );
      expect(signalled.ok).toBe(true);
      expect(group.alive()).toBe(true);
      const killed = await execute(
        `{ hands: [op('cgroupKill', { path: ${path}, signal: 9, deadline: 5000 }), op('cgroupRemove', { path: ${path}, deadline: 5000 })] }`,
      );
      expect(killed).toMatchObject({ ok: true, failures: [] });
      expect(group.alive()).toBe(false);
    },
  );
});

test('a file that has nothing but a newline can be told from one that has something', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'railcar-filled-'));
  try {
    writeFileSync(join(folder, 'empty'), '\n');
    writeFileSync(join(folder, 'filled'), '0-1\n');
    const look = (name: string) =>
      execute(`{ hands: [op('cgroupFilled', { path: ${JSON.stringify(join(folder, name))} })] }`);
    expect(await look('filled')).toMatchObject({ ok: true, failures: [] });
    expect((await look('empty')).failures).toMatchObject([{ errno: 61, op: 'cgroupFilled' }]);
    expect((await look('missing')).failures).toMatchObject([{ errno: 2, op: 'cgroupFilled' }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe.runIf(root)('user namespaces', () => {
  const look = `op('capture', { path: '/bin/sh', args: ['sh', '-c',
    'for fd in /proc/$PPID/fd/*; do case $(readlink $fd) in user:*) exec nsenter --user=$fd cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups;; esac; done'],
    env: ['PATH=/bin:/usr/bin'] })`;

  test('get their maps', async () => {
    const result = await execute(
      `{ hands: [op('userns', { uidMap: '0 1000 10\\n10 5000 5\\n', gidMap: '0 2000 1\\n', denySetgroups: 0, tools: 0, into: 'user' }), ${look}] }`,
    );
    expect(result.failures).toEqual([]);
    expect(result.captured.trim().split(/\s+/)).toEqual([
      '0',
      '1000',
      '10',
      '10',
      '5000',
      '5',
      '0',
      '2000',
      '1',
      'allow',
    ]);
  });

  test('are told of a map that the kernel refuses', async () => {
    const result = await execute(
      `{ hands: [op('userns', { uidMap: '0 1000 0\\n', gidMap: '0 0 1\\n', denySetgroups: 1, tools: 0, into: 'user' })] }`,
    );
    expect(result.failures).toMatchObject([{ op: 'userns', step: 'write', errno: 22 }]);
  });

  test.runIf(existsSync('/usr/bin/newuidmap'))(
    'are mapped by the tools, whose words become the detail',
    async () => {
      const result = await execute(
        `{ hands: [op('userns', { uidMap: '0 9 1', gidMap: '0 9 1', denySetgroups: 0, tools: 1, into: 'user' }), ${look}] }`,
      );
      if (result.ok) expect(result.captured).toMatch(/^\s+0\s+9\s+1\n\s+0\s+9\s+1\n/);
      else
        expect(result.failures).toMatchObject([
          { op: 'userns', step: 'exit', detail: expect.stringContaining('newuidmap') },
        ]);
    },
  );
});

/** A container on a terminal without a root file system of its own: the host's devpts serves. */
const terminal = (text: string): string => `
  const op = (op, args, more) => ({ op, origin: 'test.' + op, ...args, ...more });
  const plan = {
    hands: [op('rawTerminal', {}), op('spawn', { program: 0, pass: [], preserve: 0 }), op('await', { barrier: 'cloned' }),
      op('receive', { into: 'console' }), op('awaitExec', {})],
    stubs: [[op('clone', { namespaces: [], cgroup: null }), op('setsid', {}), op('openRoot', { into: 'root' }),
      op('pty', { root: 'root', rows: 11, columns: 22, uid: request.numbers.uid, socket: null, console: 0 }),
      op('resolve', { name: '/bin/sh', path: '' }),
      op('exec', { args: ['sh', '-c', ${JSON.stringify(text)}], env: ['PATH=/bin:/usr/bin'], home: 2 ** 32, listenPid: 0, preserve: 0 })]],
    teardown: [] };
  const result = await hands.execute(plan, { code: 0, stdout: '', stderr: '', monitor: { console: 'console' } });
  return result && { code: 1, stdout: JSON.stringify(result), stderr: '' };
`;

describe.runIf(root)('a terminal', () => {
  /** The launcher on a terminal of its own, made by script(1). */
  const onTerminal = (bench: Bench, text: string, more = '') =>
    finished('script', [
      '-qec',
      `stty rows 33 cols 77; ${launcher} ${bench.script(terminal(text))}; echo code $?; ${more}`,
      '/dev/null',
    ]);

  test('is the size of the caller’s, and all that is written last is shown', async () => {
    using bench = new Bench();
    // The launcher copies the size when the program runs, and so may be later than its first line.
    const size = 'for i in $(seq 500); do [ "$(stty size)" = "33 77" ] && break; done; stty size';
    const { stdout } = await onTerminal(bench, `tty >/dev/null && ${size}; seq 1 30000; exit 7`);
    expect(stdout).toContain('33 77\r\n');
    expect(stdout).toContain('\n29999\r\n30000\r\ncode 7\r\n');
  });

  test('is raw while the container lives and restored afterwards', async () => {
    using bench = new Bench();
    const { stdout } = await onTerminal(
      bench,
      // The launcher makes it raw when the program runs, and so may be later than its first line.
      `for i in $(seq 500); do stty -a <"$(readlink /proc/$PPID/fd/0)" | grep -o -e '-icanon' && break; done; kill -9 $$`,
      'stty -a | grep -o " icanon"',
    );
    expect(stdout).toMatch(/-icanon\r\ncode 137\r\n icanon\r\n/);
  });

  test('leaves the caller’s descriptors blocking', async () => {
    using bench = new Bench();
    const { stdout } = await onTerminal(bench, 'exit 0', 'grep flags /proc/self/fdinfo/0');
    expect(Number.parseInt(/flags:\s+(\d+)/.exec(stdout)?.[1] ?? '4000', 8) & 0o4000).toBe(0);
  });

  test('works with pipes instead of a terminal, and after its reader is gone', async () => {
    using bench = new Bench();
    const layer = bench.script(terminal('cat; echo done; seq 1 100000; exit 3'));
    const { stdout } = await finished('/bin/sh', [
      '-c',
      `{ printf 'typed\\n\\004' | "$0" "$1"; echo "code $?" >&3; } 3>${bench.file('code')} | head -c 20`,
      launcher,
      layer,
    ]);
    expect(stdout).toContain('typed');
    expect(readFileSync(bench.file('code'), 'utf8')).toBe('code 3\n');
  });
});

test('nothing of these tests is left in cgroups', () => {
  for (const hierarchy of [freezer, v2].filter((path) => path !== undefined && existsSync(path))) {
    expect(readdirSync(hierarchy ?? '')).not.toContain(`railcar-test-${process.pid}`);
  }
});
