import { parseCgroupHost } from '../../src/cgroups/host.ts';
import type { Config, LinuxSpec, Process } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { buildCreate } from '../../src/plan/create.ts';
import { planJson } from '../../src/plan/print.ts';
import { anew } from '../../src/remember.ts';
import { compileSeccomp } from '../../src/seccomp/compile.ts';
import { facts, options } from '../golden/facts.ts';
import type { Property } from './properties.ts';

/** What a container asks for, and an operation that its plan must have then: all of these texts are in it. */
export interface Case {
  /** Properties without which the plan has no such operation. */
  readonly properties: readonly Property[];
  readonly config: Partial<Omit<Config, 'process' | 'linux'>> & {
    readonly process?: Partial<Process>;
    readonly linux?: LinuxSpec;
  };
  readonly has: readonly string[];
  /** v1 with every controller unless v2 is asked for. */
  readonly host?: 'v2';
}

const resources = (resources: LinuxSpec['resources']) => ({ linux: { resources } });
/** On v2 nothing but a program can restrict devices. */
const anyDevice = { devices: [{ allow: true, access: 'rwm' }] };
const disk = { major: 8, minor: 0 };

const throttles = [
  ['throttleWriteBpsDevice', 'write_bps_device'],
  ['throttleReadIOPSDevice', 'read_iops_device'],
] as const;

const hookKinds = ['prestart', 'createContainer', 'startContainer', 'poststart', 'poststop'] as const;

/**
 * What this kernel or any one machine does not have, and golden plans with live twins cannot be about; and what is one of
 * many of a kind.
 */
export const cases: readonly Case[] = [
  ...hookKinds.map((kind) => ({
    properties: [`hooks.${kind}[].env`, `hooks.${kind}[].timeout`],
    config: { hooks: { [kind]: [{ path: '/hook', env: ['KEY=value'], timeout: 7 }] } },
    has: ['"op":"hook"', '"env":["KEY=value"]', '"timeout":7000', `"origin":"hooks.${kind}[0]"`],
  })),
  {
    properties: ['annotations'],
    config: { annotations: { key: 'value' }, hooks: { createRuntime: [{ path: '/hook' }] } },
    has: ['"op":"hook"', String.raw`\"annotations\":{\"key\":\"value\"}`],
  },
  {
    properties: ['linux.timeOffsets.monotonic.nanosecs'],
    config: { linux: { namespaces: [{ type: 'time' }], timeOffsets: { monotonic: { nanosecs: 7 } } } },
    has: ['timens_offsets', 'monotonic 0 7'],
  },
  {
    properties: ['linux.resources.blockIO.weight'],
    config: resources({ blockIO: { weight: 100 } }),
    has: ['"name":"blkio.weight"', '"text":"100"', '"origin":"linux.resources.blockIO.weight"'],
  },
  {
    properties: ['linux.resources.blockIO.leafWeight'],
    config: resources({ blockIO: { leafWeight: 100 } }),
    has: ['"name":"blkio.leaf_weight"', '"text":"100"'],
  },
  {
    properties: ['major', 'minor', 'weight'].map((name) => `linux.resources.blockIO.weightDevice[].${name}`),
    config: resources({ blockIO: { weightDevice: [{ ...disk, weight: 100 }] } }),
    has: ['"name":"blkio.weight_device"', '"text":"8:0 100"'],
  },
  {
    properties: ['linux.resources.blockIO.weightDevice', 'linux.resources.blockIO.weightDevice[].leafWeight'],
    config: resources({ blockIO: { weightDevice: [{ ...disk, leafWeight: 100 }] } }),
    has: ['"name":"blkio.leaf_weight_device"', '"text":"8:0 100"'],
  },
  ...throttles.map(([key, file]) => ({
    properties: ['', '[].major', '[].minor', '[].rate'].map((end) => `linux.resources.blockIO.${key}${end}`),
    config: resources({ blockIO: { [key]: [{ ...disk, rate: 1000 }] } }),
    has: [`"name":"blkio.throttle.${file}"`, '"text":"8:0 1000"'],
  })),
  {
    properties: ['linux.resources.cpu.idle'],
    config: resources({ cpu: { idle: 1 } }),
    has: ['"name":"cpu.idle"', '"text":"1"'],
  },
  {
    properties: ['', '[].pageSize', '[].limit'].map((end) => `linux.resources.hugepageLimits${end}`),
    config: resources({ hugepageLimits: [{ pageSize: '2MB', limit: 4194304 }] }),
    has: ['"name":"hugetlb.2MB.rsvd.limit_in_bytes"', '"text":"4194304"'],
  },
  {
    properties: ['linux.resources.memory.kernelTCP'],
    config: resources({ memory: { kernelTCP: 4096 } }),
    has: ['"name":"memory.kmem.tcp.limit_in_bytes"', '"text":"4096"'],
  },
  {
    properties: ['linux.resources.network', 'linux.resources.network.classID'],
    config: resources({ network: { classID: 1048577 } }),
    has: ['"name":"net_cls.classid"', '"text":"1048577"'],
  },
  {
    properties: ['', '[].name', '[].priority'].map((end) => `linux.resources.network.priorities${end}`),
    config: resources({ network: { priorities: [{ name: 'eth0', priority: 500 }] } }),
    has: ['"name":"net_prio.ifpriomap"', '"text":"eth0 500"'],
  },
  {
    properties: ['', '{}.hcaHandles', '{}.hcaObjects'].map((end) => `linux.resources.rdma${end}`),
    config: resources({ ...anyDevice, rdma: { mlx5_1: { hcaHandles: 3, hcaObjects: 10000 } } }),
    host: 'v2',
    has: ['"name":"rdma.max"', '"text":"mlx5_1 hca_handle=3 hca_object=10000"'],
  },
  {
    properties: ['linux.resources.unified'],
    config: resources({ ...anyDevice, unified: { 'memory.high': '1073741824' } }),
    host: 'v2',
    has: ['"name":"memory.high"', '"text":"1073741824"'],
  },
  {
    properties: ['linux.seccomp.defaultErrnoRet'],
    config: { linux: { seccomp: { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38 } } },
    has: ['"op":"seccomp"', `{"defaultAction":${0x50000 + 38},`],
  },
  {
    properties: ['linux.seccomp.flags'],
    config: { linux: { seccomp: { defaultAction: 'SCMP_ACT_ALLOW', flags: ['SECCOMP_FILTER_FLAG_LOG'] } } },
    has: ['"op":"seccomp"', '"flags":["log"]'],
  },
];

/** The operations of a case's plan, each as JSON. */
export function operations({ host }: Pick<Case, 'host'>, config: object): string[] {
  const loaded = loadConfig(Buffer.from(JSON.stringify(config)), 'config.json').config;
  const door = () => ({
    compileFilter: (request: object) => ({ program: Buffer.from(JSON.stringify(request)), newest: [] }),
  });
  const seccomp = compileSeccomp(loaded.linux?.seccomp, () => {}, anew, door);
  const cgroups = host === 'v2' ? v2 : { ...facts.cgroups, ...v1 };
  const plan = buildCreate(loaded, { ...facts, cgroups, seccomp }, options);
  return [...plan.hands, ...plan.stubs.flat(), ...plan.teardown].map((op) => {
    const filter = op.op === 'seccomp' ? Buffer.from(op.filter).toString() : '';
    const one = {
      hands: [{ ...op, text: 'text' in op && 'path' in op ? '' : textOf(op) }],
      stubs: [],
      teardown: [],
    };
    return `${JSON.stringify(JSON.parse(planJson(one as never)).hands[0])}${filter}`;
  });
}

function textOf(op: object): unknown {
  return (op as { text?: unknown }).text;
}

/** A small configuration with what the case asks for. */
export function configOf({ config: { process, linux, ...more } }: Case): Record<string, unknown> {
  return {
    ociVersion: '1.3.0',
    root: { path: 'rootfs' },
    ...more,
    process: { cwd: '/', args: ['true'], ...process },
    linux: { ...linux, namespaces: [{ type: 'mount' }, ...(linux?.namespaces ?? [])] },
  };
}

const controllers = [
  'pids',
  'blkio',
  'freezer',
  'devices',
  'memory',
  'cpuset',
  'cpu',
  'hugetlb',
  'net_cls',
  'net_prio',
];

const v1 = parseCgroupHost(
  controllers
    .map(
      (name, index) =>
        `${40 + index} 31 0:${40 + index} / /sys/fs/cgroup/${name} rw - cgroup cgroup rw,${name}\n`,
    )
    .join(''),
  controllers.map((name, index) => `${index + 1}:${name}:/\n`).join(''),
);

const v2 = {
  ...parseCgroupHost('60 31 0:60 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n', '0::/\n'),
  files: { '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory hugetlb pids rdma misc' },
};
