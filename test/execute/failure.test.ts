import { describe, expect, test } from 'vitest';
import { positionsOf } from '../../src/config/positions.ts';
import { type FailureContext, failureError } from '../../src/execute/failure.ts';
import type { Failure } from '../../src/execute/messages.ts';
import { type HandsOp, handsOps, type StubOp, stubOps } from '../../src/plan/ops.ts';
import type { Plan } from '../../src/plan/plan.ts';

const nothing: Failure = {
  program: 3,
  index: 0,
  errno: 0,
  status: 0,
  op: '',
  origin: 'state',
  step: '',
  subject: '',
  detail: '',
};

function message(failure: Partial<Failure>, context: FailureContext = {}): string {
  return failureError({ ...nothing, ...failure }, context).message;
}

function stubPlan(...ops: StubOp[]): FailureContext {
  return { plan: { hands: [], stubs: [ops], teardown: [] } };
}

const mount: StubOp = {
  op: 'mountFs',
  root: 'root',
  dest: '/dev/shm',
  type: 'tmpfs',
  source: 'shm',
  superblock: [],
  options: ['size=x'],
  attr: [],
  propagation: [],
  noSymlinks: 0,
  copyUp: 0,
  keepMode: 0,
  origin: 'mounts[1]',
};

describe('a failed operation', () => {
  const text = '{\n  "mounts": [\n    {"destination": "/proc"},\n    {"destination": "/dev/shm"}\n  ]\n}\n';
  const positions = positionsOf(text, 'config.json');
  const failure = { op: 'mountFs', origin: 'mounts[1]', step: 'fsconfig', errno: 22 };

  test('is told with place, action, both objects, reason and errno', () => {
    expect(message(failure, { ...stubPlan(mount), positions })).toBe(
      'config.json:4:5: mounts[1]: cannot mount "tmpfs" on "/dev/shm": invalid argument (EINVAL)',
    );
  });

  test('has what the kernel said', () => {
    const detail = "tmpfs: Bad value for 'size'";
    expect(message({ ...failure, detail }, { ...stubPlan(mount), positions })).toBe(
      `config.json:4:5: mounts[1]: cannot mount "tmpfs" on "/dev/shm": invalid argument (EINVAL): ${detail}`,
    );
  });

  test('names the object at fault where that is another one', () => {
    expect(message({ ...failure, subject: '/dev', errno: 20 }, { ...stubPlan(mount), positions })).toBe(
      'config.json:4:5: mounts[1]: cannot mount "tmpfs" on "/dev/shm": "/dev": not a directory (ENOTDIR)',
    );
  });

  test('without the plan still has its origin', () => {
    expect(message({ ...failure, subject: '/dev/shm' })).toBe(
      'mounts[1]: cannot mount: "/dev/shm": invalid argument (EINVAL)',
    );
  });

  test('of an option names the option, and an origin that explains nothing is left out', () => {
    const op: HandsOp = { op: 'writeFile', path: '/p/pid', mode: 0, text: '', origin: '--pid-file' };
    const plan: Plan = { hands: [op], stubs: [], teardown: [] };
    const failed = { program: 0, op: 'writeFile', origin: '--pid-file', errno: 2 };
    const reason = 'cannot write "/p/pid": no such file or directory (ENOENT)';
    expect(message(failed, { plan, positions })).toBe(`--pid-file: ${reason}`);
    expect(message({ ...failed, origin: 'state' }, { plan, positions })).toBe(reason);
  });

  test('is found among undo, teardown and the branches of an or-else', () => {
    const remove = (path: string): HandsOp => ({ op: 'unlink', path, origin: 'state' });
    const open: HandsOp = { op: 'open', path: '/a', flags: [], mode: 0, into: 'a', origin: 'state' };
    const plan: Plan = {
      hands: [
        { ...open, undo: [remove('/undone')], orElse: { on: ['ENOENT'], do: [remove('/instead')] } },
        { ...open, path: '/b' },
      ],
      stubs: [],
      teardown: [remove('/down')],
    };
    const at = (program: number, index: number, op = 'unlink') =>
      message({ program, index, op, errno: 13 }, { plan }).replace(/:.*/, '');
    expect(at(0, 1)).toBe('cannot remove "/instead"');
    expect(at(0, 2, 'open')).toBe('cannot open "/b"');
    expect(at(1, 0)).toBe('cannot remove "/undone"');
    expect(at(2, 0)).toBe('cannot remove "/down"');
    expect(at(0, 0)).toBe('cannot remove');
  });
});

/** What Docker and Podman look for, to choose between the exit codes 126 and 127. */
describe('a program that cannot be started', () => {
  const resolve: StubOp = { op: 'resolve', name: 'foo', path: '/bin', origin: 'process.args' };
  const exec: StubOp = {
    op: 'exec',
    args: ['/bin/foo'],
    env: [],
    home: 0,
    listenPid: 0,
    preserve: 0,
    origin: 'process.args',
  };
  const say = (op: StubOp, failure: Partial<Failure>) =>
    message({ op: op.op, origin: 'process.args', ...failure }, stubPlan(op)).replace('process.args: ', '');

  test.each([
    [resolve, { errno: 2 }, 'exec: "foo": executable file not found in $PATH'],
    [resolve, { errno: 13, subject: '/bin/foo' }, 'exec: "foo": /bin/foo: permission denied'],
    [
      { ...resolve, name: '/a/foo' },
      { errno: 2, subject: '/a' },
      'exec: "/a/foo": stat /a: no such file or directory (ENOENT)',
    ],
    [
      { ...resolve, name: '/a/foo' },
      { errno: 2, subject: '/a/foo' },
      'exec: "/a/foo": stat /a/foo: no such file or directory (ENOENT)',
    ],
    [
      { ...resolve, name: '/a/foo' },
      { errno: 20, subject: '/a' },
      'exec: "/a/foo": stat /a: not a directory (ENOTDIR)',
    ],
    [{ ...resolve, name: '/a/foo' }, { errno: 13, subject: '/a/foo' }, 'exec: "/a/foo": permission denied'],
    [
      exec,
      { errno: 2, subject: '/lib64/ld.so' },
      'exec: "/bin/foo": interpreter /lib64/ld.so: no such file or directory (ENOENT)',
    ],
    [exec, { errno: 8, subject: '/bin/foo' }, 'exec: "/bin/foo": exec format error (ENOEXEC)'],
    [
      { ...resolve, name: '/bin' },
      { errno: 21, subject: '/bin' },
      'exec: "/bin": is a directory: permission denied',
    ],
    [exec, { errno: 13 }, 'exec: "/bin/foo": permission denied'],
  ] as const)('%o %o', (op, failure, expected) => {
    expect(say(op, failure)).toBe(expected);
  });

  test('is told by start too, which has no plan', () => {
    expect(message({ op: 'exec', subject: '/bin/foo', errno: 8 })).toBe(
      'exec: "/bin/foo": exec format error (ENOEXEC)',
    );
  });
});

describe('failures that mean something particular', () => {
  test.each([
    [{ op: 'mkdir', errno: 17 }, 'container-exists', 'container with given ID already exists'],
    [{ op: 'lock', errno: 11 }, 'container-locked', 'another command works on this container'],
    [{ op: 'signal', errno: 3 }, 'container-not-running', 'container not running'],
    [
      { op: 'await', status: 9 },
      'process-died',
      'the init process ended before the program was started: killed by SIGKILL (signal 9)',
    ],
    [
      { op: 'awaitExec', status: 256 },
      'process-died',
      'the init process ended before the program was started: exit status 1',
    ],
    [
      { op: 'hook', subject: '/bin/h', status: 768, detail: 'no luck\n' },
      'hook-failed',
      'cannot run the hook "/bin/h": exit status 3: no luck',
    ],
    [
      { op: 'hook', subject: '/bin/h', errno: 110, status: 9 },
      'hook-failed',
      'cannot run the hook "/bin/h": took longer than its timeout',
    ],
  ] as const)('%o', (failure, code, expected) => {
    const error = failureError({ ...nothing, program: 0, ...failure });
    expect(error.code).toBe(code);
    expect(error.message).toBe(expected);
  });
});

describe('every operation has words', () => {
  const names = [
    ...Object.keys(handsOps).map((name) => [name, 0] as const),
    ...Object.keys(stubOps).map((name) => [name, 3] as const),
  ];
  test.each(names)('%s', (op, program) => {
    const said = message({ program, op, errno: 5, subject: '/x' });
    expect(said).toMatch(/input\/output error \(EIO\)$/);
    expect(said).not.toMatch(/undefined| {2}| $|: :/);
  });
});

test('hints are given where the reason is known', () => {
  const hint = (failure: Partial<Failure>) => failureError({ ...nothing, ...failure }).hint;
  expect(hint({ op: 'attr', step: 'mount_setattr', errno: 38 })).toMatch(
    /no mount_setattr; railcar needs Linux/,
  );
  expect(hint({ op: 'attr', step: 'mount_setattr', errno: 38, detail: 'this needs Linux 5.12' })).toBeNull();
  expect(hint({ op: 'writeSelf', origin: 'process.oomScoreAdj', errno: 13 })).toMatch(/CAP_SYS_RESOURCE/);
  expect(hint({ op: 'exec', errno: 2 })).toMatch(/loader or interpreter/);
  expect(hint({ op: 'writeSelf', origin: 'process.apparmorProfile', errno: 2 })).toMatch(/apparmor_parser/);
  expect(hint({ op: 'writeSelf', origin: 'process.selinuxLabel', errno: 22 })).toMatch(/policy/);
  expect(hint({ op: 'writeSelf', origin: 'process.oomScoreAdj', errno: 2 })).toBeNull();
  expect(hint({ op: 'attr', errno: 22 })).toBeNull();
});
