import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Bench, buildLauncher, finished, launcher } from './launcher.ts';

beforeAll(buildLauncher, 120_000);

const source = (path: string): string => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);

/** A layer that executes a plan and prints what comes back. */
const report = (plan: string): string => `
  const op = (op, args, more) => ({ op, origin: 'test.' + op, ...args, ...more });
  const plan = { hands: [], stubs: [], teardown: [], ...${plan} };
  const result = await hands.execute(plan, { code: 0, stdout: '', stderr: '', report: true });
  const captured = Buffer.from(result.captured).toString();
  return { code: 0, stderr: '', stdout: JSON.stringify({ ...result, captured }) };
`;

interface Reported {
  ok: boolean;
  captured: string;
  failures: Record<string, string | number>[];
}

async function execute(bench: Bench, plan: string, during?: (pid: number) => void): Promise<Reported> {
  const outcome = await bench.run(report(plan), during ? { during } : {});
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(outcome.stdout);
}

describe('request and reads', () => {
  test('the request tells who called, and how', async () => {
    using bench = new Bench();
    const outcome = await bench.run(
      `return { code: 7, stderr: 'err', stdout: JSON.stringify({ ...request, numbers: Object.fromEntries(
         Object.entries(request.numbers).map(([name, value]) => [name, String(value)])) }) };`,
      { cwd: bench.path },
    );
    expect(outcome).toMatchObject({ code: 7, signal: null, stderr: 'err' });
    const request = JSON.parse(outcome.stdout);
    expect(request.argv[0]).toBe(launcher);
    expect(request.env).toContain(`PATH=${process.env.PATH}`);
    expect(request.cwd).toBe(bench.path);
    expect(request.cgroups).toBe(readFileSync('/proc/self/cgroup', 'utf8'));
    expect(request.release).toBe(readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim());
    expect(request.numbers).toMatchObject({
      uid: String(process.getuid?.()),
      egid: String(process.getegid?.()),
      umask: String(process.umask()),
      userNamespace: String(statSync('/proc/self/ns/user').ino),
      capabilities: String(
        BigInt(`0x${/CapEff:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`),
      ),
    });
    expect(Math.abs(Number(request.numbers.now) - Date.now())).toBeLessThan(60_000);
  });

  test('every kind of read is answered', async () => {
    using bench = new Bench();
    const outcome = await bench.run(
      `const fs = await import('node:fs');
       for (const name of ['a', 'b']) { fs.mkdirSync(dir + '/' + name); fs.writeFileSync(dir + '/' + name + '/f', name); }
       fs.mkdirSync(dir + '/c'); fs.symlinkSync('/to', dir + '/link');
       fs.symlinkSync('a', dir + '/other');
       const reads = [
         { kind: 'FILE', path: '/proc/self/comm' }, { kind: 'LIST', path: dir + '/a' },
         { kind: 'STAT', path: '/dev/null' }, { kind: 'LINK', path: dir + '/link' }, { kind: 'STDIN', path: '' },
         { kind: 'EACH', path: dir, name: 'f' }, { kind: 'BELOW', path: dir, name: 'f' },
         { kind: 'EXISTS', path: dir + '/link' }, { kind: 'EXISTS', path: dir + '/none' },
         { kind: 'FILE', path: '/etc/passwd', max: 3 }, { kind: 'FILE', path: dir }, { kind: 'LIST', path: '/none' },
         { kind: 'WRITABLE', path: dir }, { kind: 'WRITABLE', path: dir + '/a/f' },
         { kind: 'WRITABLE', path: '/none' }, { kind: 'WRITABLE', path: '/proc/version' } ];
       const answers = await hands.read(reads);
       return { code: 0, stderr: '', stdout: JSON.stringify(
         answers.map(({ errno, items }) => [errno, ...items.map((item) => Buffer.from(item).toString())])) };`,
      { input: 'typed' },
    );
    const answers: (string | number)[][] = JSON.parse(outcome.stdout);
    const stat = statSync('/dev/null');
    expect(answers[2]?.[1]).toMatch(
      new RegExp(`^${stat.mode} ${stat.uid} ${stat.gid} 1 3 ${stat.ino} 0 \\d+ \\d+$`),
    );
    expect(answers[5]?.slice(1).sort()).toEqual(['a', 'a', 'b', 'b']);
    expect(String(answers[6]?.[1]).split('').sort().join('')).toBe('ab');
    expect(answers.filter((_, index) => ![2, 5, 6].includes(index))).toEqual([
      [0, 'railcar\n'],
      [0, 'f'],
      [0, '/to'],
      [0, 'typed'],
      [0],
      [2],
      [27],
      [21],
      [2],
      [0],
      [0],
      [2],
      // Root may write to whatever takes it; for anybody else the mode decides.
      [process.getuid?.() === 0 ? 0 : 13],
    ]);
  });

  test('the end is printed, logged and returned as told', async () => {
    using bench = new Bench();
    writeFileSync(bench.file('log'), 'before\n');
    const outcome = await bench.run(
      `return { code: 3, stdout: 'o'.repeat(300000), stderr: 'e', log: { path: dir + '/log', text: 'after\\n' } };`,
    );
    expect(outcome).toEqual({ code: 3, signal: null, stdout: 'o'.repeat(300000), stderr: 'e' });
    expect(readFileSync(bench.file('log'), 'utf8')).toBe('before\nafter\n');
  });
});

describe('plans', () => {
  test('what a plan made stays if it succeeds', async () => {
    using bench = new Bench();
    const result = await execute(
      bench,
      `{ hands: [
        op('mkdirAll', { path: dir + '/x/y', mode: 0o711 }),
        op('writeFile', { path: dir + '/x/y/f', mode: 0o640, text: ['self=', { variable: 'self' }] }),
        op('write', { path: dir + '/x/y/f', text: 'SELF' }),
        op('mkfifo', { path: dir + '/fifo', mode: 0o622, uid: request.numbers.uid, gid: request.numbers.gid }),
      ] }`,
    );
    expect(result).toEqual({ ok: true, captured: '', failures: [] });
    expect(readFileSync(bench.file('x/y/f'), 'utf8')).toMatch(/^SELF=\d+$/);
    expect(statSync(bench.file('x/y/f')).mode & 0o7777).toBe(0o640);
    expect(statSync(bench.file('x/y')).mode & 0o7777).toBe(0o711);
    expect(statSync(bench.file('fifo')).mode & 0o7777).toBe(0o622);
  });

  test('a failing plan is undone, newest first, and says what failed', async () => {
    using bench = new Bench();
    const result = await execute(
      bench,
      `{ hands: [
        op('mkdir', { path: dir + '/d', mode: 0o700 }, { undo: [op('removeTree', { path: dir + '/d' })] }),
        op('writeFile', { path: dir + '/d/f', mode: 0o600, text: 'x' },
          { undo: [op('unlink', { path: dir + '/d/f' }), op('unlink', { path: dir + '/d/f' })] }),
        op('mkdir', { path: dir + '/d', mode: 0o700 }, { undo: [op('unlink', { path: '/never' })] }),
      ] }`,
    );
    const none = { status: 0, detail: '' };
    expect(result).toEqual({
      ok: false,
      captured: '',
      failures: [
        {
          ...none,
          program: 0,
          index: 2,
          errno: 17,
          op: 'mkdir',
          origin: 'test.mkdir',
          step: 'mkdir',
          subject: bench.file('d'),
        },
        {
          ...none,
          program: 1,
          index: 2,
          errno: 2,
          op: 'unlink',
          origin: 'test.unlink',
          step: 'unlink',
          subject: bench.file('d/f'),
        },
      ],
    });
    expect(existsSync(bench.file('d'))).toBe(false);
  });

  test('or-else goes on after the errnos it names, and only then', async () => {
    using bench = new Bench();
    const result = await execute(
      bench,
      `{ hands: [
        op('unlink', { path: dir + '/none' }, { orElse: { on: ['ENOENT'], do: [
          op('mkdir', { path: dir + '/branch', mode: 0o700 }, { undo: [op('removeTree', { path: dir + '/branch' })] }) ] } }),
        op('mkdir', { path: dir + '/main', mode: 0o700 }, { orElse: { on: ['EEXIST'], do: [op('unlink', { path: '/never' })] } }),
        op('unlink', { path: dir + '/none' }, { orElse: { on: ['EEXIST'], do: [] } }),
      ] }`,
    );
    expect(result.failures).toMatchObject([{ program: 0, index: 4, errno: 2 }]);
    expect(existsSync(bench.file('branch'))).toBe(false);
    expect(existsSync(bench.file('main'))).toBe(true);
  });

  test('a plan that does not decode whole is refused, and nothing of it is executed', async () => {
    using bench = new Bench();
    const outcome = await bench.run(`
      const { encodePlan } = await import(${source('plan/encode.ts')});
      const { ByteWriter } = await import(${source('execute/bytes.ts')});
      const ops = [{ op: 'mkdir', origin: 'o', path: dir + '/d', mode: 0o700 }];
      const { programs } = encodePlan({ hands: ops, stubs: [[{ op: 'setsid', origin: 'o' }]], teardown: [] });
      // The last program is the stub's: its only operation gets a number that no table has.
      const stub = Buffer.from(programs.at(-1));
      stub.writeUInt16LE(9999, 4 + 4 + 4 + 5);
      const out = new ByteWriter();
      out.sized(() => {
        out.u8(12);
        out.list([...programs.slice(0, -1), stub], (program) => out.bytes(program));
        out.u64(0);
        for (let field = 0; field < 4; field++) out.string('');
        out.list([0, 0xffff, 0], (number) => out.u64(number));
      });
      await transport.write(out.finish());
      const size = Buffer.from(await transport.read(4)).readUInt32LE();
      return { code: 0, stderr: '', stdout: Buffer.from(await transport.read(size)).toString('latin1') };
    `);
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain('unknown operation');
    expect(outcome.stdout).toContain('decode');
    expect(existsSync(bench.file('d'))).toBe(false);
  });

  test('a lock that another holds is waited for until the deadline', async () => {
    using bench = new Bench();
    writeFileSync(bench.file('lock'), '');
    const start = Date.now();
    const result = await execute(
      bench,
      `{ hands: [
        op('open', { path: dir + '/lock', flags: ['rdwr'], mode: 0, into: 'a' }), op('lock', { file: 'a', deadline: 0 }),
        op('open', { path: dir + '/lock', flags: ['rdwr'], mode: 0, into: 'b' }), op('lock', { file: 'b', deadline: 300 }),
      ] }`,
    );
    expect(result.failures).toMatchObject([{ index: 3, errno: 11, op: 'lock' }]);
    expect(Date.now() - start).toBeGreaterThanOrEqual(300);
  });

  test('a socket with a long path is connected to', async () => {
    using bench = new Bench();
    const result = await execute(
      bench,
      `await (async () => {
        const fs = await import('node:fs'); const net = await import('node:net');
        const long = dir + '/' + 'l'.repeat(150); fs.mkdirSync(long);
        process.chdir(long); await new Promise((done) => net.createServer().listen('s', done).unref());
        return { hands: [op('connect', { path: long + '/s', into: 's' }), op('connect', { path: dir + '/none', into: 's' })] };
      })()`,
    );
    expect(result.failures).toMatchObject([{ index: 1, errno: 2, op: 'connect' }]);
  });

  test('hooks get their input and environment; a warning is reported and stops nothing', async () => {
    using bench = new Bench();
    const result = await execute(
      bench,
      `{ hands: [
        op('hook', { path: '/bin/sh', args: ['sh', '-c', 'cat > ' + dir + '/in; env > ' + dir + '/env'], env: ['A=b'],
          timeout: 0, stdin: ['pid ', { variable: 'self' }], severity: 'fatal' }),
        op('hook', { path: '/bin/sh', args: ['sh', '-c', 'echo why >&2; exit 3'], env: [], timeout: 0, stdin: '', severity: 'warn' }),
        op('capture', { path: '/bin/echo', args: ['echo', 'out'], env: [] }),
        op('hook', { path: '/bin/sleep', args: ['sleep', '100'], env: [], timeout: 50, stdin: '', severity: 'fatal' }),
      ] }`,
    );
    expect(result).toMatchObject({ ok: false, captured: 'out\n' });
    expect(result.failures).toMatchObject([
      { index: 1, errno: 0, status: 3 << 8, detail: 'why\n' },
      { index: 3, errno: 110, step: 'timeout' },
    ]);
    expect(readFileSync(bench.file('in'), 'utf8')).toMatch(/^pid \d+$/);
    expect(readFileSync(bench.file('env'), 'utf8')).toMatch(/^A=b$/m);
  });

  test('a process is found by pid and start time, signalled and waited for', async () => {
    using bench = new Bench();
    const result = await execute(
      bench,
      `await (async () => {
        const fs = await import('node:fs'); const { spawn } = await import('node:child_process');
        const { pid } = spawn('/bin/sleep', ['100']);
        const start = Number(fs.readFileSync('/proc/' + pid + '/stat', 'utf8').split(') ')[1].split(' ')[19]);
        return { hands: [
          op('pidfd', { pid, startTime: start, into: 'p' }),
          op('pidfd', { pid, startTime: 0, into: 'q' }),
          op('waitExit', { process: 'p', deadline: 20 }, { orElse: { on: ['EPERM'], do: [] } }),
        ].slice(0, 2).concat([
          op('signal', { process: 'p', signal: 9 }), op('waitExit', { process: 'q', deadline: 5000 }),
          op('pidfd', { pid, startTime: start + 1, into: 'r' }) ]) };
      })()`,
    );
    expect(result.failures).toMatchObject([{ index: 4, errno: 3, op: 'pidfd' }]);
  });
});

describe('a fifo', () => {
  const fifo = (more: string): string => `await (async () => {
    const { spawn, execFileSync } = await import('node:child_process');
    execFileSync('mkfifo', [dir + '/exec.fifo']);
    ${more}
    return { hands: [
      op('pidfd', { pid: child.pid, startTime: 0, into: 'p' }),
      op('readFifo', { path: dir + '/exec.fifo', process: 'p' }) ] };
  })()`;

  test('is read to its end and removed', async () => {
    using bench = new Bench();
    const result = await execute(
      bench,
      fifo(`const child = spawn('/bin/sh', ['-c', 'exec 3> ' + dir + '/exec.fifo; sleep 0.2; exec 3>&-; exec sleep 5']);
      await new Promise((wake) => setTimeout(wake, 200));`),
    );
    expect(result).toMatchObject({ ok: true });
    expect(existsSync(bench.file('exec.fifo'))).toBe(false);
  });

  test('whose writer dies first is an error and not a hang', async () => {
    using bench = new Bench();
    const result = await execute(bench, fifo(`const child = spawn('/bin/sleep', ['0.3']);`));
    expect(result.failures).toMatchObject([{ errno: 3, op: 'readFifo' }]);
  });
});

describe('signals', () => {
  test('a signal during a plan undoes it', async () => {
    using bench = new Bench();
    const outcome = await bench.run(
      report(`{ hands: [
        op('mkdir', { path: dir + '/d', mode: 0o700 }, { undo: [
          op('hook', { path: '/bin/sleep', args: ['sleep', '0.1'], env: [], timeout: 0, stdin: '', severity: 'fatal' }),
          op('removeTree', { path: dir + '/d' })] }),
        op('hook', { path: '/bin/sleep', args: ['sleep', '100'], env: [], timeout: 0, stdin: '', severity: 'fatal' }),
      ] }`),
      {
        during: async (pid) => {
          while (!existsSync(bench.file('d'))) await new Promise((wake) => setTimeout(wake, 10));
          process.kill(pid, 'SIGTERM');
        },
      },
    );
    expect(outcome.code).toBe(128 + 15);
    expect(outcome.stderr).toBe('railcar: interrupted by SIGTERM\n');
    expect(existsSync(bench.file('d'))).toBe(false);
  });
});

describe('the Node layer', () => {
  test('that dies before a plan is an error', async () => {
    using bench = new Bench();
    const outcome = await bench.run('process.exit(5);');
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(
      /^railcar: cannot talk to the Node layer ".*": it ended with exit status 5\n$/,
    );
  });

  test('that dies while its plan fails leaves the plain words', async () => {
    using bench = new Bench();
    const outcome = await bench.run(`
      const op = (op, args, more) => ({ op, origin: 'a.b', ...args, ...more });
      void hands.execute({ hands: [
        op('mkdir', { path: dir + '/d', mode: 0o700 }, { undo: [op('removeTree', { path: dir + '/d' })] }),
        op('capture', { path: '/bin/sh', args: ['sh', '-c', 'kill -9 ' + process.pid + '; sleep 0.1'], env: [] }),
        op('unlink', { path: dir + '/none' }) ], stubs: [], teardown: [] }, { code: 0, stdout: '', stderr: '' });
      await new Promise(() => setInterval(() => {}, 1000));`);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toBe(
      `railcar: a.b: cannot unlink "${bench.file('none')}": no such file or directory (ENOENT)\n`,
    );
    expect(existsSync(bench.file('d'))).toBe(false);
  });

  test('that fails makes exec end as a failing exec does', async () => {
    using bench = new Bench();
    const ends = (body: string) => finished(launcher, ['--debug', 'exec', bench.script(body)]);
    expect((await ends('process.exit(5);')).code).toBe(255);
    const failing = `
      void hands.execute({ hands: [
        { op: 'capture', path: '/bin/sh', args: ['sh', '-c', 'kill -9 ' + process.pid], env: [], origin: 'a' },
        { op: 'unlink', path: dir + '/none', origin: 'a' } ], stubs: [], teardown: [] },
        { code: 0, stdout: '', stderr: '' });
      await new Promise(() => setInterval(() => {}, 1000));`;
    expect((await ends(failing)).code).toBe(255);
  });

  test('that never answers ends with the launcher', async () => {
    using bench = new Bench();
    const outcome = await bench.run(
      `const fs = await import('node:fs');
       fs.writeFileSync(dir + '/new', String(process.pid));
       fs.renameSync(dir + '/new', dir + '/pid');
       await new Promise(() => setInterval(() => {}, 1000));`,
      {
        during: async (pid) => {
          while (!existsSync(bench.file('pid'))) await new Promise((wake) => setTimeout(wake, 10));
          process.kill(pid, 'SIGTERM');
        },
      },
    );
    expect(outcome.signal).toBe('SIGTERM');
    const stat = `/proc/${readFileSync(bench.file('pid'), 'utf8')}/stat`;
    await vi.waitFor(
      () => expect(existsSync(stat) ? readFileSync(stat, 'utf8') : ' Z ').toContain(' Z '),
      10_000,
    );
  });

  test('that breaks the protocol is left', async () => {
    using bench = new Bench();
    const outcome = await bench.run(
      `await transport.write(Buffer.from([1, 0, 0, 0, 99])); await new Promise(() => setInterval(() => {}, 1000));`,
    );
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(
      /^railcar: cannot talk to the Node layer ".*": protocol error \(EPROTO\)\n$/,
    );
  });

  test('gets nothing of the caller but its socket', async () => {
    using bench = new Bench();
    const outcome = await finished('/bin/sh', [
      '-c',
      `exec 7</etc/passwd; X=1 exec "$0" "$1"`,
      launcher,
      bench.script(`
      const fs = await import('node:fs');
      const fds = fs.readdirSync('/proc/self/fd').map(Number).filter((fd) => fd < 12).sort((a, b) => a - b);
      const open = fds.map((fd) => { try { return fd + ' ' + fs.readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } });
      return { code: 0, stderr: '', stdout: JSON.stringify({ open, env: fs.readFileSync('/proc/self/environ', 'utf8') }) };`),
    ]);
    const { open, env } = JSON.parse(outcome.stdout);
    expect(env).toBe('');
    expect(open.slice(0, 3)).toEqual(['0 /dev/null', '1 /dev/null', '2 /dev/null']);
    expect(open[3]).toMatch(/^3 socket:/);
    expect(open.join()).not.toContain('passwd');
  });
});
