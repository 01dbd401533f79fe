import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { capabilityNames } from '../../src/config/capabilities.ts';
import { loadConfig } from '../../src/config/load.ts';
import { parseMountOptions } from '../../src/plan/mountOptions.ts';
import { values } from '../spec/properties.ts';
import { validator } from '../spec/schemas.ts';
import { type Claim, claims, featureProperties, plans } from './claims.ts';

const maker = { version: '1', commit: 'c' };

/** What the document of another build says: of one in which a file exports something else. */
async function changed(source: string, without: Claim['without']) {
  const path = `../../${source}`;
  vi.resetModules();
  vi.doMock(path, async (original) => {
    const module = await original<Record<string, unknown>>();
    return { ...module, ...without(module) };
  });
  const other = await document();
  vi.doUnmock(path);
  return other;
}

async function document() {
  return (await import('../../src/features/features.ts')).features(maker);
}

beforeEach(() => {
  vi.resetModules();
});

describe('the document', async () => {
  const whole = await document();

  test('is what the schema of the specification describes', () => {
    const validate = validator('features-schema.json');
    expect(validate(whole), JSON.stringify(validate.errors)).toBe(true);
  });

  test('has the properties that the specification has, and no other', () => {
    const own = [...pathsOf(whole)].filter((path) => !path.startsWith('annotations.'));
    expect(own.toSorted()).toEqual(featureProperties().toSorted());
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

describe('is not said of a build of which it is not true', () => {
  test.each(Object.entries(claims))('%s', async (property, { source, shows, without }) => {
    expect(values(await document(), property).map(shows)).toEqual([true]);
    expect(values(await changed(source, without), property).map(shows)).toEqual([false]);
  });
});

describe('every word of the document is recognized in config.json', () => {
  type Linux = Awaited<ReturnType<typeof document>>['linux'];
  const linuxOf = (more: object) => ({ linux: { namespaces: [{ type: 'mount' }], ...more } });
  const policy = (more: object) => linuxOf({ memoryPolicy: { mode: 'MPOL_BIND', nodes: '0', ...more } });
  const profile = (more: object) => linuxOf({ seccomp: { defaultAction: 'SCMP_ACT_ALLOW', ...more } });
  const rule = (more: object) =>
    profile({ syscalls: [{ names: ['bpf'], action: 'SCMP_ACT_ERRNO', ...more }] });
  const ids = [{ containerID: 0, hostID: 1, size: 1 }];

  test.each<[string, (linux: Linux) => readonly string[], (word: string) => object]>([
    [
      'namespaces',
      (linux) => linux.namespaces,
      (type) => ({ linux: { namespaces: [{ type }], ...(type === 'user' && userMappings(ids)) } }),
    ],
    [
      'capabilities',
      (linux) => linux.capabilities,
      (name) => ({ process: { cwd: '/', args: ['x'], capabilities: { bounding: [name] } } }),
    ],
    ['actions', (linux) => linux.seccomp.actions, (action) => rule({ action })],
    ['operators', (linux) => linux.seccomp.operators, (op) => rule({ args: [{ index: 0, value: 1, op }] })],
    ['archs', (linux) => linux.seccomp.archs, (name) => profile({ architectures: [name] })],
    ['knownFlags', (linux) => linux.seccomp.knownFlags, (flag) => profile({ flags: [flag] })],
    ['supportedFlags', (linux) => linux.seccomp.supportedFlags, (flag) => profile({ flags: [flag] })],
    [
      'modes',
      (linux) => linux.memoryPolicy.modes,
      (mode) => policy(/DEFAULT|LOCAL/.test(mode) ? { mode, nodes: '' } : { mode }),
    ],
    ['flags', (linux) => linux.memoryPolicy.flags, (flag) => policy({ flags: [flag] })],
  ])('%s', async (_, wordsOf, wish) => {
    const words = wordsOf((await document()).linux);
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

test('a kind of hook that the planner forgets is not claimed', async () => {
  expect((await document()).hooks).toContain('poststart');
  const { source, without } = plans('hooks.poststart');
  expect((await changed(source, without)).hooks).not.toContain('poststart');
});

describe('is there whatever the build does', () => {
  test('annotations', async () => {
    expect(values(await document(), 'annotations')).toEqual([
      {
        'org.railcar.version': '1',
        'org.railcar.commit': 'c',
        'org.opencontainers.runc.checkpoint.enabled': 'true',
      },
    ]);
  });

  test('potentiallyUnsafeConfigAnnotations', async () => {
    const annotations = ['org.criu.config', 'org.systemd.property.', 'org.railcar.init'];
    expect(values(await document(), 'potentiallyUnsafeConfigAnnotations')).toEqual([annotations]);
  });

  const inner = featureProperties();
  const holders = inner.filter((path) => inner.some((other) => other.startsWith(`${path}.`)));
  test.each(holders)('%s', async (property) => {
    expect(values(await document(), property)).toEqual([expect.any(Object)]);
  });
});
