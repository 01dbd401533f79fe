import { describe, expect, test } from 'vitest';
import { loadProcess, loadResources } from '../../src/config/load.ts';
import { complaint, load, minimal } from './messages.ts';

describe('loadConfig', () => {
  test('a minimal configuration is returned as it is written', () => {
    expect(load(minimal()).config).toEqual(minimal());
  });

  test('members that no schema names stay', () => {
    const config = minimal({ 'org.example': { a: 1 } });
    expect(load(config).config).toEqual(config);
  });

  test('null is the same as nothing', () => {
    const config = minimal({ hooks: null, linux: { seccomp: null, namespaces: [] } });
    expect(load(config).config).toEqual(minimal({ linux: { namespaces: [] } }));
  });

  test('an integer beyond 2^53 stays exact', () => {
    const text = JSON.stringify(minimal({ process: { cwd: '/', args: ['x'], rlimits: [] } })).replace(
      '"rlimits":[]',
      '"rlimits":[{"type":"RLIMIT_CORE","soft":18446744073709551614,"hard":18446744073709551615}]',
    );
    expect(load(text).config.process.rlimits).toEqual([
      { type: 'RLIMIT_CORE', soft: 18446744073709551614n, hard: 18446744073709551615n },
    ]);
  });

  test('positions are those of the values', () => {
    const { positions } = load(
      '{"ociVersion":"1.0.0",\n "root":{"path":"r"},\n "process":{"cwd":"/","args":["sh"]}}',
    );
    expect(positions.of('process.args[0]')).toEqual({ line: 3, column: 31 });
    expect(positions.of('root')).toEqual({ line: 2, column: 9 });
  });
});

const map = { containerID: 0, hostID: 0, size: 1 };

/** Each row: what is changed in a good configuration, what stands at the place that is named, and what is said. */
const wrong: readonly (readonly [object, string, string])[] = [
  [{ ociVersion: 1 }, '1,', 'ociVersion: must be a string, not 1'],
  [{ ociVersion: '1.0' }, '"1.0"', 'ociVersion: must be a version such as "1.3.0" (SemVer 2.0.0), not "1.0"'],
  [{ ociVersion: '2.0.0' }, '"2.0.0"', 'ociVersion: must be 1.0.0 or a later 1.x, not "2.0.0"'],
  [{ root: undefined }, '{"ociVersion"', 'root: is missing'],
  [{ root: { path: '' } }, '""', 'root.path: must not be empty'],
  [{ root: { path: 'r', readonly: 'yes' } }, '"yes"', 'root.readonly: must be true or false, not "yes"'],
  [{ process: { args: ['sh'] } }, '{"args"', 'process.cwd: is missing'],
  [{ process: { cwd: 'tmp', args: ['sh'] } }, '"tmp"', 'process.cwd: must be an absolute path, not "tmp"'],
  [{ process: { cwd: '/' } }, '{"cwd"', 'process.args: is missing'],
  [
    { process: { cwd: '/', args: ['sh'], env: ['A=', 'B'] } },
    '"B"',
    'process.env[1]: must have the form NAME=value, not "B"',
  ],
  [{ process: { cwd: '/', args: [] } }, '[]', 'process.args: must not be empty'],
  [{ process: { cwd: '/', args: ['a', 1] } }, '1]', 'process.args[1]: must be a string, not 1'],
  [
    { process: { cwd: '/', args: ['a\0'] } },
    '"a\\u0000"',
    'process.args[0]: must not contain a NUL character',
  ],
  [
    { process: { cwd: '/', args: ['a'], user: { uid: 4294967296 } } },
    '4294967296',
    'process.user.uid: must be an integer from 0 to 4294967295, not 4294967296',
  ],
  [
    { process: { cwd: '/', args: ['a'], oomScoreAdj: 1001 } },
    '1001',
    'process.oomScoreAdj: must be an integer from -1000 to 1000, not 1001',
  ],
  [
    { process: { cwd: '/', args: ['a'], rlimits: [{ type: 'RLIMIT_BEER', soft: 1, hard: 1 }] } },
    '"RLIMIT_BEER"',
    'process.rlimits[0].type: "RLIMIT_BEER" is no resource limit of Linux',
  ],
  [
    { process: { cwd: '/', args: ['a'], rlimits: [limit(1, 1), limit(2, 2)] } },
    '{"type":"RLIMIT_CPU","soft":2',
    'process.rlimits[1]: sets RLIMIT_CPU a second time',
  ],
  [
    { process: { cwd: '/', args: ['a'], rlimits: [limit(2, 1)] } },
    '{"type"',
    'process.rlimits[0]: has a soft limit 2 above the hard limit 1',
  ],
  [{ mounts: [{ source: 'x' }] }, '{"source"', 'mounts[0].destination: is missing'],
  [{ mounts: [{ destination: '' }] }, '""', 'mounts[0].destination: must not be empty'],
  [
    { mounts: [{ destination: '/x', uidMappings: [map] }] },
    '{"destination"',
    'mounts[0]: must have both uidMappings and gidMappings or neither',
  ],
  [
    { hooks: { prestart: [{ path: 'x' }] } },
    '"x"',
    'hooks.prestart[0].path: must be an absolute path, not "x"',
  ],
  [
    { hooks: { poststop: [{ path: '/x', timeout: 0 }] } },
    '0}',
    'hooks.poststop[0].timeout: must be an integer from 1 to 2147483647, not 0',
  ],
  [{ hostname: 'x' }, '"x"', 'hostname: needs a uts namespace in linux.namespaces'],
  [
    { linux: { namespaces: [{ type: 'pid' }, { type: 'pid' }] } },
    '{"type":"pid"}]',
    'linux.namespaces[1]: names the pid namespace a second time',
  ],
  [
    { linux: { namespaces: [{ type: 'net' }] } },
    '"net"',
    'linux.namespaces[0].type: must be one of "mount", "pid", "network", "uts", "ipc", "user", "cgroup", "time", not "net"; did you mean "network"?',
  ],
  [
    { linux: { namespaces: [{ type: 'pid', path: 'x' }] } },
    '"x"',
    'linux.namespaces[0].path: must be an absolute path, not "x"',
  ],
  [
    { linux: { uidMappings: [map] } },
    '[{"containerID"',
    'linux.uidMappings: needs a user namespace in linux.namespaces',
  ],
  [
    { linux: { namespaces: [{ type: 'user' }], uidMappings: [map] } },
    '{"namespaces"',
    'linux.gidMappings: is missing for the new user namespace',
  ],
  [
    {
      linux: {
        namespaces: [{ type: 'user' }],
        uidMappings: [{ containerID: 5, hostID: 0, size: 4294967295 }],
      },
    },
    '{"containerID"',
    'linux.uidMappings[0]: goes beyond the largest id, 4294967295',
  ],
  [
    { linux: { timeOffsets: { boottime: { secs: 1 } } } },
    '{"boottime"',
    'linux.timeOffsets: needs a new time namespace in linux.namespaces',
  ],
  [
    { linux: { sysctl: { 'kernel.panic': '1' } } },
    '"1"',
    'linux.sysctl["kernel.panic"]: belongs to no namespace: it would change the host',
  ],
  [
    { linux: { sysctl: { 'net.ipv4.ip_forward': '1' } } },
    '"1"',
    'linux.sysctl["net.ipv4.ip_forward"]: needs a network namespace in linux.namespaces',
  ],
  [{ linux: { readonlyPaths: ['x'] } }, '"x"', 'linux.readonlyPaths[0]: must be an absolute path, not "x"'],
  [{ linux: { maskedPaths: ['x'] } }, '"x"', 'linux.maskedPaths[0]: must be an absolute path, not "x"'],
  [
    { linux: { devices: [{ type: 'c', path: '/dev/x' }] } },
    '{"type"',
    'linux.devices[0]: a device of type "c" needs major and minor',
  ],
  [
    { linux: { resources: { memory: { limit: 1.5 } } } },
    '1.5',
    'linux.resources.memory.limit: must be an integer from -9223372036854775808 to 9223372036854775807, not 1.5',
  ],
  [
    {
      linux: {
        seccomp: { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: [], action: 'SCMP_ACT_ALLOW' }] },
      },
    },
    '[],',
    'linux.seccomp.syscalls[0].names: must name at least one system call',
  ],
  [{ annotations: { '': 'x' } }, '"x"', 'annotations[""]: a key must not be empty'],
  [
    { linux: { namespaces: [{ type: 'user' }], uidMappings: [map, map], gidMappings: [map] } },
    '{"containerID":0,"hostID":0,"size":1}],"gid',
    'linux.uidMappings[1]: maps ids that linux.uidMappings[0] maps already',
  ],
  [
    {
      linux: {
        namespaces: [{ type: 'user' }],
        uidMappings: [map],
        gidMappings: [
          { containerID: 0, hostID: 100, size: 10 },
          { containerID: 10, hostID: 109, size: 1 },
        ],
      },
    },
    '{"containerID":10',
    'linux.gidMappings[1]: maps ids that linux.gidMappings[0] maps already',
  ],
  [
    {
      linux: {
        namespaces: [{ type: 'user' }],
        uidMappings: Array.from({ length: 341 }, (_, id) => ({ containerID: id, hostID: id, size: 1 })),
        gidMappings: [map],
      },
    },
    '[{"containerID":0,"hostID":0,"size":1},',
    'linux.uidMappings: has 341 entries; the kernel takes 340',
  ],
  [
    { linux: { namespaces: [{ type: 'time' }], timeOffsets: { monotonic: { nanosecs: 1000000000 } } } },
    '1000000000',
    'linux.timeOffsets.monotonic.nanosecs: must be below 1000000000, not 1000000000',
  ],
  [
    {
      linux: {
        devices: [
          { type: 'c', path: '/dev/x', major: 1, minor: 3 },
          { type: 'u', path: '/dev/x', major: 1, minor: 3 },
          { type: 'b', path: '/dev/x', major: 1, minor: 3 },
        ],
      },
    },
    '{"type":"b"',
    'linux.devices[2]: makes "/dev/x" a second time, as another device',
  ],
  [
    { linux: { netDevices: { eth0: {} } } },
    '{"eth0"',
    'linux.netDevices: needs a network namespace in linux.namespaces',
  ],
  [
    { linux: { namespaces: [{ type: 'network' }], netDevices: { eth0: { name: 'a/b' } } } },
    '"a/b"',
    'linux.netDevices.eth0.name: "a/b" is no name of a network device',
  ],
  [
    { linux: { namespaces: [{ type: 'network' }], netDevices: { 'a-name-of-16-let': {} } } },
    '{}}',
    'linux.netDevices["a-name-of-16-let"]: "a-name-of-16-let" is no name of a network device',
  ],
  [
    {
      linux: { namespaces: [{ type: 'network' }], netDevices: { eth0: { name: 'a' }, eth1: { name: 'a' } } },
    },
    '{"name":"a"}}',
    'linux.netDevices.eth1: gives a second device the name "a"',
  ],
  [
    { linux: { intelRdt: { closID: '..' } } },
    '".."',
    'linux.intelRdt.closID: must be the name of a directory, not ".."',
  ],
  [
    { linux: { intelRdt: { memBwSchema: '0=20' } } },
    '"0=20"',
    'linux.intelRdt.memBwSchema: must be one line that begins with "MB:", not "0=20"',
  ],
  [
    { linux: { intelRdt: { memBwSchema: 'MB:0=20\nL3:0=f' } } },
    '"MB',
    'linux.intelRdt.memBwSchema: must be one line that begins with "MB:", not "MB:0=20\\nL3:0=f"',
  ],
  [
    { linux: { intelRdt: { schemata: ['L3:0=f\nMB:0=20'] } } },
    '"L3:0',
    'linux.intelRdt.schemata[0]: must be one line, not "L3:0=f\\nMB:0=20"',
  ],
  [{ linux: { memoryPolicy: { nodes: '0' } } }, '{"nodes"', 'linux.memoryPolicy.mode: is missing'],
  [{ linux: { personality: {} } }, '{}', 'linux.personality.domain: is missing'],
  [
    { linux: { personality: { domain: 'LINUX', flags: ['x'] } } },
    '["x"]',
    'linux.personality.flags: the specification knows no flags yet',
  ],
  [
    { linux: { resources: { blockIO: { weight: 9 } } } },
    '9}',
    'linux.resources.blockIO.weight: must be an integer from 10 to 1000, not 9',
  ],
  [
    { linux: { resources: { blockIO: { weightDevice: [{ major: 8, minor: 0 }] } } } },
    '{"major"',
    'linux.resources.blockIO.weightDevice[0]: must have weight or leafWeight',
  ],
  [
    { linux: { resources: { blockIO: { weightDevice: [{ major: 8, minor: 0, leafWeight: 1001 }] } } } },
    '1001',
    'linux.resources.blockIO.weightDevice[0].leafWeight: must be an integer from 10 to 1000, not 1001',
  ],
  [
    { linux: { resources: { rdma: { mlx5: {} } } } },
    '{}',
    'linux.resources.rdma.mlx5: must have hcaHandles or hcaObjects',
  ],
  [
    { linux: { resources: { unified: { '../memory.max': '1' } } } },
    '"1"',
    'linux.resources.unified["../memory.max"]: must be the name of a file, without slashes',
  ],
  [
    {
      linux: {
        resources: {
          hugepageLimits: [
            { pageSize: '2MB', limit: 0 },
            { pageSize: '2MB', limit: 1 },
          ],
        },
      },
    },
    '{"pageSize":"2MB","limit":1',
    'linux.resources.hugepageLimits[1]: limits pages of 2MB a second time',
  ],
  [
    { linux: { resources: { memory: { swappiness: 101 } } } },
    '101',
    'linux.resources.memory.swappiness: must be an integer from 0 to 100, not 101',
  ],
  [
    { linux: { seccomp: { defaultAction: 'SCMP_ACT_ALLOW', defaultErrnoRet: 5 } } },
    '5}',
    'linux.seccomp.defaultErrnoRet: SCMP_ACT_ALLOW has no errno; only SCMP_ACT_ERRNO and SCMP_ACT_TRACE have',
  ],
  [
    {
      linux: {
        seccomp: {
          defaultAction: 'SCMP_ACT_ALLOW',
          syscalls: [{ names: ['bpf'], action: 'SCMP_ACT_KILL', errnoRet: 7 }],
        },
      },
    },
    '7}',
    'linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_KILL has no errno; only SCMP_ACT_ERRNO and SCMP_ACT_TRACE have',
  ],
  [
    {
      linux: {
        seccomp: {
          defaultAction: 'SCMP_ACT_ALLOW',
          syscalls: [{ names: ['bpf'], action: 'SCMP_ACT_LOG', errnoRet: 0 }],
        },
      },
    },
    '0}',
    'linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_LOG has no errno; only SCMP_ACT_ERRNO and SCMP_ACT_TRACE have',
  ],
  [
    {
      linux: {
        seccomp: {
          defaultAction: 'SCMP_ACT_ALLOW',
          syscalls: [
            { names: ['bpf'], action: 'SCMP_ACT_ERRNO', args: [{ index: 6, value: 0, op: 'SCMP_CMP_EQ' }] },
          ],
        },
      },
    },
    '6,',
    'linux.seccomp.syscalls[0].args[0].index: a system call has arguments 0 to 5',
  ],
  [
    { linux: { seccomp: { defaultAction: 'SCMP_ACT_ALLOW', listenerMetadata: 'x' } } },
    '"x"',
    'linux.seccomp.listenerMetadata: needs a listenerPath',
  ],
  [{ vm: { kernel: { path: '/x' } } }, '{"kernel"', 'vm: railcar does not run virtual machines'],
];

function limit(soft: number, hard: number) {
  return { type: 'RLIMIT_CPU', soft, hard };
}

describe('what is wrong is told with its place', () => {
  test.each(wrong)('%j', (more, at, message) => {
    const config = minimal(more);
    expect(complaint(config)).toBe(`${place(config, at)}: ${message}`);
  });
});

/** Of one line of JSON, the only place where this text stands. */
function place(config: object, at: string): string {
  const text = JSON.stringify(config);
  expect(text.split(at)).toHaveLength(2);
  return `config.json:1:${text.indexOf(at) + 1}`;
}

test('network devices may share a name that is numbered', () => {
  const netDevices = { a: { name: 'eth%d' }, b: { name: 'eth%d' } };
  const config = minimal({ linux: { namespaces: [{ type: 'network' }], netDevices } });
  expect(complaint(config)).toBe(null);
});

describe('warnings', () => {
  test('an unknown capability is named once', () => {
    const capabilities = { bounding: ['CAP_X'], effective: ['CAP_X', 'CAP_CHOWN'] };
    const config = minimal({ process: { cwd: '/', args: ['x'], capabilities } });
    expect(load(config).warnings).toEqual([
      `${place(config, '"CAP_X"],')}: process.capabilities.bounding[0]: unknown capability "CAP_X" is ignored`,
    ]);
  });

  test('ambient capabilities need others', () => {
    const some = ['CAP_CHOWN', 'CAP_KILL'];
    const capabilities = { permitted: some, inheritable: ['CAP_KILL'], ambient: some };
    const config = minimal({ process: { cwd: '/', args: ['x'], capabilities } });
    expect(load(config).warnings).toEqual([
      `${place(config, '["CAP_CHOWN","CAP_KILL"]}')}: process.capabilities.ambient: ` +
        'CAP_CHOWN cannot be ambient without being permitted and inheritable',
    ]);
  });

  test('an unknown architecture is named', () => {
    const seccomp = { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_Z80'] };
    const config = minimal({ linux: { seccomp } });
    expect(load(config).warnings).toEqual([
      `${place(config, '"SCMP_ARCH_Z80"')}: linux.seccomp.architectures[1]: unknown architecture "SCMP_ARCH_Z80" is ignored`,
    ]);
  });

  test.each(['solaris', 'windows', 'zos', 'freebsd'])(
    'sections for other platforms are ignored: %s',
    (name) => {
      const config = minimal({ [name]: {} });
      expect(load(config).warnings).toEqual([
        `${place(config, '{}')}: ${name}: is for another platform and ignored`,
      ]);
    },
  );
});

describe('keys that the specification does not name are ignored with a warning', () => {
  const rows: readonly (readonly [object, string, string])[] = [
    [
      { root: { path: 'r', readOnly: true } },
      'true',
      'root.readOnly: unknown key is ignored; did you mean "readonly"?',
    ],
    [
      { mounts: [{ destination: '/x', option: ['ro'] }] },
      '["ro"]',
      'mounts[0].option: unknown key is ignored; did you mean "options"?',
    ],
    [
      { linux: { resources: { oomScoreAdj: 3 } } },
      '3}',
      'linux.resources.oomScoreAdj: unknown key is ignored; did you mean "process.oomScoreAdj"?',
    ],
    [
      { linux: { namespaces: [{ type: 'network' }], netDevices: { eth0: { nmae: 'x' } } } },
      '"x"',
      'linux.netDevices.eth0.nmae: unknown key is ignored; did you mean "name"?',
    ],
    [{ 'org.example': { a: 1 } }, '{"a":1}', '["org.example"]: unknown key is ignored'],
  ];
  test.each(rows)('%j', (more, at, message) => {
    const config = minimal(more);
    expect(load(config).warnings).toEqual([`${place(config, at)}: ${message}`]);
  });

  test('names of maps are whatever they are', () => {
    const config = minimal({
      annotations: { a: 'b' },
      linux: { resources: { rdma: { x: { hcaHandles: 1 } } } },
    });
    expect(load(config).warnings).toEqual([]);
  });
});

test('the file of --process has paths of its own', () => {
  expect(() => loadProcess(Buffer.from('{"cwd":"x","args":["y"]}'), 'process.json')).toThrow(
    'process.json:1:8: cwd: must be an absolute path, not "x"',
  );
});

test('the file of --resources has paths of its own', () => {
  expect(() => loadResources(Buffer.from('{"memory":{"limit":"1"}}'), 'standard input')).toThrow(
    'standard input:1:20: memory.limit: must be an integer from',
  );
});
