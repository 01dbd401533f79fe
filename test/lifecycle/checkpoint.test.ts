import { expect, test } from 'vitest';
import type { CheckpointVerb, RestoreVerb } from '../../src/cli/verbs.ts';
import type { Result } from '../../src/execute/messages.ts';
import { checkpoint } from '../../src/lifecycle/checkpoint.ts';
import { quotedErrors } from '../../src/lifecycle/criu.ts';
import { restore } from '../../src/lifecycle/restore.ts';
import { type FakeHost, fakeContext, fakeRequest, Recorder } from '../execute/recorder.ts';
import { hostWith } from '../state/containers.ts';

const common = {
  id: 'c1',
  imagePath: '/img',
  workPath: null,
  tcpEstablished: false,
  extUnixSk: false,
  shellJob: false,
  fileLocks: false,
  lazyPages: false,
  autoDedup: false,
  manageCgroupsMode: 'soft',
  emptyNetwork: false,
  networkLock: null,
} as const;
const dump: CheckpointVerb = {
  ...common,
  parentPath: null,
  leaveRunning: false,
  preDump: false,
  tcpSkipInFlight: false,
  linkRemap: false,
  pageServer: null,
  statusFd: null,
};
const back: RestoreVerb = {
  ...common,
  bundle: '/bundle',
  detach: true,
  pidFile: null,
  consoleSocket: null,
  tcpClose: false,
  lsmProfile: null,
  lsmMountContext: null,
  systemdCgroup: false,
  noCgroups: false,
};
const installed = { '/opt/bin/criu': '' };
const failed: Result = {
  ok: false,
  captured: Buffer.from(''),
  failures: [
    {
      program: 0,
      index: 0,
      errno: 0,
      status: 0,
      op: 'criuEnd',
      origin: 'criu',
      step: 'outcome',
      subject: 'criu',
      detail: 'said over the socket',
    },
  ],
};
const log = `(00.000001) Version: 4.1.1
(00.000002) Error (criu/a.c:1): the first
(00.000003) Error (criu/b.c:2): the second
(00.000004) Warn  (criu/c.c:3): a warning
(00.000005)  1234: Error (criu/d.c:4): of a process
(00.000006) Error (criu/e.c:5): Dumping FAILED.
`;

function context(hands: Recorder) {
  return fakeContext(hands, {
    request: fakeRequest({ env: ['PATH=/usr/bin:relative:/opt/bin', 'X=1'] }),
  });
}

function attempt(host: FakeHost, verb: CheckpointVerb | RestoreVerb = dump) {
  const hands = new Recorder(host);
  const outcome = 'bundle' in verb ? restore(context(hands), verb) : checkpoint(context(hands), verb);
  return { hands, outcome };
}

const names = ({ ops }: Recorder) => ops.map(({ op }) => op);

test('the state comes first', async () => {
  await expect(attempt(hostWith('stopped')).outcome).rejects.toThrow(
    'Container cannot be checkpointed in stopped state',
  );
  const taken = hostWith('running', {}, { directories: ['/run/railcar/c1'] });
  await expect(attempt(taken, back).outcome).rejects.toThrow('container with given ID already exists');
});

test.each([
  ['checkpoint', dump, hostWith('running')],
  ['restore', back, {}],
])('%s without CRIU says so', async (_, verb, host) => {
  const { hands, outcome } = attempt(host, verb);
  await expect(outcome).rejects.toMatchObject({
    code: 'host-unsupported',
    message: 'exec: "criu": executable file not found in $PATH',
  });
  const looked = hands.batches.flat().filter(({ path }) => path.endsWith('/criu'));
  expect(looked.map(({ path }) => path)).toEqual(['/usr/bin/criu', '/opt/bin/criu']);
});

test('the last errors in the log of CRIU are the message', async () => {
  const host = (more: Readonly<Record<string, string>>) =>
    hostWith('running', {}, { files: { ...installed, ...more }, result: failed });
  const quoted =
    'Error (criu/b.c:2): the second; Error (criu/d.c:4): of a process; Error (criu/e.c:5): Dumping FAILED.';
  await expect(attempt(host({ '/img/dump.log': log })).outcome).rejects.toMatchObject({
    code: 'checkpoint-failed',
    message: `cannot dump the container "c1": ${quoted}`,
    hint: 'the log of CRIU is "/img/dump.log"; criu check says what this kernel lacks for it',
  });
  await expect(
    attempt(host({ '/work/dump.log': log }), { ...dump, workPath: '/work' }).outcome,
  ).rejects.toMatchObject({ hint: expect.stringContaining('"/work/dump.log"') });
  // What CRIU has said itself, where it has no log.
  await expect(attempt(host({})).outcome).rejects.toThrow(
    'cannot dump the container "c1": said over the socket',
  );
});

test('a log without errors has nothing to quote', () => {
  expect(quotedErrors('')).toEqual([]);
  expect(quotedErrors('(00.1) Warn  (a.c:1): b\n')).toEqual([]);
});

test('a dump ends the container and removes it, unless it is to go on', async () => {
  const host = hostWith('running', {}, { files: installed });
  const ended = attempt(host);
  await ended.outcome;
  expect(names(ended.hands)).toContain('waitExit');
  expect(names(ended.hands).at(-1)).toBe('removeTree');
  for (const verb of [
    { ...dump, leaveRunning: true },
    { ...dump, preDump: true },
  ]) {
    const goesOn = attempt(host, verb);
    await goesOn.outcome;
    expect(names(goesOn.hands).at(-1)).toBe('criuEnd');
  }
});

test('what the streams of the container led to is written beside the image', async () => {
  const links = { '/proc/42/fd/0': '/dev/null', '/proc/42/fd/1': 'pipe:[7]' };
  const { hands, outcome } = attempt(hostWith('running', {}, { files: installed, links }));
  await outcome;
  expect(hands.ops.find(({ op }) => op === 'writeFile')).toMatchObject({
    path: '/img/descriptors.json',
    text: '["/dev/null","pipe:[7]",""]',
  });
});

test('the parent of an image has to be a directory', async () => {
  const { outcome } = attempt(hostWith('running', {}, { files: installed }), { ...dump, parentPath: '../p' });
  await expect(outcome).rejects.toThrow('invalid --parent-path: stat /p: no such file or directory');
});

test('a directory that no checkpoint has written to', async () => {
  await expect(attempt({ files: installed }, back).outcome).rejects.toMatchObject({
    code: 'image-unreadable',
    message: 'cannot read "/img/descriptors.json": no such file or directory (ENOENT)',
  });
  const files = { ...installed, '/img/descriptors.json': '{}' };
  await expect(attempt({ files }, back).outcome).rejects.toThrow(
    '"/img/descriptors.json" is no list of descriptors',
  );
});

test('a file of options that an annotation names is the only one', async () => {
  const { criuConfigFile, findCriu } = await import('../../src/lifecycle/criu.ts');
  const files = { ...installed, '/etc/criu/runc.conf': '' };
  const criu = await findCriu(context(new Recorder({ files })));
  const chosen = (annotations?: Record<string, string>) =>
    criuConfigFile(criu, { ...(annotations && { annotations }) } as never);
  expect(chosen()).toBe('/etc/criu/runc.conf');
  expect(chosen({ 'org.criu.config': '/x' })).toBe('/x');
  expect(chosen({ 'org.criu.config': '' })).toBe(null);
  const own = await findCriu(context(new Recorder({ files: { ...files, '/etc/criu/railcar.conf': '' } })));
  expect(own.options).toBe('/etc/criu/railcar.conf');
});
