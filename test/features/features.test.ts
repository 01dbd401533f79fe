import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { capabilityNames } from '../../src/config/capabilities.ts';
import { loadConfig } from '../../src/config/load.ts';
import { parseMountOptions } from '../../src/plan/mountOptions.ts';
import { properties } from '../spec/properties.ts';
import { validator } from '../spec/schemas.ts';

const maker = { version: '1', commit: 'c' };

/** The document of sources of which one export is another. */
async function changed(path: string, change: (module: Record<string, unknown>) => object) {
  vi.doMock(path, async (original) => {
    const module = await original<Record<string, unknown>>();
    return { ...module, ...change(module) };
  });
  return document();
}

async function document() {
  return (await import('../../src/features/features.ts')).features(maker);
}

beforeEach(() => {
  vi.doUnmock('../../src/plan/create.ts');
  vi.resetModules();
});

const without =
  (table: string, key: string) =>
  (module: Record<string, unknown>): object => {
    const { [key]: _, ...rest } = module[table] as Record<string, unknown>;
    return { [table]: rest };
  };

const absent =
  (list: string, name: string) =>
  (module: Record<string, unknown>): object => {
    const left = [...(module[list] as Iterable<string>)].filter((one) => one !== name);
    return { [list]: Array.isArray(module[list]) ? left : new Set(left) };
  };

describe('the document', async () => {
  const whole = await document();

  test('is what the schema of the specification describes', () => {
    const validate = validator('features-schema.json');
    expect(validate(whole), JSON.stringify(validate.errors)).toBe(true);
  });

  test('has no property that the specification has not', () => {
    // Newer than the schema, but in the text: features-linux.md of 1.3.
    const newer = [
      'linux.intelRdt.schemata',
      'linux.intelRdt.monitoring',
      'linux.memoryPolicy',
      'linux.memoryPolicy.modes',
      'linux.memoryPolicy.flags',
    ];
    const known = new Set([...properties('features-schema.json'), ...newer]);
    expect(
      [...pathsOf(whole)].filter((path) => !known.has(path) && !path.startsWith('annotations.')),
    ).toEqual([]);
  });

  test('names versions that are accepted', () => {
    for (const ociVersion of [whole.ociVersionMin, whole.ociVersionMax]) {
      const text = JSON.stringify({ ociVersion, root: { path: 'r' }, process: { cwd: '/', args: ['x'] } });
      expect(() => loadConfig(Buffer.from(text), 'config.json')).not.toThrow();
    }
  });

  test('names versions in their order', () => {
    const [least, most] = [whole.ociVersionMin, whole.ociVersionMax].map((one) => one.split('.').map(Number));
    expect(least?.map((part, at) => Math.sign((most?.[at] ?? 0) - part)).find(Boolean) ?? 0).toBe(1);
  });

  test('names every option that the specification has, each of which is understood', () => {
    expect(whole.mountOptions).toEqual(expect.arrayContaining(ofSpecification()));
    for (const option of whole.mountOptions) expect(parseMountOptions([option]).data).toEqual([]);
  });

  test('names all six hooks, eight namespaces and every capability', () => {
    expect(whole.hooks).toHaveLength(6);
    expect(whole.linux.namespaces).toHaveLength(8);
    expect(whole.linux.capabilities).toEqual(capabilityNames);
  });
});

/** features.md: the example, without the options of file systems, which the text wants left out. */
function ofSpecification(): string[] {
  const text = readFileSync(new URL('../spec/data/features/good/runc.json', import.meta.url), 'utf8');
  const { mountOptions } = JSON.parse(text) as { mountOptions: string[] };
  return mountOptions.filter((option) => option !== 'acl' && option !== 'noacl');
}

function* pathsOf(value: unknown, path = ''): Generator<string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const inner = path === '' ? name : `${path}.${name}`;
    yield inner;
    yield* pathsOf(member, inner);
  }
}

describe('what is taken out of a table is gone from the document', () => {
  const compile = '../../src/seccomp/compile.ts';
  const ops = '../../src/plan/ops.ts';
  const inner = (table: string, key: string, name: string) => (module: Record<string, unknown>) => {
    const tables = module[table] as Record<string, Record<string, unknown>>;
    const { [name]: _, ...rest } = tables[key] ?? {};
    return { [table]: { ...tables, [key]: rest } };
  };

  test.each<
    [
      string,
      string,
      (module: Record<string, unknown>) => object,
      (found: Awaited<ReturnType<typeof document>>) => readonly string[],
      string,
    ]
  >([
    [
      'hooks',
      '../../src/config/validate-hooks.ts',
      absent('hookKinds', 'poststop'),
      (d) => d.hooks,
      'poststop',
    ],
    [
      'mountOptions',
      '../../src/plan/mountOptions.ts',
      absent('mountOptionNames', 'rro'),
      (d) => d.mountOptions,
      'rro',
    ],
    ['namespaces', ops, inner('flagTables', 'namespaces', 'time'), (d) => d.linux.namespaces, 'time'],
    [
      'capabilities',
      '../../src/config/capabilities.ts',
      absent('capabilityNames', 'CAP_BPF'),
      (d) => d.linux.capabilities,
      'CAP_BPF',
    ],
    [
      'seccomp.actions',
      compile,
      without('actions', 'SCMP_ACT_LOG'),
      (d) => d.linux.seccomp.actions,
      'SCMP_ACT_LOG',
    ],
    [
      'seccomp.operators',
      compile,
      without('operators', 'SCMP_CMP_GE'),
      (d) => d.linux.seccomp.operators,
      'SCMP_CMP_GE',
    ],
    [
      'seccomp.archs',
      '../../src/config/validate-seccomp.ts',
      absent('seccompArchitectures', 'SCMP_ARCH_X86'),
      (d) => d.linux.seccomp.archs,
      'SCMP_ARCH_X86',
    ],
    [
      'seccomp.knownFlags',
      compile,
      without('flagNames', 'SECCOMP_FILTER_FLAG_LOG'),
      (d) => d.linux.seccomp.knownFlags,
      'SECCOMP_FILTER_FLAG_LOG',
    ],
    [
      'seccomp.supportedFlags',
      compile,
      without('flagNames', 'SECCOMP_FILTER_FLAG_LOG'),
      (d) => d.linux.seccomp.supportedFlags,
      'SECCOMP_FILTER_FLAG_LOG',
    ],
    [
      'memoryPolicy.modes',
      ops,
      inner('enumTables', 'memoryPolicyMode', 'MPOL_BIND'),
      (d) => d.linux.memoryPolicy.modes,
      'MPOL_BIND',
    ],
    [
      'memoryPolicy.flags',
      ops,
      inner('flagTables', 'memoryPolicy', 'MPOL_F_STATIC_NODES'),
      (d) => d.linux.memoryPolicy.flags,
      'MPOL_F_STATIC_NODES',
    ],
  ])('%s', async (_, path, change, pick, name) => {
    expect(pick(await document())).toContain(name);
    vi.resetModules();
    expect(pick(await changed(path, change))).not.toContain(name);
    vi.doUnmock(path);
  });
});

describe('every word of the document is recognized in config.json', async () => {
  const { linux } = await document();
  const linuxOf = (more: object) => ({ linux: { namespaces: [{ type: 'mount' }], ...more } });
  const policy = (more: object) => linuxOf({ memoryPolicy: { mode: 'MPOL_BIND', nodes: '0', ...more } });
  const profile = (more: object) => linuxOf({ seccomp: { defaultAction: 'SCMP_ACT_ALLOW', ...more } });
  const rule = (more: object) =>
    profile({ syscalls: [{ names: ['bpf'], action: 'SCMP_ACT_ERRNO', ...more }] });
  const ids = [{ containerID: 0, hostID: 1, size: 1 }];

  test.each<[string, readonly string[], (word: string) => object]>([
    [
      'namespaces',
      linux.namespaces,
      (type) => ({ linux: { namespaces: [{ type }], ...(type === 'user' && userMappings(ids)) } }),
    ],
    [
      'capabilities',
      linux.capabilities,
      (name) => ({ process: { cwd: '/', args: ['x'], capabilities: { bounding: [name] } } }),
    ],
    ['actions', linux.seccomp.actions, (action) => rule({ action })],
    ['operators', linux.seccomp.operators, (op) => rule({ args: [{ index: 0, value: 1, op }] })],
    ['archs', linux.seccomp.archs, (name) => profile({ architectures: [name] })],
    ['knownFlags', linux.seccomp.knownFlags, (flag) => profile({ flags: [flag] })],
    ['supportedFlags', linux.seccomp.supportedFlags, (flag) => profile({ flags: [flag] })],
    [
      'modes',
      linux.memoryPolicy.modes,
      (mode) => policy(/DEFAULT|LOCAL/.test(mode) ? { mode, nodes: '' } : { mode }),
    ],
    ['flags', linux.memoryPolicy.flags, (flag) => policy({ flags: [flag] })],
  ])('%s', (_, words, wish) => {
    expect(words.length).toBeGreaterThan(0);
    for (const word of words) {
      const config = {
        ociVersion: '1.0.0',
        root: { path: 'r' },
        process: { cwd: '/', args: ['x'] },
        ...wish(word),
      };
      expect(loadConfig(Buffer.from(JSON.stringify(config)), word).warnings).toEqual([]);
      // Another word in its place is not.
      const other = JSON.stringify(config).replaceAll(JSON.stringify(word), '"FOO"');
      expect(() => complaining(other)).toThrow();
    }
  });

  function complaining(text: string): void {
    const { warnings } = loadConfig(Buffer.from(text), 'config.json');
    if (warnings.length > 0) throw new Error(warnings.join());
  }
});

function userMappings(ids: readonly object[]) {
  return { uidMappings: ids, gidMappings: ids };
}

describe('what the planner does nothing about is not claimed', () => {
  /** Origins of which the planner forgets the operations. */
  const forgetting = (origin: string) => async () => {
    const { buildCreate } =
      await vi.importActual<typeof import('../../src/plan/create.ts')>('../../src/plan/create.ts');
    const kept = <T extends { readonly origin: string }>(ops: readonly T[]) =>
      ops.filter((op) => !op.origin.startsWith(origin));
    const forgetful: typeof buildCreate = (...args) => {
      const { hands, stubs, teardown } = buildCreate(...args);
      return { hands: kept(hands), stubs: stubs.map(kept), teardown: kept(teardown) };
    };
    return { buildCreate: forgetful };
  };

  test.each<[string, (found: Awaited<ReturnType<typeof document>>) => unknown, unknown]>([
    ['hooks.poststart', (d) => d.hooks.includes('poststart'), true],
    ['linux.resources.pids', (d) => d.linux.cgroup.v1, true],
    ['linux.resources.rdma', (d) => d.linux.cgroup.rdma, true],
    ['process.apparmorProfile', (d) => d.linux.apparmor.enabled, true],
    ['process.selinuxLabel', (d) => d.linux.selinux.enabled, true],
    ['mounts', (d) => d.linux.mountExtensions.idmap.enabled, true],
  ])('%s', async (origin, pick, value) => {
    expect(pick(await document())).toBe(value);
    vi.resetModules();
    vi.doMock('../../src/plan/create.ts', forgetting(origin));
    expect(pick(await document())).toBe(false);
  });
});
