import { expect, test } from 'vitest';
import { bitList } from '../../src/config/bit-list.ts';
import type { Process } from '../../src/config/config.ts';
import { buildExec } from '../../src/plan/exec.ts';
import type { ExecFacts, ExecOptions } from '../../src/plan/facts.ts';
import { facts } from '../golden/facts.ts';
import { find, names } from './build.ts';

const process: Process = { cwd: '/', args: ['id'] };
const base: ExecFacts = {
  id: 'golden',
  stateDir: '/run/railcar/golden',
  caller: facts.caller,
  init: { pid: 77, startTime: 5 },
  namespaces: [
    { type: 'pid', path: '/proc/77/ns/pid' },
    { type: 'mount', path: '/proc/77/ns/mnt' },
  ],
  noNewKeyring: false,
  cgroupPaths: {
    memory: '/cg/memory/x',
    cpu: '/cg/cpu,cpuacct/x',
    cpuacct: '/cg/cpu,cpuacct/x',
    '': '/cg/unified/x',
  },
  cgroupGivenAway: false,
  resctrlGroups: [],
  state: { ociVersion: '1.3.0', text: '{}' },
  modules: facts.modules,
  unit: null,
  annotations: undefined,
  linux: {},
  seccomp: null,
};
const detached: ExecOptions = {
  detach: true,
  preserveFds: 0,
  listenFds: 0,
  consoleSocket: null,
  pidfdSocket: null,
  pidFile: '/run/pid',
};

function exec(changes: Partial<Process> = {}, more: Partial<ExecFacts> = {}, options = detached) {
  const plan = buildExec({ ...process, ...changes }, { ...base, ...more }, options);
  return { hands: plan.hands, stub: plan.stubs[0] ?? [] };
}

test('the session keyring is new unless the container was made without one of its own', () => {
  expect(names(exec().stub)).toContain('keyring');
  expect(names(exec({}, { noNewKeyring: true }).stub)).not.toContain('keyring');
});

test('what is opened by pid belongs to that process: it is checked afterwards that it still lives', () => {
  const { hands } = exec();
  expect(hands[0]).toMatchObject({ op: 'pidfd', pid: 77, startTime: 5 });
  const check = names(hands).indexOf('signal');
  expect(hands[check]).toMatchObject({ process: 'init', signal: 0 });
  expect(names(hands).lastIndexOf('open')).toBeLessThan(check);
  expect(names(hands).slice(check)).toEqual(['signal', 'spawn', 'await', 'awaitExec', 'writeFile']);
});

test('the stub is not dumpable before it joins, and born into the pid namespace', () => {
  const list = names(exec().stub);
  expect(list.slice(0, 5)).toEqual(['undumpable', 'setns', 'setns', 'clone', 'parentDeath']);
});

test('each cgroup directory is joined once: v2 by birth, memory last', () => {
  const { hands, stub } = exec();
  const opened = hands.filter(({ origin }) => origin === 'cgroup_paths').map((op) => 'path' in op && op.path);
  expect(opened).toEqual(['/cg/memory/x', '/cg/cpu,cpuacct/x', '/cg/unified/x']);
  expect(find(stub, 'clone').cgroup).toBe('cgroup:unified');
  expect(stub.filter(({ op }) => op === 'joinCgroup')).toMatchObject([
    { dir: 'cgroup:cpu' },
    { dir: 'cgroup:memory' },
  ]);
});

test('the cgroup namespace is joined when the cgroup is: from inside nobody can be born outside', () => {
  const namespaces = [...base.namespaces, { type: 'cgroup', path: '/proc/77/ns/cgroup' } as const];
  const list = exec({}, { namespaces }).stub;
  const joined = list.findIndex((op) => op.op === 'setns' && op.namespace === 'namespace.cgroup');
  expect(joined).toBeGreaterThan(names(list).indexOf('clone'));
  const { '': _, ...cgroupPaths } = base.cgroupPaths;
  expect(names(exec({}, { namespaces, cgroupPaths }).stub).slice(0, 5)).toEqual([
    'undumpable',
    'setns',
    'setns',
    'setns',
    'clone',
  ]);
});

test('a cgroup that was given away is joined by the host’s root, before he is the container’s', () => {
  const namespaces = [...base.namespaces, { type: 'user', path: '/proc/77/ns/user' } as const];
  const { stub } = exec({}, { namespaces, cgroupPaths: { '': '/cg/x' }, cgroupGivenAway: true });
  expect(names(stub).slice(0, 3)).toEqual(['undumpable', 'joinCgroup', 'setns']);
  expect(stub[1]).toMatchObject({ dir: 'cgroup:unified', file: 'cgroup.procs' });
  expect(find(stub, 'clone').cgroup).toBeNull();
  const root = exec({}, { cgroupPaths: { '': '/cg/x' }, cgroupGivenAway: true }).stub;
  expect(find(root, 'clone').cgroup).toBe('cgroup:unified');
});

test('in a user namespace it becomes that namespace’s root, and its limits are set before', () => {
  const rlimits = [{ type: 'RLIMIT_CORE', soft: 0, hard: 0 }];
  const namespaces = [...base.namespaces, { type: 'user', path: '/proc/77/ns/user' } as const];
  const list = names(exec({ rlimits }, { namespaces }).stub);
  expect(list[0]).toBe('rlimit');
  expect(list).toContain('become');
  expect(list.lastIndexOf('joinCgroup')).toBeLessThan(list.indexOf('become'));
});

test('a terminal is made in the container, without /dev/console', () => {
  const foreground = { ...detached, detach: false };
  const { hands, stub } = exec({ terminal: true }, {}, foreground);
  expect(find(stub, 'pty')).toMatchObject({ console: 0, socket: null });
  const list = hands.map(({ op }) => op);
  expect(list[list.indexOf('spawn') - 1]).toBe('rawTerminal');
  expect(names(stub).indexOf('openRoot')).toBeLessThan(names(stub).indexOf('pty'));
  expect(names(hands)).toContain('receive');
  expect(() => exec({ terminal: true })).toThrow(/without setting console socket/);
});

test('the container’s filter holds for it too', () => {
  const seccomp = { program: new Uint8Array(16), flags: ['log' as const], listener: null };
  expect(find(exec({}, { seccomp }).stub, 'seccomp')).toMatchObject({ flags: ['log'] });
});

test('processors: the first ones before the cgroups are joined, the last ones afterwards', () => {
  const { stub } = exec({ execCPUAffinity: { initial: '0', final: '1' } });
  const list = names(stub);
  expect(list.indexOf('affinity')).toBeLessThan(list.indexOf('clone'));
  expect(list.lastIndexOf('affinity')).toBeGreaterThan(list.lastIndexOf('joinCgroup'));
  expect(stub.flatMap((op) => (op.op === 'affinity' ? [bitList(op.cpus)] : []))).toEqual(['0', '1']);
  expect(names(exec().stub)).not.toContain('affinity');
});

test('personality and memory policy are those of the container, labels those of the process', () => {
  const linux = { personality: { domain: 'LINUX32' }, memoryPolicy: { mode: 'MPOL_LOCAL' } } as const;
  const list = names(exec({ apparmorProfile: 'p' }, { linux: { ...linux } }).stub);
  expect(list).toEqual(expect.arrayContaining(['personality', 'memoryPolicy', 'writeSelf']));
  const modules = { apparmor: false, selinux: false };
  expect(() => exec({ selinuxLabel: 's' }, { modules })).toThrow('this kernel has no SELinux');
});

test('the groups of resctrl are joined before the process may go on', () => {
  const { hands, stub } = exec({}, { resctrlGroups: ['/sys/fs/resctrl/x'] });
  const list = names(hands);
  expect(list.indexOf('write')).toBeLessThan(list.indexOf('release'));
  expect(names(stub)).toContain('hold');
  expect(names(exec().stub)).not.toContain('hold');
});
