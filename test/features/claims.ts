import type { Property } from '../spec/properties.ts';
import { properties } from '../spec/properties.ts';

type Module = Readonly<Record<string, unknown>>;

/** Why a property of the document says what it says. */
export interface Claim {
  /** What the build is looked at for it. */
  readonly source: string;
  readonly shows: (value: unknown) => boolean;
  /** What of the source's exports is different in a build of which it is not true. */
  readonly without: (module: Module) => object;
}

/** Every property that the document may have: those of the schema, and those that features-linux.md of 1.3 adds. */
export function featureProperties(): Property[] {
  const newer = ['schemata', 'monitoring'].map((name) => `linux.intelRdt.${name}`);
  const policy = ['', '.modes', '.flags'].map((name) => `linux.memoryPolicy${name}`);
  return [...properties('features-schema.json'), ...newer, ...policy];
}

/** By property; those that only hold others have none. */
export const claims: Readonly<Record<Property, Claim>> = {
  ociVersionMin: version('OLDEST_SPEC_VERSION'),
  ociVersionMax: version('SPEC_VERSION'),
  hooks: lists('src/config/validate-hooks.ts', 'hookKinds', 'poststop'),
  mountOptions: lists('src/plan/mountOptions.ts', 'mountOptionNames', 'rro'),
  'linux.namespaces': listsInner('flagTables', 'namespaces', 'time'),
  'linux.capabilities': lists('src/config/capabilities.ts', 'capabilityNames', 'CAP_BPF'),
  'linux.cgroup.v1': plans('linux.resources.pids'),
  'linux.cgroup.v2': plans('linux.resources.pids'),
  'linux.cgroup.rdma': plans('linux.resources.rdma'),
  'linux.cgroup.systemd': withoutSystemd(),
  'linux.cgroup.systemdUser': withoutSystemd(),
  'linux.seccomp.enabled': {
    source: 'src/seccomp/compile.ts',
    shows: (value) => value === true,
    without: () => ({ actions: {} }),
  },
  'linux.seccomp.actions': lists('src/seccomp/compile.ts', 'actions', 'SCMP_ACT_LOG'),
  'linux.seccomp.operators': lists('src/seccomp/compile.ts', 'operators', 'SCMP_CMP_GE'),
  'linux.seccomp.archs': lists('src/config/validate-seccomp.ts', 'seccompArchitectures', 'SCMP_ARCH_X86'),
  'linux.seccomp.knownFlags': lists('src/seccomp/compile.ts', 'flagNames', 'SECCOMP_FILTER_FLAG_LOG'),
  'linux.seccomp.supportedFlags': lists('src/seccomp/compile.ts', 'flagNames', 'SECCOMP_FILTER_FLAG_LOG'),
  'linux.apparmor.enabled': plans('process.apparmorProfile'),
  'linux.selinux.enabled': plans('process.selinuxLabel'),
  'linux.intelRdt.enabled': plans('linux.intelRdt'),
  'linux.intelRdt.schemata': plans('linux.intelRdt.schemata'),
  'linux.intelRdt.monitoring': plans('linux.intelRdt.enableMonitoring'),
  'linux.memoryPolicy.modes': listsInner('enumTables', 'memoryPolicyMode', 'MPOL_BIND'),
  'linux.memoryPolicy.flags': listsInner('flagTables', 'memoryPolicy', 'MPOL_F_STATIC_NODES'),
  'linux.mountExtensions.idmap.enabled': plans('mounts'),
  'linux.netDevices.enabled': plans('linux.netDevices'),
};

/** A build that asks systemd for nothing. */
function withoutSystemd(): Claim {
  return {
    source: 'src/systemd/ops.ts',
    shows: (value) => value === true,
    without: () => ({ startOps: () => [], stopOps: () => [] }),
  };
}

function has(name: string) {
  return (value: unknown) => Array.isArray(value) && value.includes(name);
}

function version(name: string): Claim {
  return {
    source: 'src/config/versions.ts',
    shows: (value) => typeof value === 'string' && value.startsWith('1.'),
    without: () => ({ [name]: '9.9.9' }),
  };
}

/** The names in an array, a set or a record, without one of them. */
function lists(source: string, list: string, name: string): Claim {
  return { source, shows: has(name), without: (module) => ({ [list]: less(module[list], name) }) };
}

function listsInner(table: string, key: string, name: string): Claim {
  return {
    source: 'src/plan/ops.ts',
    shows: has(name),
    without: (module) => {
      const tables = module[table] as Record<string, unknown>;
      return { [table]: { ...tables, [key]: less(tables[key], name) } };
    },
  };
}

function less(names: unknown, name: string): unknown {
  if (Array.isArray(names)) return names.filter((one) => one !== name);
  if (names instanceof Set) return new Set([...names].filter((one) => one !== name));
  const { [name]: _, ...rest } = names as Record<string, unknown>;
  return rest;
}

type Plan = Readonly<Record<'hands' | 'teardown', readonly Located[]>> & {
  readonly stubs: readonly (readonly Located[])[];
};

interface Located {
  readonly origin: string;
}

/** A trial container has operations of this origin; what is different is a planner that forgets them. */
export function plans(origin: string): Claim {
  const kept = (ops: readonly Located[]) => ops.filter((op) => !op.origin.startsWith(origin));
  return {
    source: 'src/plan/create.ts',
    shows: (value) => value === true,
    without: ({ buildCreate }) => ({
      buildCreate: (...args: unknown[]) => {
        const { hands, stubs, teardown } = (buildCreate as (...args: unknown[]) => Plan)(...args);
        return { hands: kept(hands), stubs: stubs.map(kept), teardown: kept(teardown) };
      },
    }),
  };
}
