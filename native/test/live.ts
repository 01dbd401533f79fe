/**
 * The stub's operations on a live kernel: `make live`, as root. Each test is a program for the stub, executed by
 * `drive` (test/drive.c), and what came of it.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
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
import { after, test } from 'node:test';
import { encodePlan } from '../../src/plan/encode.ts';
import type { StubOp } from '../../src/plan/ops.ts';

const drive = process.argv[2] ?? '';
/** Numbers of system calls that an older kernel does not have. */
const deny = process.argv[3] ?? '';
const work = mkdtempSync(join(tmpdir(), 'railcar-live-'));
execFileSync('chmod', ['755', work]);
after(() => rmSync(work, { recursive: true, force: true }));

type Plain<T> = T extends StubOp ? Omit<T, 'origin'> & { readonly origin?: string } : never;
type Op = Plain<StubOp>;

interface Outcome {
  /** What the user's process printed. */
  readonly output: string;
  readonly reports: readonly string[];
  readonly failure: Failure | null;
  readonly status: number | null;
}

interface Failure {
  readonly index: number;
  readonly errno: number;
  readonly op: string;
  readonly origin: string;
  readonly step: string;
  readonly subject: string;
  readonly detail: string;
}

interface Drive {
  readonly slots?: Readonly<Record<string, string>>;
  readonly preserve?: number;
  /** Shell commands around the drive, such as descriptors that it inherits. */
  readonly shell?: string;
}

let programs = 0;

/** Executes a program of the stub. Slots are `name: kind:path`, as drive takes them. */
function stub(ops: readonly Op[], { slots = {}, preserve = 0, shell = 'exec "$@"' }: Drive = {}): Outcome {
  const complete = ops.map((op, index) => ({ ...op, origin: op.origin ?? `test[${index}]` }) as StubOp);
  const plan = encodePlan({ hands: [], stubs: [complete], teardown: [] });
  const file = join(work, `program.${programs++}`);
  writeFileSync(file, plan.programs[3] ?? '');
  const given = Object.entries(slots).map(([name, kind]) => `${plan.slots.get(name)}=${kind}`);
  const run = spawnSync('bash', ['--norc', '-c', shell, 'bash', drive, file, String(preserve), ...given], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ASAN_OPTIONS: 'detect_leaks=0', DENY: deny },
    timeout: 20_000,
  });
  return { ...parse(run.stdout), status: run.status, output: output(run.stdout) + run.stderr };
}

const protocol = /^(?:report (\d+)|failure .*|end|console .*)$/;

function output(text: string): string {
  return text
    .split('\n')
    .filter((line) => !protocol.test(line))
    .join('\n');
}

function parse(text: string): Pick<Outcome, 'reports' | 'failure'> {
  const lines = text.split('\n');
  const line = lines.find((one) => one.startsWith('failure '));
  const [head = '', op = '', origin = '', step = '', subject = '', detail = ''] = line?.split('|') ?? [];
  const [, index, errno] = head.split(' ');
  return {
    reports: lines.flatMap((one) => protocol.exec(one)?.[1] ?? []),
    failure: line ? { index: Number(index), errno: Number(errno), op, origin, step, subject, detail } : null,
  };
}

/** A root file system of busybox; `more` are shell commands that prepare it further, with R as its path. */
function rootfs(more = ''): string {
  const root = mkdtempSync(join(work, 'root-'));
  execFileSync('sh', [
    '-ec',
    `R=$1; chmod 755 $R; mkdir -p $R/bin $R/etc $R/dev $R/proc $R/sys $R/tmp
     cp /bin/busybox $R/bin/busybox; for a in sh cat ls stat id mount readlink hostname echo test true sleep touch pwd env tty stty grep kill head; do ln -s busybox $R/bin/$a; done
     echo 'root:x:0:0::/root:/bin/sh' > $R/etc/passwd; echo 'u:x:1000:1000::/home/u:/bin/sh' >> $R/etc/passwd
     ${more}`,
    'sh',
    root,
  ]);
  return root;
}

const errno = { EPERM: 1, ENOENT: 2, EACCES: 13, EEXIST: 17, EXDEV: 18, ENODEV: 19, ENOTDIR: 20, EISDIR: 21 };
const [EINVAL, ELOOP, ETIMEDOUT, ENOEXEC] = [22, 40, 110, 8];

/** A filter without a listener. */
const load = { flags: [], listener: null, state: '' } as const;

const clone: Op[] = [
  { op: 'clone', namespaces: ['mount', 'pid', 'uts', 'ipc', 'network'], cgroup: null },
  { op: 'parentDeath', signal: 9 },
  { op: 'setsid' },
];

const open = (path: string): Op[] => [
  { op: 'propagate', flags: ['slave', 'rec'] },
  { op: 'privateParent', path, propagation: ['private'] },
  { op: 'rootfs', path, tree: null, into: 'root' },
];

const pivot: Op = { op: 'pivot', root: 'root', how: 'pivot' };

const exec = (...args: string[]): Op[] => [
  { op: 'resolve', name: args[0] ?? '', path: '/usr/bin:/bin' },
  { op: 'parentDeath', signal: 0 },
  { op: 'exec', args, env: ['PATH=/bin', 'A=b'], home: 2 ** 32, listenPid: 0, preserve: 0 },
];

const shell = (script: string): Op[] => exec('sh', '-c', script);

const mountFs = (dest: string, type: string, more: Partial<Extract<Op, { op: 'mountFs' }>> = {}): Op => ({
  op: 'mountFs',
  root: 'root',
  dest,
  type,
  source: type,
  superblock: [],
  options: [],
  attr: [],
  propagation: [],
  noSymlinks: 0,
  copyUp: 0,
  keepMode: 0,
  ...more,
});

const bind = (source: string, dest: string, more: Partial<Extract<Op, { op: 'bind' }>> = {}): Op => ({
  op: 'bind',
  root: 'root',
  dest,
  source,
  tree: null,
  recursive: 0,
  set: [],
  clear: [],
  setRecursive: [],
  clearRecursive: [],
  propagation: [],
  noSymlinks: 0,
  ...more,
});

const mknod = (path: string, major: number, minor: number): Op => ({
  op: 'mknod',
  root: 'root',
  path,
  type: 'c',
  major,
  minor,
  mode: 0o666,
  uid: 0,
  gid: 0,
});

const proc = mountFs('/proc', 'proc', { noSymlinks: 1 });
const dev = mountFs('/dev', 'tmpfs', { options: ['mode=755'], attr: ['nosuid'] });
const devpts = mountFs('/dev/pts', 'devpts', { options: ['newinstance', 'ptmxmode=0666', 'mode=0620'] });

/** Inside a root: everything up to pivot, `inside` before it and `then` after it. */
const container = (root: string, inside: readonly Op[], then: readonly Op[]): Op[] => [
  ...clone,
  ...open(root),
  ...inside,
  pivot,
  ...then,
];

test('a container runs: pid 1, own hostname, own mounts, its status', () => {
  const { output, reports, failure, status } = stub(
    container(
      rootfs(),
      [proc, { op: 'hostname', name: 'box' }],
      shell('echo $$ $(hostname) $(ls /proc/self/fd | wc -l) $A; grep -c . /proc/mounts; exit 7'),
    ),
  );
  assert.equal(failure, null);
  assert.deepEqual(reports, ['1']);
  assert.equal(status, 7);
  // Descriptors 0 to 2 and the directory that ls reads.
  assert.match(output, /^1 box 4 b\n2\n/);
});

test('a program that cannot be decoded is refused and nothing is executed', () => {
  const file = join(work, 'garbage');
  writeFileSync(file, 'RCP1\x01\0\0\0garbage');
  const run = spawnSync(drive, [file, '0'], { encoding: 'utf8' });
  assert.match(run.stdout, /^failure 4294967295 0 0\|\|\|program\|count exceeds what follows\|/);
  assert.equal(run.status, 1);
});

test('a program without exec is a failure', () => {
  const { failure, status } = stub([{ op: 'setsid' }]);
  assert.equal(failure?.subject, 'it ends without exec');
  assert.equal(status, 1);
});

test('file systems: options, attributes, propagation', () => {
  const { output, failure } = stub(
    container(
      rootfs(),
      [
        proc,
        mountFs('/sys', 'sysfs', { noSymlinks: 1, attr: ['ro', 'nosuid', 'nodev', 'noexec'] }),
        dev,
        devpts,
        mountFs('/dev/mqueue', 'mqueue', { attr: ['nosuid', 'nodev', 'noexec'] }),
        mountFs('/deep/er/tmp', 'tmpfs', {
          options: ['size=64k'],
          attr: ['noatime', 'nosymfollow'],
          propagation: ['shared'],
        }),
      ],
      shell('cat /proc/self/mountinfo'),
    ),
  );
  assert.equal(failure, null);
  assert.match(output, / \/sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs/);
  assert.match(output, / \/dev\/pts rw,relatime - devpts devpts rw,mode=620,ptmxmode=666/);
  assert.match(output, / \/deep\/er\/tmp rw,noatime,nosymfollow shared:\d+ - tmpfs tmpfs rw,size=64k/);
});

test('a wrong mount option: the kernel’s own words', () => {
  const { failure } = stub(
    container(rootfs(), [mountFs('/x', 'tmpfs', { options: ['frobnicate=1'] })], shell('true')),
  );
  assert.equal(failure?.errno, EINVAL);
  assert.equal(failure?.step, 'fsconfig');
  assert.equal(failure?.subject, 'frobnicate=1');
  assert.match(failure?.detail ?? '', /Unknown parameter 'frobnicate'/);
});

test('or-else: forgiven, replaced, and skipped when all is well', () => {
  const bad = mountFs('/x', 'no-such-type', {
    orElse: { on: ['ENODEV'], do: [{ ...mountFs('/x', 'tmpfs'), origin: 'else' } as StubOp] },
  });
  const good = mountFs('/y', 'tmpfs', {
    orElse: { on: ['ENODEV'], do: [{ ...mountFs('/z', 'tmpfs'), origin: 'else' } as StubOp] },
  });
  const nothing = mountFs('/w', 'no-such-type', { orElse: { on: ['ENODEV'], do: [] } });
  const { output, failure } = stub(
    container(rootfs(), [proc, bad, good, nothing], shell('cat /proc/mounts')),
  );
  assert.equal(failure, null);
  assert.match(output, / \/x tmpfs/);
  assert.match(output, / \/y tmpfs/);
  assert.doesNotMatch(output, / \/z /);
});

test('keepMode and copyUp', () => {
  const root = rootfs(
    'mkdir -m 1711 $R/seed; echo one > $R/seed/a; mkdir -m 700 $R/seed/d; ln -s a $R/seed/l; echo two > $R/seed/d/b; chown 5:6 $R/seed/a $R/seed; chmod 4755 $R/seed/a; chmod 1711 $R/seed',
  );
  const { output, failure } = stub(
    container(
      root,
      [mountFs('/seed', 'tmpfs', { copyUp: 1, keepMode: 1 }), mountFs('/new', 'tmpfs', { keepMode: 1 })],
      shell('stat -c "%n %a %u:%g" /seed /seed/a /seed/d /new; cat /seed/l /seed/d/b; echo x > /seed/a'),
    ),
  );
  assert.equal(failure, null);
  assert.equal(output.trim(), '/seed 1711 5:6\n/seed/a 4755 5:6\n/seed/d 700 0:0\n/new 1777 0:0\none\ntwo');
  assert.equal(readFileSync(join(root, 'seed/a'), 'utf8'), 'one\n');
});

test('binds: files and directories made like their source; attributes; a missing source', () => {
  const root = rootfs();
  const source = mkdtempSync(join(work, 'source-'));
  writeFileSync(join(source, 'file'), 'content');
  const { output, failure } = stub(
    container(
      root,
      [
        proc,
        bind(source, '/made/dir', { set: ['ro', 'nosuid'] }),
        bind(join(source, 'file'), '/made/too/file', { propagation: ['private'] }),
      ],
      shell('cat /made/dir/file /made/too/file; touch /made/dir/x; grep made /proc/mounts'),
    ),
  );
  assert.equal(failure, null);
  assert.match(output, /^contentcontent/);
  assert.match(output, /Read-only file system/);
  assert.match(output, /\/made\/dir \S+ ro,nosuid/);
  assert.match(output, /\/made\/too\/file \S+ rw,/);
  const missing = stub(container(root, [bind('/no/such/source', '/x')], shell('true')));
  assert.equal(missing.failure?.errno, errno.ENOENT);
  assert.equal(missing.failure?.subject, '/no/such/source');
});

test('recursive attributes reach the mounts below', () => {
  const source = mkdtempSync(join(work, 'source-'));
  mkdirSync(join(source, 'below'));
  const ops = container(
    rootfs(),
    [
      proc,
      mountFs('/outer', 'tmpfs'),
      mountFs('/outer/inner', 'tmpfs'),
      { op: 'attr', root: 'root', dest: '/outer', set: ['ro'], clear: [], recursive: 1, propagation: [] },
      bind(source, '/plain', { recursive: 1, setRecursive: ['ro', 'noatime'], clearRecursive: ['atime'] }),
    ],
    shell('touch /outer/inner/x; touch /plain/x; grep " /plain" /proc/mounts'),
  );
  const { output, failure } = stub(ops);
  if (deny) {
    assert.equal(failure?.detail, 'recursive mount attributes need Linux 5.12');
    return;
  }
  assert.equal(failure, null);
  assert.equal(output.match(/Read-only file system/g)?.length, 2);
  assert.match(output, /ro,noatime/);
});

test('CVE-2019-16884: nothing but procfs over /proc', () => {
  const fake = mkdtempSync(join(work, 'fake-'));
  mkdirSync(join(fake, 'self'));
  const over = stub(container(rootfs(), [bind(fake, '/proc')], shell('true')));
  assert.equal(over.failure?.errno, errno.EPERM);
  const inside = stub(container(rootfs(), [proc, bind(fake, '/tmp/../proc/sys')], shell('true')));
  assert.equal(inside.failure?.errno, errno.EPERM);
  const through = stub(
    container(rootfs('ln -s proc $R/other'), [proc, bind(fake, '/other/1')], shell('true')),
  );
  assert.equal(through.failure?.errno, errno.EPERM);
  const allowed = stub(
    container(
      rootfs(),
      [proc, bind('/etc/hostname', '/proc/meminfo'), bind('/proc', '/proc')],
      shell('true'),
    ),
  );
  assert.equal(allowed.failure, null);
});

test('CVE-2019-19921: /proc as a link is refused, by name', () => {
  const { failure } = stub(container(rootfs('rmdir $R/proc; ln -s /tmp $R/proc'), [proc], shell('true')));
  assert.equal(failure?.errno, ELOOP);
  assert.equal(failure?.subject, '/proc');
});

test('CVE-2021-30465: links in a destination never lead out of the root', () => {
  const outside = mkdtempSync(join(work, 'outside-'));
  const root = rootfs(
    `ln -s ${outside} $R/abs; ln -s ../../../../../..${outside} $R/rel; ln -s /a/b/c $R/dangling`,
  );
  const { failure, output } = stub(
    container(
      root,
      [
        proc,
        mountFs('/abs/x', 'tmpfs'),
        mountFs('/rel/y', 'tmpfs'),
        mountFs('/dangling/z', 'tmpfs'),
        { op: 'makeDir', root: 'root', path: '/abs/made/deep', mode: 0o700 },
        { op: 'symlink', root: 'root', path: '/rel/link', target: 'anything' },
      ],
      shell('cat /proc/mounts'),
    ),
  );
  assert.equal(failure, null);
  assert.deepEqual(readdirSync(outside), []);
  assert.ok(existsSync(join(root, outside, 'made/deep')));
  assert.match(output, / \/a\/b\/c\/z tmpfs/);
});

test('CVE-2021-30465, CVE-2024-45310: a racer that exchanges a directory for a link gains nothing', () => {
  const outside = mkdtempSync(join(work, 'outside-'));
  const root = rootfs(`mkdir $R/target; touch $R/target/file; ln -s ${outside} $R/link`);
  const racer = spawn(join(drive, '../racer'), [join(root, 'target'), join(root, 'link')]);
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  try {
    let won = 0;
    for (let round = 0; round < 40; round++) {
      const { failure } = stub(
        container(
          root,
          [
            proc,
            mountFs('/target/a/b', 'tmpfs'),
            bind('/etc/hostname', '/target/c'),
            { ...mknod('/target/null', 1, 3), orElse: { on: ['EEXIST'], do: [] } } as Op,
            { op: 'symlink', root: 'root', path: '/target/d/e', target: 'x' },
            { op: 'makeDir', root: 'root', path: '/target/f/g/h', mode: 0o755 },
          ],
          [
            { op: 'mask', root: 'root', path: '/target/file', label: '' },
            { op: 'readonly', root: 'root', path: '/target' },
            ...shell('true'),
          ],
        ),
      );
      if (failure === null) won++;
    }
    assert.ok(won > 0, 'never a container, so nothing was tested');
  } finally {
    racer.kill('SIGKILL');
  }
  assert.deepEqual(readdirSync(outside), []);
  assert.equal(readFileSync('/proc/self/mountinfo', 'utf8'), mounts);
});

test('cgroups: born into one of v2, joined on v1', (t) => {
  const v2 = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) =>
    existsSync(join(path, 'cgroup.procs')),
  );
  const v1 = '/sys/fs/cgroup/pids';
  if (v2 === undefined || !existsSync(v1)) return t.skip('not a hybrid host');
  const name = `railcar-live-${process.pid}`;
  mkdirSync(join(v2, name));
  mkdirSync(join(v1, name));
  try {
    const { output, failure } = stub(
      [
        { op: 'clone', namespaces: ['mount', 'pid'], cgroup: 'born' },
        { op: 'joinCgroup', dir: 'joined', file: 'tasks' },
        ...open(rootfs()),
        proc,
        pivot,
        ...shell('cat /proc/self/cgroup'),
      ],
      { slots: { born: `p:${join(v2, name)}`, joined: `p:${join(v1, name)}` } },
    );
    if (deny) assert.equal(failure?.step, 'clone3');
    else {
      assert.equal(failure, null);
      assert.match(output, new RegExp(`:pids:/.*${name}\n`));
      assert.match(output, new RegExp(`^0::/.*${name}$`, 'm'));
    }
  } finally {
    rmdirSync(join(v2, name));
    rmdirSync(join(v1, name));
  }
});

test('the component at fault is named', () => {
  const root = rootfs('touch $R/etc/file; ln -s loop $R/loop');
  const file = stub(container(root, [mountFs('/etc/file/below', 'tmpfs')], shell('true')));
  assert.deepEqual([file.failure?.errno, file.failure?.subject], [errno.ENOTDIR, '/etc/file']);
  const loop = stub(container(root, [mountFs('/loop/x', 'tmpfs')], shell('true')));
  assert.deepEqual([loop.failure?.errno, loop.failure?.subject], [ELOOP, '/loop']);
});

test('devices: mode and owner, an existing one, a wrong one, a link', () => {
  const root = rootfs();
  const ok = stub(
    container(
      root,
      [
        dev,
        mknod('/dev/null', 1, 3),
        { ...mknod('/dev/zero', 1, 5), mode: 0o640, uid: 3, gid: 4 } as Op,
        mknod('/dev/null', 1, 3),
      ],
      shell('stat -c "%n %a %u:%g %t:%T" /dev/null /dev/zero; echo hi > /dev/null'),
    ),
  );
  assert.equal(ok.failure, null);
  assert.equal(ok.output.trim(), '/dev/null 666 0:0 1:3\n/dev/zero 640 3:4 1:5');
  const wrong = stub(
    container(root, [dev, mknod('/dev/null', 1, 5), mknod('/dev/null', 1, 3)], shell('true')),
  );
  assert.equal(wrong.failure?.errno, errno.EEXIST);
  const fifo = stub(
    container(
      root,
      [dev, { ...mknod('/dev/pipe', 0, 0), type: 'p' } as Op],
      shell('test -p /dev/pipe && echo fifo'),
    ),
  );
  assert.match(fifo.output, /fifo/);
});

test('CVE-2026-41579: a /dev that leads elsewhere leads nowhere', () => {
  const outside = mkdtempSync(join(work, 'outside-'));
  const root = rootfs(`rmdir $R/dev; ln -s ${outside} $R/dev`);
  const { failure } = stub(
    container(
      root,
      [mknod('/dev/null', 1, 3), { op: 'symlink', root: 'root', path: '/dev/fd', target: '/proc/self/fd' }],
      shell('true'),
    ),
  );
  assert.equal(failure, null);
  assert.deepEqual(readdirSync(outside), []);
  assert.ok(lstatSync(join(root, outside, 'null')).isCharacterDevice());
});

test('bindDevice: the host’s device over an empty file, never through a link', () => {
  const op: Op = {
    op: 'bindDevice',
    root: 'root',
    path: '/dev/null',
    source: '/dev/null',
    type: 'c',
    major: 1,
    minor: 3,
  };
  const good = stub(container(rootfs(), [dev, op], shell('stat -c %t:%T /dev/null; echo hi > /dev/null')));
  assert.equal(good.failure, null);
  assert.equal(good.output.trim(), '1:3');
  const wrong = stub(container(rootfs(), [dev, { ...op, source: '/dev/zero' }], shell('true')));
  assert.equal(wrong.failure?.errno, errno.ENODEV);
  const linked = stub(container(rootfs('ln -s /etc/passwd $R/dev/null'), [op], shell('true')));
  assert.equal(linked.failure?.errno, ELOOP);
});

test('label: the extended attribute of the mount’s root', () => {
  const source = mkdtempSync(join(work, 'label-'));
  const label: Op = { op: 'label', root: 'root', dest: '/labelled', label: 'a:b:c:s0' };
  const good = stub(container(rootfs(), [bind(source, '/labelled'), label], shell('true')));
  assert.equal(good.failure, null);
  const read = 'import os, sys; print(os.getxattr(sys.argv[1], "security.selinux").decode())';
  assert.equal(execFileSync('python3', ['-c', read, source], { encoding: 'utf8' }), 'a:b:c:s0\0\n');
  const bad = stub(container(rootfs(), [proc, { ...label, dest: '/proc' }], shell('true')));
  assert.deepEqual([bad.failure?.step, bad.failure?.errno], ['fsetxattr(security.selinux)', 95]);
});

test('masks and read-only paths', () => {
  const mask = (path: string): Op => ({ op: 'mask', root: 'root', path, label: '' });
  const readonly = (path: string): Op => ({ op: 'readonly', root: 'root', path });
  const { output, failure } = stub(
    container(
      rootfs('mkdir $R/secret $R/other $R/fixed; echo s > $R/secret/s; echo k > $R/key'),
      [proc, dev, mknod('/dev/null', 1, 3)],
      [
        readonly('/proc/sys'),
        readonly('/fixed'),
        readonly('/no/such'),
        mask('/secret'),
        mask('/other'),
        mask('/key'),
        mask('/proc/keys'),
        mask('/no/such'),
        mask('/key/below'),
        ...shell(
          'ls -A /secret /other; cat /key /proc/keys; touch /fixed/x; touch /secret/x; echo 1 > /proc/sys/kernel/msgmax; stat -c %a /secret; grep -c "^mask " /proc/mounts',
        ),
      ],
    ),
  );
  assert.equal(failure, null);
  assert.equal(output.match(/Read-only file system/g)?.length, 3, output);
  assert.match(output, /\n555\n2\n/);
});

test('CVE-2025-31133: a forged /dev/null masks nothing and stops the container', () => {
  for (const forgery of [
    'ln -s /etc/passwd $R/dev/null',
    'touch $R/dev/null',
    'mknod $R/dev/null c 1 5',
    'mknod $R/dev/null b 1 3',
  ]) {
    const { failure } = stub(
      container(
        rootfs(`touch $R/key; ${forgery}`),
        [],
        [{ op: 'mask', root: 'root', path: '/key', label: '' }, ...shell('true')],
      ),
    );
    assert.ok(failure?.errno === errno.ENODEV || failure?.errno === ELOOP, forgery);
    assert.equal(failure?.subject, '/dev/null');
  }
});

test('root: read-only, moved, changed', () => {
  const readonly: Op = {
    op: 'attr',
    root: 'root',
    dest: '/',
    set: ['ro'],
    clear: [],
    recursive: 0,
    propagation: [],
  };
  const ro = stub(container(rootfs(), [proc], [readonly, ...shell('touch /x; grep " / " /proc/mounts')]));
  assert.match(ro.output, /Read-only file system/);
  for (const how of ['move', 'chroot'] as const) {
    const root = rootfs();
    const { output, failure } = stub([
      ...clone,
      ...open(root),
      proc,
      { op: 'pivot', root: 'root', how },
      ...shell('ls -d /bin /work; pwd; grep -c " - \\(proc\\|sysfs\\) " /proc/self/mountinfo'),
    ]);
    assert.equal(failure, null);
    assert.match(output, /\/bin\n/);
    assert.match(output, /\n\/\n/);
    // With the root only moved, the host's proc and sysfs must be gone from the namespace.
    if (how === 'move') assert.match(output, /\n1\n/);
  }
});

test('a moved root leaves no procfs in reach that would allow an unmasked one', () => {
  const { output, failure } = stub([
    ...clone,
    ...open(rootfs('ln -s busybox $R/bin/unshare')),
    proc,
    dev,
    mknod('/dev/null', 1, 3),
    { op: 'pivot', root: 'root', how: 'move' },
    { op: 'mask', root: 'root', path: '/proc/keys', label: '' },
    ...shell('unshare -U -r -m -p -f mount -t proc proc /tmp && echo unmasked'),
  ]);
  assert.equal(failure, null);
  assert.match(output, /permission denied|not permitted/i);
  assert.doesNotMatch(output, /unmasked/);
});

test('a terminal: size, owner, controlling, console; the master goes to the socket or the hands', () => {
  const pty = (socket: string | null, console: number): Op => ({
    op: 'pty',
    root: 'root',
    rows: 33,
    columns: 99,
    uid: 1000,
    socket,
    console,
  });
  const script = shell(
    'tty; stty size; stat -c %u $(tty); test -c /dev/console && echo console; echo to-tty > /dev/tty',
  );
  const root = rootfs();
  for (const socket of ['socket', null]) {
    const { output, failure } = stub(
      container(root, [proc, dev, devpts, mknod('/dev/tty', 5, 0), pty(socket, 1)], script),
      {
        slots: socket ? { socket: 'c:' } : {},
      },
    );
    assert.equal(failure, null);
    assert.match(output, /\/dev\/pts\/0\r\n33 99\r\n1000\r\nconsole\r\nto-tty/);
  }
});

test('CVE-2025-52565: hostile devpts and console', () => {
  const pty: Op = { op: 'pty', root: 'root', rows: 0, columns: 0, uid: 0, socket: 'socket', console: 1 };
  const slots = { socket: 'c:' };
  const plain = stub(
    container(rootfs('mkdir $R/dev/pts; mknod $R/dev/pts/ptmx c 5 2'), [pty], shell('true')),
    { slots },
  );
  assert.equal(plain.failure?.errno, errno.ENODEV);
  const link = stub(container(rootfs('ln -s /tmp $R/dev/pts'), [pty], shell('true')), { slots });
  assert.equal(link.failure?.errno, ELOOP);
  const console = stub(
    container(rootfs('ln -s /etc/passwd $R/dev/console; mkdir $R/dev/pts'), [devpts, pty], shell('true')),
    { slots },
  );
  assert.equal(console.failure?.errno, ELOOP);
  assert.equal(console.failure?.subject, '/dev/console');
});

test('CVE-2024-21626: no working directory through a descriptor', () => {
  const chdir = (path: string): Op => ({ op: 'chdir', path, early: 0 });
  for (let fd = 3; fd <= 20; fd++) {
    const { failure } = stub(container(rootfs(), [proc], [chdir(`/proc/self/fd/${fd}`), ...shell('pwd')]));
    assert.ok(failure && [ELOOP, errno.ENOENT].includes(failure.errno), `${fd}: ${failure?.errno}`);
  }
  const good = stub(container(rootfs('ln -s etc $R/e'), [proc], [chdir('/e'), ...shell('pwd')]));
  assert.equal(good.output.trim(), '/etc');
  const missing = stub(container(rootfs(), [], [chdir('/etc/no/where'), ...shell('pwd')]));
  assert.deepEqual([missing.failure?.errno, missing.failure?.subject], [errno.ENOENT, '/etc/no']);
});

test('chdir: early with the rights of root, late with those of the user', () => {
  const user: Op[] = [
    { op: 'user', uid: 1000, gid: 1000, groups: '', denySetgroups: 0 },
    { op: 'capabilities', effective: 0, permitted: 0, inheritable: 0, ambient: 0 },
  ];
  const root = rootfs('mkdir -m 700 $R/closed; mkdir -m 700 $R/own; chown 1000 $R/own');
  const chdir = (path: string, early: number): Op => ({ op: 'chdir', path, early });
  const early = stub(
    container(root, [], [chdir('/closed', 1), ...user, chdir('/closed', 0), ...shell('pwd; id -u')]),
  );
  assert.equal(early.output.trim(), '/closed\n1000');
  const late = stub(container(root, [], [...user, chdir('/closed', 0), ...shell('pwd')]));
  assert.equal(late.failure?.errno, errno.EACCES);
});

test('executables: lookup, missing, not executable, a directory, a missing interpreter', () => {
  const root = rootfs(
    `echo x > $R/bin/plain; printf '#!/no/interpreter\\n' > $R/bin/script; chmod 755 $R/bin/script
     printf '#!/bin/script\\n' > $R/bin/second; chmod 755 $R/bin/second
     cp /bin/true $R/bin/dynamic; echo text > $R/bin/text; chmod 755 $R/bin/text; mkdir $R/bin/dir`,
  );
  const run = (name: string) => stub(container(root, [], exec(name))).failure;
  const brief = (failure: Failure | null) => [failure?.errno, failure?.step, failure?.subject];
  assert.deepEqual(brief(run('nothing')), [errno.ENOENT, 'path lookup', 'nothing']);
  assert.deepEqual(brief(run('')), [errno.ENOENT, 'path lookup', '']);
  assert.deepEqual(brief(run('plain')), [errno.EACCES, 'path lookup', 'plain']);
  assert.deepEqual(brief(run('/bin/nothing')), [errno.ENOENT, 'openat2', '/bin/nothing']);
  assert.deepEqual(brief(run('/no/such/dir')), [errno.ENOENT, 'openat2', '/no']);
  assert.deepEqual(brief(run('/bin/plain')), [errno.EACCES, 'stat', '/bin/plain']);
  assert.deepEqual(brief(run('/bin/dir')), [errno.EISDIR, 'stat', '/bin/dir']);
  assert.deepEqual(brief(run('/bin/busybox/x')), [errno.ENOTDIR, 'openat2', '/bin/busybox']);
  assert.deepEqual(brief(run('script')), [errno.ENOENT, 'interpreter', '/no/interpreter']);
  assert.deepEqual(brief(run('second')), [errno.ENOENT, 'interpreter', '/no/interpreter']);
  assert.deepEqual(brief(run('dynamic')), [errno.ENOENT, 'interpreter', '/lib64/ld-linux-x86-64.so.2']);
  assert.deepEqual(brief(run('text')), [ENOEXEC, 'execve', '/bin/text']);
});

test('users, groups, capabilities', () => {
  const net = 1 << 10;
  const ops = (user: Partial<Extract<Op, { op: 'user' }>>): Op[] => [
    { op: 'bounding', capabilities: net },
    { op: 'umask', mask: 0o027 },
    { op: 'user', uid: 1000, gid: 1001, groups: '7 8 4294967294', denySetgroups: 0, ...user },
    { op: 'capabilities', effective: net, permitted: net, inheritable: net, ambient: net },
    { op: 'noNewPrivileges' },
  ];
  const { output, failure } = stub(
    container(
      rootfs(),
      [proc],
      [
        ...ops({}),
        ...exec('grep', '-E', '^(Umask|Uid|Gid|Groups|Cap|NoNew|Sig(Blk|Ign))', '/proc/self/status'),
      ],
    ),
  );
  assert.equal(failure, null);
  assert.match(output, /Umask:\t0027\n/);
  assert.match(output, /Uid:\t1000\t1000\t1000\t1000\nGid:\t1001\t1001\t1001\t1001\nGroups:\t7 8 4294967294/);
  assert.match(
    output,
    /CapInh:\t0+400\nCapPrm:\t0+400\nCapEff:\t0+400\nCapBnd:\t0+400\nCapAmb:\t0+400\nNoNewPrivs:\t1/,
  );
  assert.match(output, /SigBlk:\t0+\nSigIgn:\t0+\n/);
  for (const wrong of [
    { uid: 2 ** 32 - 1 },
    { uid: 2 ** 32 },
    { gid: 2n ** 64n - 1n },
    { groups: '4294967295' },
    { groups: '-1' },
    { groups: '1  2' },
    { groups: 'x' },
  ]) {
    assert.equal(
      stub(container(rootfs(), [], [...ops(wrong), ...shell('id')])).failure?.errno,
      EINVAL,
      JSON.stringify(String(Object.values(wrong))),
    );
  }
  const large = stub(container(rootfs(), [proc], [...ops({ uid: 2 ** 31 }), ...shell('id -u')]));
  assert.equal(large.output.trim(), '2147483648');
});

test('a user’s home, LISTEN_PID, and preserved descriptors', () => {
  const last = (home: number, preserve = 0): Op[] => [
    { op: 'resolve', name: '/bin/sh', path: '' },
    {
      op: 'exec',
      args: [
        'sh',
        '-c',
        'echo $HOME $LISTEN_PID; for f in 3 4 5 6 7 8 9; do test -e /proc/$$/fd/$f && echo $f; done; cat <&3',
      ],
      env: ['PATH=/bin'],
      home,
      listenPid: 1,
      preserve,
    },
  ];
  const run = (home: number, preserve = 0, shell?: string) =>
    stub(container(rootfs(), [proc], last(home, preserve)), { preserve, ...(shell ? { shell } : {}) });
  assert.match(run(1000).output, /^\/home\/u 1\nsh: 3: Bad/);
  assert.match(run(4711).output, /^\/ 1\nsh: 3: Bad/);
  assert.match(
    run(0, 2, 'exec 3<<<kept 4</dev/null 5</dev/null; exec "$@"').output,
    /^\/root 1\n3\n4\nkept\n/,
  );
  assert.match(run(0, 0, 'exec 3<<<leaked 9</; exec "$@"').output, /^\/root 1\nsh: 3: Bad/);
});

test('hooks: environment, state, failure, timeout, no descriptors', () => {
  const hook = (args: string[], timeout = 0): Op => ({
    op: 'hook',
    path: '/bin/sh',
    args: ['hook', '-c', ...args],
    env: ['ONLY=this'],
    timeout,
    stdin: ['{"pid":', { variable: 'pid' }, '}'],
  });
  const file = join(work, 'hook');
  const first = hook([`(cat; echo; env; ls /proc/self/fd) > ${file}`]);
  const good = stub(container(rootfs(), [proc, { op: 'umask', mask: 0o077 }, first], shell('echo fine')));
  assert.equal(good.failure, null);
  assert.equal(good.output.trim(), 'fine');
  assert.match(readFileSync(file, 'utf8'), /^\{"pid":1\}\n(?:PWD=.*\n|_=.*\n|ONLY=this\n)*0\n1\n2\n\d\n$/);
  assert.equal(lstatSync(file).mode & 0o777, 0o600);
  const bad = stub(container(rootfs(), [hook(['echo why >&2; exit 3'])], shell('true'))).failure;
  assert.deepEqual([bad?.errno, bad?.step, bad?.detail], [0, 'exit', 'why']);
  const slow = stub(container(rootfs(), [hook(['sleep 60 & sleep 60'], 200)], shell('true'))).failure;
  assert.deepEqual([slow?.errno, slow?.step], [ETIMEDOUT, 'timeout']);
  const none = stub(container(rootfs(), [{ ...hook([]), path: '/no/hook' } as Op], shell('true'))).failure;
  assert.deepEqual([none?.errno, none?.step, none?.subject], [errno.ENOENT, 'execve', '/no/hook']);
  // The hook ends when both orphans have: what dies later is the user's process's own to reap.
  const root = rootfs();
  const dead = `until [ "$(grep -l '^State:.Z' ${root}/proc/[0-9]*/status | wc -l)" = 2 ]; do sleep 0.1; done`;
  const orphans = stub(
    container(root, [proc, hook([`(true &) ; (true &) ; ${dead}`])], shell('echo /proc/[0-9]*')),
  );
  assert.equal(orphans.output, '/proc/1\n');
});

test('barriers: mounted is released, created is reported', () => {
  const { reports, failure } = stub(
    container(
      rootfs(),
      [
        { op: 'report', barrier: 'mounted' },
        { op: 'hold', barrier: 'mounted' },
      ],
      [{ op: 'report', barrier: 'created' }, ...shell('true')],
    ),
  );
  assert.equal(failure, null);
  assert.deepEqual(reports, ['1', '2', '3']);
});

test('sysctl and files of the process itself: only below their folder, only procfs', () => {
  const sysctl = (path: string, value: string): Op => ({ op: 'sysctl', path, value });
  const good = stub(
    container(
      rootfs(),
      [proc],
      [
        sysctl('kernel/msgmax', '4242'),
        sysctl('net/ipv4/ip_forward', '1'),
        ...shell('cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward'),
      ],
    ),
  );
  assert.equal(good.failure, null);
  assert.equal(good.output.trim(), '4242\n1');
  for (const path of ['../self/comm', 'kernel/../../self/comm', 'no/such', '/kernel/msgmax/', '']) {
    assert.ok(stub(container(rootfs(), [], [sysctl(path, '1'), ...shell('true')])).failure, path);
  }
  const own = stub([
    { op: 'writeSelf', name: 'oom_score_adj', text: '321' },
    ...container(rootfs(), [proc], shell('cat /proc/self/oom_score_adj')),
  ]);
  assert.equal(own.output.trim(), '321');
});

test('CVE-2025-52881: a sysctl is written to procfs or not at all', () => {
  const forged = join(work, 'forged');
  writeFileSync(forged, 'untouched');
  const { failure, output } = stub(
    container(rootfs(), [], [{ op: 'sysctl', path: 'kernel/domainname', value: 'x' }, ...shell('true')]),
    {
      shell: `exec unshare -m bash -c 'mount --bind ${forged} /proc/sys/kernel/domainname && exec "$@"' bash "$@"`,
    },
  );
  assert.deepEqual([failure?.errno, failure?.step, output], [errno.EXDEV, 'fstatfs', '']);
  assert.equal(readFileSync(forged, 'utf8'), 'untouched');
});

test('rlimits, keyring, seccomp', () => {
  // BPF: seccomp_data.nr == uname (63) → ERRNO(1), else ALLOW.
  const filter = Buffer.alloc(32);
  for (const [index, [code, jt, jf, k]] of [
    [0x20, 0, 0, 0],
    [0x15, 0, 1, 63],
    [0x06, 0, 0, 0x00050001],
    [0x06, 0, 0, 0x7fff0000],
  ].entries()) {
    filter.writeUInt16LE(code ?? 0, index * 8);
    filter.writeUInt8(jt ?? 0, index * 8 + 2);
    filter.writeUInt8(jf ?? 0, index * 8 + 3);
    filter.writeUInt32LE(k ?? 0, index * 8 + 4);
  }
  const { output, failure } = stub([
    { op: 'rlimit', resource: 'RLIMIT_NOFILE', soft: 200, hard: 300 },
    ...container(
      rootfs(),
      [proc, { op: 'keyring', name: 'test' }],
      [
        { op: 'noNewPrivileges' },
        { op: 'resolve', name: 'sh', path: '/bin' },
        { op: 'seccomp', filter, ...load },
        {
          op: 'exec',
          args: ['sh', '-c', 'ulimit -n; ulimit -Hn; hostname; grep Seccomp: /proc/self/status'],
          env: ['PATH=/bin'],
          home: 0,
          listenPid: 0,
          preserve: 0,
        },
      ],
    ),
  ]);
  assert.equal(failure, null);
  assert.match(output, /^200\n300\n/);
  assert.match(output, /Seccomp:\t2/);
  const short = stub([{ op: 'seccomp', filter: filter.subarray(0, 31), ...load }]);
  assert.equal(short.failure?.errno, EINVAL);
});

test('a filter that is loaded last is met by execve and the user’s program only', () => {
  // BPF: nr == getcwd (79) or close_range (436) → KILL_PROCESS, else ALLOW.
  const code = [
    [0x20, 0, 0, 0],
    [0x15, 1, 0, 79],
    [0x15, 0, 1, 436],
    [0x06, 0, 0, 0x80000000],
    [0x06, 0, 0, 0x7fff0000],
  ];
  const filter = Buffer.concat(
    code.map(([op = 0, jt = 0, jf = 0, k = 0]) => {
      const one = Buffer.alloc(8);
      one.writeUInt16LE(op, 0);
      one.writeUInt8(jt, 2);
      one.writeUInt8(jf, 3);
      one.writeUInt32LE(k, 4);
      return one;
    }),
  );
  const [resolve, , last] = exec('echo', 'alive') as [Op, Op, Op];
  const seccomp: Op = { op: 'seccomp', filter, ...load };
  const { output, status } = stub(
    container(rootfs(), [], [resolve, { op: 'noNewPrivileges' }, seccomp, last]),
  );
  assert.equal(output.trim(), 'alive');
  assert.equal(status, 0);
});

test('exec: joins the namespaces of a running process, undumpable, and openRoot', () => {
  const marker = join(work, 'marker');
  execFileSync('mkfifo', [marker]);
  const root = rootfs();
  const running = spawnSync(
    'bash',
    [
      '-c',
      `unshare -mupf --mount-proc bash -c 'hostname inner; mount --bind ${root} ${root}; mount -t proc proc ${root}/proc; echo $$; exec chroot ${root} /bin/sleep 30' >/dev/null 2>&1 & sleep 0.5; pgrep -P $! | head -1`,
    ],
    { encoding: 'utf8' },
  );
  const pid = Number(running.stdout.trim());
  assert.ok(pid > 1);
  try {
    const join = (kind: 'mount' | 'uts' | 'pid'): Op => ({ op: 'setns', namespace: kind, kind: [kind] });
    const { output, failure } = stub(
      [
        { op: 'undumpable' },
        join('uts'),
        join('pid'),
        join('mount'),
        { op: 'clone', namespaces: [], cgroup: null },
        { op: 'openRoot', into: 'root' },
        { op: 'chdir', path: '/', early: 0 },
        ...shell('hostname; echo $$; ls /'),
      ],
      {
        slots: { mount: `r:/proc/${pid}/ns/mnt`, uts: `r:/proc/${pid}/ns/uts`, pid: `r:/proc/${pid}/ns/pid` },
      },
    );
    assert.equal(failure, null);
    assert.match(output, /^inner\n[2-9]\d*\n/);
    assert.match(output, /\nbin\n/);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});

test('the exec fifo: waits, and takes the failure of exec', () => {
  const fifo = join(work, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const ops = container(
    rootfs(),
    [],
    [
      { op: 'resolve', name: 'sh', path: '/bin' },
      { op: 'report', barrier: 'created' },
      { op: 'waitFifo', fifo: 'fifo' },
      { op: 'hook', path: '/no/hook', args: [], env: [], timeout: 0, stdin: '' },
      ...shell('true'),
    ],
  );
  const { failure, reports, output } = stub(ops, {
    slots: { fifo: `p:${fifo}` },
    shell: `cat ${fifo} > ${fifo}.out & "$@"; wait; tr '\\0' ' ' < ${fifo}.out`,
  });
  assert.equal(failure, null);
  assert.deepEqual(reports, ['1', '3']);
  assert.match(output, /hook .*execve \/no\/hook/);
});

test('a dead launcher takes a container with it that is not created yet', () => {
  const mark = join(work, 'alive');
  const ops = container(
    rootfs(),
    [
      { op: 'hook', path: '/bin/sleep', args: ['sleep', '2'], env: [], timeout: 0, stdin: '' },
      {
        op: 'hook',
        path: '/bin/sh',
        args: ['sh', '-c', `echo alive > ${mark}`],
        env: [],
        timeout: 0,
        stdin: '',
      },
    ],
    shell('true'),
  );
  stub(ops, { shell: '"$@" & sleep 0.7; kill -9 $!; sleep 2.5' });
  assert.equal(existsSync(mark), false);
});

test('identity-mapped user namespace: become keeps capabilities, binds come from trees', () => {
  const holder = spawnSync(
    'bash',
    [
      '-c',
      'unshare -U sleep 20 >/dev/null 2>&1 & sleep 0.3; echo 0 100000 65536 > /proc/$!/uid_map; echo 0 100000 65536 > /proc/$!/gid_map; echo $!',
    ],
    { encoding: 'utf8' },
  );
  const pid = Number(holder.stdout.trim());
  const root = rootfs('chown -R 100000:100000 $R');
  const source = mkdtempSync(join(work, 'source-'));
  writeFileSync(join(source, 'f'), 'from tree');
  execFileSync('chmod', ['700', source]);
  try {
    const { output, failure } = stub(
      [
        { op: 'setns', namespace: 'user', kind: ['user'] },
        ...clone,
        { op: 'openTree', path: root, recursive: 1, into: 'tree' },
        { op: 'openTree', path: join(source, 'f'), recursive: 0, into: 'source' },
        { op: 'become', uid: 0, gid: 0 },
        { op: 'propagate', flags: ['slave', 'rec'] },
        { op: 'privateParent', path: root, propagation: ['private'] },
        { op: 'rootfs', path: root, tree: 'tree', into: 'root' },
        proc,
        bind('', '/etc/f', { tree: 'source', set: ['ro'] }),
        dev,
        {
          op: 'bindDevice',
          root: 'root',
          path: '/dev/null',
          source: '/dev/null',
          type: 'c',
          major: 1,
          minor: 3,
        },
        pivot,
        { op: 'mask', root: 'root', path: '/proc/keys', label: '' },
        { op: 'bounding', capabilities: 0x3fn },
        { op: 'user', uid: 0, gid: 0, groups: '', denySetgroups: 1 },
        { op: 'capabilities', effective: 0x3fn, permitted: 0x3fn, inheritable: 0, ambient: 0 },
        ...shell('id -u; cat /proc/self/uid_map /etc/f; cat /proc/keys; grep CapEff /proc/self/status'),
      ],
      { slots: { user: `r:/proc/${pid}/ns/user` } },
    );
    assert.equal(failure, null);
    assert.match(output, /^0\n\s+0\s+100000\s+65536\nfrom tree/);
    assert.match(output, /CapEff:\t0+3f/);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});

test('time namespace: offsets are written between unshare and clone', () => {
  const { output, failure } = stub([
    { op: 'unshare', kind: ['time'] },
    { op: 'writeSelf', name: 'timens_offsets', text: 'boottime 1000000 0\n' },
    ...container(rootfs(), [proc], shell('head -c 3 /proc/uptime')),
  ]);
  assert.equal(failure, null);
  assert.match(output, /^1\d\d/);
});

test('mountData, idmap and the failures of slots', () => {
  const data: Op = {
    op: 'mountData',
    root: 'root',
    dest: '/over',
    type: 'tmpfs',
    source: 'tmpfs',
    flags: ['nosuid', 'nodev'],
    data: `size=64k,${'mode=700,'.repeat(40)}mode=711`,
    propagation: ['private'],
  };
  const { output, failure } = stub(
    container(rootfs(), [proc, data], shell('grep over /proc/mounts; stat -c %a /over')),
  );
  assert.equal(failure, null);
  assert.match(output, /tmpfs \/over tmpfs rw,nosuid,nodev,relatime,size=64k,mode=711/);
  const empty = stub(container(rootfs(), [bind('/', '/x', { tree: 'nowhere' })], shell('true')));
  assert.deepEqual([empty.failure?.errno, empty.failure?.step], [9, 'slot']);
});
