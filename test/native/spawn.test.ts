import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Bench, buildLauncher, finished, launcher } from './launcher.ts';

beforeAll(buildLauncher, 120_000);

/** Plans around a stub that makes no namespace, so that no privilege is needed: it becomes `sh -c text`. */
const spawning = (text: string, more = '{}', finish = '{}'): string => `
  const op = (op, args, more) => ({ op, origin: 'test.' + op, ...args, ...more });
  const shell = (text, before = []) => [
    op('clone', { namespaces: [], cgroup: null }), ...before,
    op('resolve', { name: '/bin/sh', path: '' }),
    op('exec', { args: ['sh', '-c', text], env: ['PATH=/bin:/usr/bin'], home: 2 ** 32, listenPid: 0, preserve: 0 }),
  ];
  const spawn = op('spawn', { program: 0, pass: [], preserve: 0 });
  const cloned = op('await', { barrier: 'cloned' });
  const awaitExec = op('awaitExec', {});
  const plan = { hands: [spawn, cloned, awaitExec], stubs: [shell(${JSON.stringify(text)})], teardown: [], ...${more} };
  const finish = { code: 0, stdout: '', stderr: '', ...${finish} };
  const result = await hands.execute(plan, finish);
  return result && { code: 1, stdout: JSON.stringify(result), stderr: '' };
`;
const monitored = '{ monitor: { console: null } }';

/** Whether a process with this text in its command line is left. */
async function alive(text: string): Promise<boolean> {
  const { stdout } = await finished('/bin/ps', ['-eo', 'args']);
  return stdout.includes(text);
}

describe('a spawned process', () => {
  test('outlives the launcher, and no other process does', async () => {
    using bench = new Bench();
    const started = Date.now();
    const outcome = await finished(launcher, [
      bench.script(
        spawning(
          `exec <&- >&- 2>&-; echo $$ > ${bench.file('pid')}; exec sleep 3.14159`,
          `{ hands: [spawn, cloned, awaitExec,
             op('writeFile', { path: dir + '/told', mode: 0o600, text: [{ variable: 'pid' }, ' ', { variable: 'startTime' }] })] }`,
        ),
      ),
    ]);
    expect(outcome).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(Date.now() - started).toBeLessThan(3000);
    const [pid = '', start] = readFileSync(bench.file('told'), 'utf8').split(' ');
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    expect(fields[19]).toBe(start);
    expect(await alive(bench.path)).toBe(false);
    process.kill(Number(pid), 'SIGKILL');
  });

  test('finds default signals, an empty mask, and only the standard descriptors', async () => {
    using bench = new Bench();
    const layer = bench.script(
      spawning('grep -E "Sig(Blk|Ign)" /proc/self/status; ls /proc/self/fd', '{}', monitored),
    );
    const outcome = await finished('/bin/sh', [
      '-c',
      `trap '' HUP PIPE; exec 5</etc/passwd; exec "$0" "$1"`,
      launcher,
      layer,
    ]);
    expect(outcome.stdout).toMatch(/^SigBlk:\s+0+\nSigIgn:\s+0+\n0\n1\n2\n3\n$/);
  });

  test('inherits the descriptors it is to inherit, and one that was not passed is an error', async () => {
    using bench = new Bench();
    writeFileSync(bench.file('passed'), 'passed on');
    const plan = `{ hands: [{ ...spawn, preserve: 2 }, cloned, awaitExec],
      stubs: [[op('clone', { namespaces: [], cgroup: null }), op('resolve', { name: '/bin/sh', path: '' }),
        op('exec', { args: ['sh', '-c', 'cat <&4'], env: ['PATH=/bin'], home: 2 ** 32, listenPid: 0, preserve: 2 })]] }`;
    const layer = bench.script(spawning('', plan, monitored));
    const both = await finished('/bin/sh', [
      '-c',
      'exec 3</dev/null 4<"$2"; exec "$0" "$1"',
      launcher,
      layer,
      bench.file('passed'),
    ]);
    expect(both).toMatchObject({ code: 0, stdout: 'passed on' });
    const one = await finished('/bin/sh', ['-c', 'exec 3</dev/null; exec "$0" "$1"', launcher, layer]);
    expect(JSON.parse(one.stdout).failures).toMatchObject([
      { op: 'spawn', step: 'preserve', subject: '4', errno: 9 },
    ]);
  });

  test('that cannot be made is explained by the stub, and what was done is undone', async () => {
    using bench = new Bench();
    const outcome = await bench.run(
      spawning(
        '',
        `{ hands: [op('mkdir', { path: dir + '/d', mode: 0o700 }, { undo: [op('removeTree', { path: dir + '/d' })] }),
             spawn, cloned, awaitExec],
           stubs: [[op('clone', { namespaces: [], cgroup: null }), op('resolve', { name: '/none/such', path: '' })]] }`,
      ),
    );
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      ok: false,
      failures: [{ program: 3, index: 1, errno: 2, op: 'resolve', origin: 'test.resolve' }],
    });
    expect(existsSync(bench.file('d'))).toBe(false);
  });

  test('that dies without a word is told by its status', async () => {
    using bench = new Bench();
    const outcome = await bench.run(
      spawning(
        '',
        `{ hands: [spawn, cloned, op('hook', { path: '/bin/sh', args: ['sh', '-c', 'read pid; kill -9 $pid'], env: [],
             timeout: 0, stdin: [{ variable: 'pid' }, '\\n'], severity: 'fatal' }), op('await', { barrier: 'created' })],
           stubs: [shell('', [op('hold', { barrier: 'mounted' })])] }`,
      ),
    );
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      ok: false,
      failures: [{ program: 0, index: 3, op: 'await', step: 'stub', status: 9 }],
    });
  });

  test('is killed when a later operation fails', async () => {
    using bench = new Bench();
    const outcome = await bench.run(
      spawning(
        `echo $$ > "${bench.file('pid')}"; exec sleep 4.2424`,
        `{ hands: [spawn, cloned, awaitExec,
             op('hook', { path: '/bin/sh', args: ['sh', '-c', 'while ! [ -s ' + dir + '/pid ]; do :; done'], env: [], timeout: 5000, stdin: '', severity: 'fatal' }),
             op('unlink', { path: dir + '/none' })] }`,
      ),
    );
    expect(JSON.parse(outcome.stdout)).toMatchObject({ ok: false, failures: [{ op: 'unlink' }] });
    expect(existsSync(`/proc/${readFileSync(bench.file('pid'), 'utf8').trim()}`)).toBe(false);
  });

  test('meets the hands at barriers and gets the variables', async () => {
    using bench = new Bench();
    const outcome = await bench.run(
      spawning(
        '',
        `{ hands: [spawn, cloned, op('await', { barrier: 'mounted' }),
             op('writeFile', { path: dir + '/between', mode: 0o600, text: 'x' }), op('release', { barrier: 'mounted' }), awaitExec],
           stubs: [shell('cat ' + dir + '/between', [op('report', { barrier: 'mounted' }), op('hold', { barrier: 'mounted' })])] }`,
        monitored,
      ),
    );
    expect(outcome).toMatchObject({ code: 0, stdout: 'x' });
  });

  test('runs from a copy that nobody can write', async () => {
    using bench = new Bench();
    const before = readFileSync(launcher);
    const outcome = await bench.run(
      spawning(
        '',
        `{ hands: [spawn, cloned, op('await', { barrier: 'mounted' }),
             op('hook', { path: '/bin/sh', args: ['sh', '-c', 'read pid; exec /bin/dd if=/dev/zero of=/proc/$pid/exe bs=1 count=1 conv=notrunc'], env: [], timeout: 0,
               stdin: [{ variable: 'pid' }, '\\n'], severity: 'fatal' })],
           stubs: [shell('', [op('report', { barrier: 'mounted' }), op('hold', { barrier: 'mounted' })])] }`,
      ),
    );
    const { failures } = JSON.parse(outcome.stdout);
    expect(failures[0].detail).toMatch(/Operation not permitted|Text file busy/);
    expect(readFileSync(launcher)).toEqual(before);
  });
});

describe('the monitor', () => {
  for (const [text, code] of [
    ['exit 0', 0],
    ['exit 37', 37],
    ['kill -9 $$', 137],
    ['kill -15 $$', 143],
  ] as const) {
    test(`ends with ${code} after ${text}`, async () => {
      using bench = new Bench();
      expect((await bench.run(spawning(text, '{}', monitored))).code).toBe(code);
    });
  }

  test('runs the teardown afterwards, and says what fails there', async () => {
    using bench = new Bench();
    writeFileSync(bench.file('mark'), '');
    const outcome = await bench.run(
      spawning(
        `test -e ${bench.file('mark')} && exit 3`,
        `{ teardown: [op('unlink', { path: dir + '/none' }), op('unlink', { path: dir + '/mark' })] }`,
        monitored,
      ),
    );
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toBe(
      `railcar: test.unlink: cannot unlink "${bench.file('none')}": no such file or directory (ENOENT)\n`,
    );
    expect(existsSync(bench.file('mark'))).toBe(false);
  });

  test('passes signals on, has no Node process beside it, and is named', async () => {
    using bench = new Bench();
    const outcome = await bench.run(
      spawning(
        `trap 'echo got; exit 5' USR1; echo > ${bench.file('ready')}; while :; do sleep 0.02; done`,
        '{}',
        monitored,
      ),
      {
        during: async (pid) => {
          while (!existsSync(bench.file('ready'))) await new Promise((wake) => setTimeout(wake, 10));
          await new Promise((wake) => setTimeout(wake, 50));
          writeFileSync(bench.file('comm'), readFileSync(`/proc/${pid}/comm`));
          writeFileSync(
            bench.file('children'),
            (await finished('/bin/ps', ['-o', 'comm=', '--ppid', String(pid)])).stdout,
          );
          writeFileSync(bench.file('status'), readFileSync(`/proc/${pid}/status`));
          process.kill(pid, 'SIGUSR1');
        },
      },
    );
    expect(outcome).toMatchObject({ code: 5, stdout: 'got\n' });
    expect(readFileSync(bench.file('comm'), 'utf8')).toBe('railcar:monitor\n');
    expect(readFileSync(bench.file('children'), 'utf8')).toBe('sh\n');
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(bench.file('status'), 'utf8'))?.[1]);
    expect(rss).toBeLessThan(1024);
  });

  test('reaps what the process leaves behind', async () => {
    using bench = new Bench();
    const outcome = await bench.run(
      spawning(
        '(sleep 0.1; exit 9) & (exec sleep 0.05) & sleep 0.3; ps -o stat= --ppid $PPID | grep -c Z',
        '{}',
        monitored,
      ),
    );
    expect(outcome.stdout).toBe('0\n');
  });
});
