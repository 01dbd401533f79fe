import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Seccomp } from '../../src/config/config.ts';
import { kernel } from '../../src/kernel/kernel.ts';
import { anew } from '../../src/remember.ts';
import { compileSeccomp } from '../../src/seccomp/compile.ts';
import { type Call, I386, runFilter } from './bpf.ts';

const ALLOW = 0x7fff0000;
const errno = (number: number) => 0x00050000 + number;
const [EPERM, ENOSYS] = [1, 38];

/** Numbers on x86_64. */
const nr = {
  read: 0,
  clone: 56,
  uname: 63,
  ptrace: 101,
  personality: 135,
  mount: 165,
  keyctl: 250,
  unshare: 272,
  clone3: 435,
} as const;

const noWarning = (message: string) => {
  throw new Error(message);
};

function compile(profile: Seccomp) {
  const filter = compileSeccomp(profile, noWarning);
  if (filter === null) throw new Error('no filter');
  return { ...filter, run: (call: Call) => runFilter(filter.program, call) };
}

describe('the profile of Docker 20.10', () => {
  const text = readFileSync(join(import.meta.dirname, 'docker-profile.json'), 'utf8');
  const { run, program } = compile(JSON.parse(text) as Seccomp);

  test.each(['read', 'uname', 'ptrace'] as const)('allows %s', (name) => {
    expect(run({ number: nr[name] })).toBe(ALLOW);
  });

  test.each(['mount', 'keyctl', 'unshare'] as const)('refuses %s', (name) => {
    expect(run({ number: nr[name] })).toBe(errno(EPERM));
  });

  test.each([0n, 8n, 0x20000n, 0x20008n, 0xffffffffn])('allows personality(%i)', (persona) => {
    expect(run({ number: nr.personality, args: [persona] })).toBe(ALLOW);
  });

  test.each([1n, 9n, 0x40000n])('refuses personality(%i)', (persona) => {
    expect(run({ number: nr.personality, args: [persona] })).toBe(errno(EPERM));
  });

  test('allows clone without new namespaces', () => {
    expect(run({ number: nr.clone, args: [0x11n] })).toBe(ALLOW);
    expect(run({ number: nr.clone, args: [0x10000000n | 0x11n] })).toBe(errno(EPERM));
  });

  test('makes clone3 look missing, so that libraries use clone', () => {
    expect(run({ number: nr.clone3 })).toBe(errno(ENOSYS));
  });

  test('answers ENOSYS to what is newer than itself', () => {
    expect(run({ number: 600 })).toBe(errno(ENOSYS));
    expect(run({ architecture: I386, number: 600 })).toBe(errno(ENOSYS));
    expect(run({ number: 0x40000000 + 900 })).toBe(errno(ENOSYS));
  });

  test('knows the calls of 32-bit programs by their own numbers', () => {
    expect(run({ architecture: I386, number: 3 })).toBe(ALLOW);
    expect(run({ architecture: I386, number: 21 })).toBe(errno(EPERM));
  });

  test('kills what is of another machine', () => {
    expect(run({ architecture: 0xc00000b7, number: 63 })).toBe(0);
  });

  test('fits into the kernel', () => {
    expect(program.length / 8).toBeLessThan(4096);
  });
});

describe('actions', () => {
  const cases = [
    ['SCMP_ACT_KILL', undefined, 0],
    ['SCMP_ACT_KILL_THREAD', undefined, 0],
    ['SCMP_ACT_KILL_PROCESS', undefined, 0x80000000],
    ['SCMP_ACT_TRAP', undefined, 0x00030000],
    ['SCMP_ACT_ERRNO', undefined, errno(EPERM)],
    ['SCMP_ACT_ERRNO', 0, errno(0)],
    ['SCMP_ACT_ERRNO', 22, errno(22)],
    ['SCMP_ACT_TRACE', 7, 0x7ff00007],
    ['SCMP_ACT_LOG', undefined, 0x7ffc0000],
  ] as const;

  test.each(cases)('%s with errnoRet %s', (action, errnoRet, expected) => {
    const rule = { names: ['uname'], action, ...(errnoRet !== undefined && { errnoRet }) };
    const { run } = compile({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule] });
    expect(run({ number: nr.uname })).toBe(expected);
    expect(run({ number: nr.read })).toBe(ALLOW);
  });

  test('the default has an errno of its own', () => {
    const { run } = compile({
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 95,
      syscalls: [{ names: ['personality'], action: 'SCMP_ACT_ALLOW' }],
    });
    expect(run({ number: nr.uname })).toBe(errno(95));
  });

  test('a rule that says what the default says is not one', () => {
    const { run } = compile({
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [{ names: ['uname', 'personality'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
    });
    expect(run({ number: nr.uname })).toBe(errno(EPERM));
  });
});

describe('conditions', () => {
  const matches = (op: string, value: number, given: bigint, valueTwo = 0) => {
    const args = [{ index: 0, op, value, valueTwo }] as NonNullable<Seccomp['syscalls']>[number]['args'];
    const syscalls: Seccomp['syscalls'] = [{ names: ['personality'], action: 'SCMP_ACT_ERRNO', args }];
    const { run } = compile({ defaultAction: 'SCMP_ACT_ALLOW', syscalls });
    return run({ number: nr.personality, args: [given] }) !== ALLOW;
  };

  test.each([
    ['SCMP_CMP_NE', [true, false, true]],
    ['SCMP_CMP_LT', [true, false, false]],
    ['SCMP_CMP_LE', [true, true, false]],
    ['SCMP_CMP_EQ', [false, true, false]],
    ['SCMP_CMP_GE', [false, true, true]],
    ['SCMP_CMP_GT', [false, false, true]],
  ] as const)('%s 5 of 4, 5, 6', (op, expected) => {
    expect([4n, 5n, 6n].map((given) => matches(op, 5, given))).toEqual(expected);
  });

  test('all 64 bits count', () => {
    expect(matches('SCMP_CMP_EQ', 5, 5n + (1n << 32n))).toBe(false);
    expect(matches('SCMP_CMP_GT', 5, 1n << 32n)).toBe(true);
  });

  test('SCMP_CMP_MASKED_EQ: value is the mask', () => {
    expect(matches('SCMP_CMP_MASKED_EQ', 0xf0, 0x2fn, 0x20)).toBe(true);
    expect(matches('SCMP_CMP_MASKED_EQ', 0xf0, 0x3fn, 0x20)).toBe(false);
  });

  test('on different arguments must all hold, on one argument are alternatives', () => {
    const eq = (index: number, value: number) => ({ index, value, op: 'SCMP_CMP_EQ' as const });
    const profile = (args: ReturnType<typeof eq>[]): Seccomp => ({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['keyctl'], action: 'SCMP_ACT_ERRNO', args }],
    });
    const both = compile(profile([eq(0, 1), eq(1, 2)]));
    expect(both.run({ number: nr.keyctl, args: [1n, 2n] })).toBe(errno(EPERM));
    expect(both.run({ number: nr.keyctl, args: [1n, 3n] })).toBe(ALLOW);
    const either = compile(profile([eq(0, 1), eq(0, 2)]));
    expect(either.run({ number: nr.keyctl, args: [2n] })).toBe(errno(EPERM));
    expect(either.run({ number: nr.keyctl, args: [3n] })).toBe(ALLOW);
  });

  test('name one of six arguments', () => {
    expect(() => matchesIndex(6)).toThrow(/arguments 0 to 5/);
  });

  function matchesIndex(index: number) {
    const args = [{ index, op: 'SCMP_CMP_EQ' as const, value: 1 }];
    const syscalls: Seccomp['syscalls'] = [{ names: ['read'], action: 'SCMP_ACT_ERRNO', args }];
    return compile({ defaultAction: 'SCMP_ACT_ALLOW', syscalls });
  }
});

test('what libseccomp does not know is skipped', () => {
  const { run } = compile({
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_ABACUS'],
    syscalls: [{ names: ['no_such_call', 'uname'], action: 'SCMP_ACT_ERRNO' }],
  });
  expect(run({ number: nr.uname })).toBe(errno(EPERM));
});

test('a permissive profile stays permissive for new calls', () => {
  const { run } = compile({
    defaultAction: 'SCMP_ACT_LOG',
    syscalls: [{ names: ['uname'], action: 'SCMP_ACT_ERRNO' }],
  });
  expect(run({ number: 600 })).toBe(0x7ffc0000);
});

test('flags: speculation is left alone unless flags are given', () => {
  const flags = (list?: Seccomp['flags']) =>
    compileSeccomp({ defaultAction: 'SCMP_ACT_ALLOW', ...(list && { flags: list }) }, () => {})?.flags;
  expect(flags()).toEqual(['spec_allow']);
  expect(flags([])).toEqual([]);
  expect(flags(['SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'])).toEqual(['log']);
});

describe('SCMP_ACT_NOTIFY', () => {
  const NOTIFY = 0x7fc00000;
  const asking = (more: Partial<Seccomp>): Seccomp => ({
    defaultAction: 'SCMP_ACT_ALLOW',
    listenerPath: '/run/agent',
    syscalls: [{ names: ['mount'], action: 'SCMP_ACT_NOTIFY' }],
    ...more,
  });
  const refusal = (more: Partial<Seccomp>) => () => compile(asking(more));

  test('is what the filter answers, and needs a listener of its own', () => {
    const { run, flags, listener } = compile(asking({ listenerMetadata: 'm' }));
    expect(run({ number: nr.mount })).toBe(NOTIFY);
    expect(flags).toEqual(['spec_allow', 'new_listener']);
    expect(listener).toEqual({ path: '/run/agent', metadata: 'm' });
  });

  test('flags that only make sense with it, or need another one with it', () => {
    const flags: Seccomp['flags'] = ['SECCOMP_FILTER_FLAG_TSYNC', 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'];
    expect(compile(asking({ flags })).flags).toEqual([
      'tsync',
      'wait_killable_recv',
      'new_listener',
      'tsync_esrch',
    ]);
  });

  test('without it a listenerPath is ignored', () => {
    const { flags, listener } = compile({ defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '/run/x' });
    expect({ flags, listener }).toEqual({ flags: ['spec_allow'], listener: null });
  });

  test('needs a listenerPath', () => {
    expect(refusal({ listenerPath: '' })).toThrow('is missing for SCMP_ACT_NOTIFY');
  });

  test('is impossible for the call that hands the listener over', () => {
    const syscalls: Seccomp['syscalls'] = [{ names: ['mount', 'sendmsg'], action: 'SCMP_ACT_NOTIFY' }];
    expect(refusal({ syscalls })).toThrow('SCMP_ACT_NOTIFY is impossible for sendmsg');
    const byDefault = { defaultAction: 'SCMP_ACT_NOTIFY', syscalls: [] } as const;
    expect(refusal({ ...byDefault, syscalls: [] })).toThrow(
      expect.objectContaining({ origin: 'linux.seccomp.defaultAction' }),
    );
    const allowed: Seccomp['syscalls'] = [{ names: ['sendmsg'], action: 'SCMP_ACT_ALLOW' }];
    expect(
      compile(asking({ defaultAction: 'SCMP_ACT_NOTIFY', syscalls: allowed })).run({ number: 600 }),
    ).toBe(NOTIFY);
  });
});

test.each([
  ['SCMP_ACT_KILL', 0],
  ['SCMP_ACT_KILL_THREAD', 0],
  ['SCMP_ACT_KILL_PROCESS', 0x80000000],
  ['SCMP_ACT_TRAP', 0x00030000],
  ['SCMP_ACT_ERRNO', 0x00050000 + 7],
  ['SCMP_ACT_TRACE', 0x7ff00000 + 7],
  ['SCMP_ACT_LOG', 0x7ffc0000],
] as const)('%s as the action of a rule and as the default', (action, expected) => {
  const rule = compile({
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['uname'], action, errnoRet: 7 }],
  });
  expect(rule.run({ number: nr.uname })).toBe(expected);
  const byDefault = compile({
    defaultAction: action,
    defaultErrnoRet: 7,
    syscalls: [{ names: ['uname', 'clone3'], action: 'SCMP_ACT_ALLOW' }],
  });
  expect(byDefault.run({ number: nr.read })).toBe(expected);
  expect(byDefault.run({ number: nr.uname })).toBe(ALLOW);
});

test('no profile, no filter, no addon', () => {
  const door = () => {
    throw new Error('loaded');
  };
  expect(compileSeccomp(undefined, noWarning, anew, door)).toBeNull();
});

test('what libseccomp refuses is told with its rule', () => {
  const door = () => ({
    compileFilter: () => {
      throw Object.assign(new Error('libseccomp: Invalid argument'), { errno: 22, rule: 1 });
    },
  });
  const profile: Seccomp = {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['read', 'write'], action: 'SCMP_ACT_ERRNO' }],
  };
  expect(() => compileSeccomp(profile, noWarning, anew, door)).toThrow(
    expect.objectContaining({ origin: 'linux.seccomp.syscalls[0]', code: 'config-invalid' }),
  );
});

test('the addon checks what it is given', () => {
  expect(() => kernel().compileFilter({} as never)).toThrow();
});
