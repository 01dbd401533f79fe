import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { remarksJson, remarksText } from '../../src/cli/format/lint.ts';
import { defaultSpec } from '../../src/cli/format/spec.ts';
import { lintConfig } from '../../src/config/lint.ts';
import { complaint, minimal } from './messages.ts';

const data = new URL('data/', import.meta.url);

function lint(config: object | string): string[] {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  return remarksText('config.json', lintConfig(Buffer.from(text), 'config.json'))
    .split('\n')
    .slice(0, -1);
}

/** Without their places, which other tests look at. */
function said(config: object): string[] {
  return lint(config).map((line) => line.replace(/^config\.json:\d+:\d+: /, ''));
}

describe('a file with many mistakes', () => {
  const text = readFileSync(new URL('mistakes.json', data), 'utf8');
  const lines = remarksText('mistakes.json', lintConfig(Buffer.from(text), 'mistakes.json')).split('\n');

  test('has a line for each, at its own place', () => {
    const places = lines.slice(0, -1).map((line) => /^mistakes\.json:(\d+:\d+): /.exec(line)?.[1]);
    expect(places).toEqual([
      '2:17',
      '3:43',
      '5:17',
      '6:22',
      '7:12',
      '9:27',
      '11:15',
      '13:5',
      '14:86',
      '15:78',
      '17:37',
      '19:49',
      '19:58',
      '20:33',
      '21:42',
      '21:54',
    ]);
  });

  test('is the example of docs/lint.md', () => {
    const page = readFileSync(new URL('../../docs/lint.md', import.meta.url), 'utf8');
    expect(page.split('\n').filter((line) => line.startsWith('    mistakes.json:'))).toEqual(
      lines.slice(0, -1).map((line) => `    ${line}`),
    );
  });
});

describe('nothing is said of good files', () => {
  test('what `railcar spec` writes', () => {
    expect(lint(defaultSpec())).toEqual([]);
  });

  test.each(readdirSync(new URL('../golden', import.meta.url)).filter((name) => !name.includes('.')))(
    'golden %s',
    (name) => {
      const bytes = readFileSync(new URL(`../golden/${name}/config.json`, import.meta.url));
      expect(lintConfig(bytes, name).filter(({ severity }) => severity === 'error')).toEqual([]);
    },
  );
});

describe('one fault hides no other', () => {
  test('items behind one of a wrong type keep their places', () => {
    const text =
      '{"ociVersion":"1.3.0","root":{"path":"r"},"process":{"cwd":"/","args":["x"],\n"env":[1,\n"A"]}}';
    expect(lint(text)).toEqual([
      'config.json:2:8: process.env[0]: must be a string, not 1',
      'config.json:3:1: process.env[1]: must have the form NAME=value, not "A"',
    ]);
  });

  test('what is incomplete because of it is not told as well', () => {
    expect(said(minimal({ process: { cwd: 1, args: ['x'] } }))).toEqual([
      'process.cwd: must be a string, not 1',
    ]);
    expect(said(minimal({ process: { cwd: '/', args: [1] } }))).toEqual([
      'process.args[0]: must be a string, not 1',
    ]);
  });

  test('a wrong version is no reason to stop', () => {
    expect(said(minimal({ ociVersion: 1, root: { path: '' } }))).toEqual([
      'ociVersion: must be a string, not 1',
      'root.path: must not be empty',
    ]);
  });

  test('a file that is no object is one fault', () => {
    expect(lint('[]')).toEqual(['config.json:1:1: must be an object, not an array']);
  });
});

describe('text that is no JSON', () => {
  test('is told with the place where it ends to be', () => {
    expect(lint('{"a": [1,}')).toEqual(['config.json:1:10: a[1]: expected a value, found "}"']);
  });

  test('is told without one if it is not even UTF-8', () => {
    expect(lintConfig(Buffer.from([0xff]), 'x').map(({ text }) => text)).toEqual(['is not valid UTF-8']);
  });

  test('a member given twice is a warning at the second', () => {
    expect(lint(JSON.stringify(minimal()).replace('{', '{"root":{"path":"a"},'))).toEqual([
      'config.json:1:50: warning: root: is given a second time; this value is the one that counts',
    ]);
  });
});

/** What is added to a good configuration, and what is said of it. */
const advice: readonly (readonly [object, string | null])[] = [
  [{ ociVersion: '1.4.0' }, 'warning: ociVersion: is newer than 1.3.0: what it has added is unknown here'],
  [
    { mounts: [{ destination: 'tmp', type: 'tmpfs' }] },
    'warning: mounts[0].destination: is deprecated: write "/tmp"',
  ],
  [{ mounts: [{ destination: '/x', type: 'bind' }] }, 'mounts[0]: a bind mount needs a source'],
  [
    { mounts: [{ destination: '/x', source: '/y', options: ['bind', 'rediable'] }] },
    'mounts[0].options[1]: "rediable" is not an option of a bind mount',
  ],
  [
    { mounts: [{ destination: '/x', type: 'tmpfs', options: ['mode=755,noexc'] }] },
    'warning: mounts[0].options[0]: "noexc" is no known option of tmpfs mounts; did you mean "noexec"?',
  ],
  [
    { mounts: [{ destination: '/x', type: 'sysfs', options: ['color=red'] }] },
    'warning: mounts[0].options[0]: "color" is no known option of sysfs mounts; the kernel may refuse it',
  ],
  [
    { mounts: [{ destination: '/x', type: 'ext4', source: '/y', options: ['data=journal', 'raed-only'] }] },
    null,
  ],
  [
    { mounts: [{ destination: '/x', type: 'ext4', source: '/y', options: ['nodve'] }] },
    'warning: mounts[0].options[0]: "nodve" is no known option of mounts; did you mean "nodev"?',
  ],
  [
    { hooks: { prestart: [{ path: '/x' }] } },
    'warning: hooks.prestart[0]: prestart is deprecated: createRuntime runs at the same moment',
  ],
  [
    { process: { cwd: '/', args: ['x'], consoleSize: { height: 1, width: 1 } } },
    'warning: process.consoleSize: is accepted but has no effect without process.terminal',
  ],
  [
    { process: { cwd: '/', args: ['x'], commandLine: 'x' } },
    'warning: process.commandLine: is for Windows and ignored',
  ],
  [
    { process: { cwd: '/', args: ['x'], user: { username: 'x' } } },
    'warning: process.user.username: is for Windows and ignored: Linux knows uid and gid only',
  ],
  [
    { process: { cwd: '/', args: ['x'], env: ['A=1', 'A=2'] } },
    'warning: process.env[1]: sets A a second time',
  ],
  [
    { linux: { resources: { memory: { swappiness: 1 } } } },
    'warning: linux.resources.memory.swappiness: is accepted but not enforced on cgroup v2, which has it for the whole host',
  ],
  [
    { linux: { resources: { memory: { disableOOMKiller: true } } } },
    'warning: linux.resources.memory.disableOOMKiller: is accepted but not enforced on cgroup v2, where memory that runs out always kills',
  ],
  [{ linux: { resources: { memory: { disableOOMKiller: false } } } }, null],
  [
    { linux: { resources: { memory: { kernel: 1 } } } },
    'warning: linux.resources.memory.kernel: is accepted but not enforced: Linux has no limit on kernel memory since 5.16',
  ],
  [
    { linux: { resources: { memory: { useHierarchy: true } } } },
    'warning: linux.resources.memory.useHierarchy: is accepted but not enforced: memory is always counted by hierarchy',
  ],
  [
    {
      linux: {
        devices: ['/dev/a', '/dev/b'].map((path) => ({ type: 'c', path, major: 1, minor: 3 })),
      },
    },
    'warning: linux.devices[1]: is a second device of the numbers c 1:3',
  ],
  [
    { linux: { intelRdt: { l3CacheSchema: '0=f' } } },
    'warning: linux.intelRdt.l3CacheSchema: should begin with "L3:"',
  ],
  [
    { linux: { intelRdt: { l3CacheSchema: 'L3:0=f\nL3:1=f' } } },
    'warning: linux.intelRdt.l3CacheSchema: should be one line',
  ],
  [
    { linux: { intelRdt: { closID: 'x', schemata: ['L3:0=f'], memBwSchema: 'MB:0=10' } } },
    'warning: linux.intelRdt.memBwSchema: should not be given beside schemata, which come later',
  ],
];

describe('what a run does not complain of', () => {
  test.each(advice)('%j', (more, line) => {
    expect(said(minimal(more))).toEqual(line === null ? [] : [line]);
  });

  test('ids that the user namespace does not have', () => {
    const one = [{ containerID: 0, hostID: 1000, size: 1 }];
    const config = (path?: string) =>
      minimal({
        process: { cwd: '/', args: ['x'], user: { uid: 5, gid: 0, additionalGids: [0, 7] } },
        linux: path
          ? { namespaces: [{ type: 'user', path }] }
          : { namespaces: [{ type: 'user' }], uidMappings: one, gidMappings: one },
      });
    expect(said(config())).toEqual([
      'warning: process.user.uid: 5 has no mapping in linux.uidMappings: nothing can be started with it',
      'warning: process.user.additionalGids[1]: 7 has no mapping in linux.gidMappings: nothing can be started with it',
    ]);
    // What another one has, its owner knows.
    expect(said(config('/proc/1/ns/user'))).toEqual([]);
  });
});

test('as JSON', () => {
  const remarks = lintConfig(Buffer.from(JSON.stringify(minimal({ hostname: 'x' }))), 'config.json');
  expect(JSON.parse(remarksJson('a/config.json', remarks))).toEqual([
    {
      file: 'a/config.json',
      line: 1,
      column: 95,
      severity: 'error',
      path: 'hostname',
      text: 'needs a uts namespace in linux.namespaces',
    },
  ]);
});

describe('lint and a run agree', () => {
  const base = minimal({
    process: { cwd: '/', args: ['sh'], env: ['A=b'], rlimits: [{ type: 'RLIMIT_CPU', soft: 1, hard: 2 }] },
    hooks: { poststop: [{ path: '/x', timeout: 3 }] },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: {
      namespaces: [{ type: 'user' }, { type: 'uts', path: '/proc/1/ns/uts' }],
      uidMappings: [{ containerID: 0, hostID: 1, size: 1 }],
      gidMappings: [{ containerID: 0, hostID: 1, size: 1 }],
      devices: [{ path: '/dev/x', type: 'c', major: 1, minor: 3 }],
      resources: { rdma: { x: { hcaHandles: 1 } }, blockIO: { weight: 10 } },
    },
  });
  const paths = [...pathsOf(base, [])];

  test('in what they refuse, and the run tells the first of it', () => {
    expect(complaint(base)).toBe(null);
    const change = fc.tuple(fc.constantFrom(...paths), fc.oneof(fc.jsonValue(), fc.constant(undefined)));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const config = structuredClone(base);
        for (const [path, value] of changes) put(config, path, value);
        const text = JSON.stringify(config);
        // A bind mount is looked at when it is planned.
        fc.pre(!text.includes('bind'));
        const errors = lintConfig(Buffer.from(text), 'config.json').filter(
          ({ severity }) => severity === 'error',
        );
        const refused = complaint(text);
        if (refused === null) expect(errors).toEqual([]);
        else expect(errors.map(({ text }) => text).find((one) => refused.endsWith(one))).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });
});

type Path = readonly (string | number)[];

function* pathsOf(value: unknown, path: Path): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    yield* pathsOf(member, [...path, Array.isArray(value) ? Number(name) : name]);
  }
}

/** Where the place is gone because of an earlier change, nothing happens. */
function put(config: object, path: Path, value: unknown): void {
  const holder = path
    .slice(0, -1)
    .reduce<unknown>(
      (inner, name) => (inner as Record<string | number, unknown> | null | undefined)?.[name],
      config,
    );
  if (typeof holder === 'object' && holder !== null) {
    (holder as Record<string | number, unknown>)[path.at(-1) ?? ''] = value;
  }
}
