import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runCommand } from '../../src/cli/command.ts';
import { defaultSpec } from '../../src/cli/format/spec.ts';
import { encodePlan } from '../../src/plan/encode.ts';
import { fakeRequest, Recorder } from '../execute/recorder.ts';

const { process, linux, ...rest } = defaultSpec();

/** Something of nearly everything that config.json may have. */
const base = {
  ...rest,
  domainname: 'x',
  annotations: { a: 'b' },
  process: {
    ...process,
    terminal: false,
    consoleSize: { height: 1, width: 2 },
    user: { uid: 1, gid: 1, umask: 18, additionalGids: [5] },
    oomScoreAdj: 5,
  },
  mounts: [
    ...(rest.mounts ?? []),
    { destination: '/b', type: 'bind', source: '/x', options: ['rbind', 'rro', 'rprivate'] },
  ],
  hooks: {
    prestart: [{ path: '/h', args: ['h'], env: ['A=b'], timeout: 3 }],
    startContainer: [{ path: '/h' }],
    poststop: [{ path: '/h' }],
  },
  linux: {
    ...linux,
    namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup', 'time', 'user'].map((type) => ({ type })),
    uidMappings: [{ containerID: 0, hostID: 1000, size: 1000 }],
    gidMappings: [{ containerID: 0, hostID: 1000, size: 1000 }],
    timeOffsets: { monotonic: { secs: 5, nanosecs: 1 }, boottime: { secs: -5 } },
    sysctl: { 'net.ipv4.ip_forward': '1' },
    devices: [{ type: 'c', path: '/dev/x', major: 1, minor: 3, fileMode: 438, uid: 0, gid: 0 }],
    cgroupsPath: '/a/b',
    rootfsPropagation: 'slave',
    resources: {
      devices: [{ allow: false }, { allow: true, type: 'c', major: 1, minor: 3, access: 'rw' }],
      memory: { limit: 1e8, swap: 2e8, reservation: 1e7, swappiness: 5, disableOOMKiller: false },
      cpu: { shares: 5, quota: 1e4, period: 1e5, cpus: '0', mems: '0' },
      pids: { limit: 5 },
      blockIO: { weight: 10, throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 5 }] },
      hugepageLimits: [{ pageSize: '2MB', limit: 5 }],
      network: { classID: 5, priorities: [{ name: 'lo', priority: 1 }] },
    },
  },
};

const controllers = ['devices', 'memory', 'cpu', 'cpuset', 'pids', 'blkio', 'hugetlb', 'net_cls', 'net_prio'];
const mountinfo = controllers.map(
  (name, index) => `${index + 30} 20 0:28 / /sys/fs/cgroup/${name} rw - cgroup cgroup rw,${name}\n`,
);
const cgroups = controllers.map((name, index) => `${index + 1}:${name}:/\n`).join('');

async function outcome(config: object): Promise<string> {
  const files = { '/b/config.json': JSON.stringify(config), '/proc/self/mountinfo': mountinfo.join('') };
  const argv = 'railcar create -b /b x'.split(' ');
  const hands = new Recorder({ files });
  const finish = await runCommand(fakeRequest({ argv, cgroups }), hands);
  for (const { plan } of hands.executed) encodePlan(plan);
  return finish === null ? '' : String(finish.stderr);
}

type Path = readonly (string | number)[];
const paths = [...pathsOf(base, [])];

function* pathsOf(value: unknown, path: Path): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    yield* pathsOf(member, [...path, Array.isArray(value) ? Number(name) : name]);
  }
  if (!Array.isArray(value)) yield [...path, 'unknown'];
}

function replaced(path: Path, value: unknown): object {
  const copy: unknown = structuredClone(base);
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((inner, name) => (inner as Record<string | number, unknown>)[name], copy);
  (holder as Record<string | number, unknown>)[path.at(-1) ?? ''] = value;
  return copy as object;
}

test('what is replaced in here can be planned', async () => {
  expect(await outcome(base)).toBe('');
});

test('whatever stands in config.json, railcar knows what to say', { timeout: 60_000 }, async () => {
  const plausible = fc.constantFrom<unknown>(
    '',
    '/',
    '..',
    '-1',
    -1,
    0,
    2 ** 32,
    1e18,
    [],
    {},
    [''],
    [{}],
    true,
    null,
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.oneof(plausible, fc.jsonValue()), async (path, value) => {
      expect(await outcome(replaced(path, value))).not.toMatch(/internal error/);
    }),
    { numRuns: 1000 },
  );
});

test('a name that every object has is no type of a mount', async () => {
  expect(await outcome(replaced(['mounts', 2, 'type'], 'toString'))).not.toMatch(/internal error|TypeError/);
});
