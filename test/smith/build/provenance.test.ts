import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BuildRequest, build } from '../../../src/smith/build/build.ts';
import { pinsOf, rebuild } from '../../../src/smith/build/rebuild.ts';
import { openImage } from '../../../src/smith/image/open.ts';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { silent } from '../../../src/smith/registry/progress.ts';
import { layoutPlace } from '../../../src/smith/sign/layout-place.ts';
import { findProvenance } from '../../../src/smith/supply/attached.ts';
import { packageMaterial, provenancePredicate } from '../../../src/smith/supply/provenance.ts';

describe('an image with a provenance', () => {
  let folder: string;
  let workspace: Workspace;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'railcar-provenance-'));
    workspace = new Workspace();
    mkdirSync(join(folder, 'rootfs/read'), { recursive: true });
    mkdirSync(join(folder, 'source'));
    writeFileSync(join(folder, 'rootfs/read/data'), 'data');
    symlinkSync('data', join(folder, 'rootfs/read/link'));
    writeFileSync(join(folder, 'source/file'), 'file');
    writeFileSync(join(folder, 'source/other'), 'other');
    recipe('cmd: [/x]');
  });

  afterEach(() => {
    workspace.close();
    rmSync(folder, { recursive: true });
  });

  function recipe(more: string): void {
    writeFileSync(
      join(folder, 'smith.yaml'),
      `package: ./source\npaths: [/file]\nprovenance: true\n${more}\n`,
    );
  }

  function request(output = 'image.tar', more: Partial<BuildRequest> = {}): BuildRequest {
    return {
      conf: 'smith.yaml',
      folder,
      output: { path: join(folder, output), tag: 'latest' },
      buildNumber: '1',
      time: 5,
      workspace,
      registry: { insecure: false, environment: {}, log: () => {} },
      progress: silent,
      cache: join(folder, 'cache'),
      fast: false,
      warn: () => {},
      ...more,
    };
  }

  const provenance = async (path = 'image.tar') =>
    findProvenance(await layoutPlace(join(folder, path), workspace, undefined));
  const again = async (more: Partial<BuildRequest> = {}) =>
    rebuild(await openImage(join(folder, 'image.tar'), workspace), await provenance(), request('', more));

  test('says beside itself what it was built of', async () => {
    const digest = await build(request());
    const statement = await provenance();
    const [, hex] = digest.split(':');
    const sha256 = (text: string) => ({ sha256: expect.stringMatching(new RegExp(`^${text}`)) });
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { sha256: hex } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          externalParameters: { recipe: { package: './source', cmd: ['/x'] }, sourceDateEpoch: 5 },
          resolvedDependencies: [
            { name: './source', digest: sha256('') },
            { name: 'rootfs/read/data', digest: sha256('3a6eb0790f39') },
            // Of what it names.
            { name: 'rootfs/read/link', digest: sha256('3a6eb0790f39') },
            { name: 'smith.yaml', digest: sha256('') },
          ],
        },
      },
    });
    expect(JSON.stringify(statement)).not.toMatch(/startedOn|finishedOn/);
    // Docker still loads it.
    expect(readFileSync(join(folder, 'image.tar')).includes('manifest.json')).toBe(true);
  });

  test('is the same image without it, and says the same each time', async () => {
    const digest = await build(request());
    expect(await build(request('again.tar'))).toBe(digest);
    expect(await provenance('again.tar')).toEqual(await provenance());
    writeFileSync(join(folder, 'smith.yaml'), 'package: ./source\npaths: [/file]\ncmd: [/x]\n');
    expect(await build(request('plain.tar'))).toBe(digest);
    expect(await provenance('plain.tar')).toBeNull();
    const period = () => ({ startedOn: '2000-01-01T00:00:00Z', finishedOn: '2000-01-01T00:00:01Z' });
    expect(await build(request('timed.tar', { provenance: true, period }))).toBe(digest);
    expect(await provenance('timed.tar')).toMatchObject({
      predicate: { runDetails: { metadata: period() } },
    });
  });

  test('changes with what is taken of a directory, and with nothing else in it', async () => {
    const source = async () => {
      await build(request());
      const { predicate } = (await provenance()) as {
        predicate: { buildDefinition: { resolvedDependencies: object[] } };
      };
      return predicate.buildDefinition.resolvedDependencies[0];
    };
    const before = await source();
    writeFileSync(join(folder, 'source/other'), 'changed');
    expect(await source()).toEqual(before);
    writeFileSync(join(folder, 'source/file'), 'changed');
    expect(await source()).not.toEqual(before);
  });

  test('is built again with the time of then', async () => {
    const digest = await build(request());
    expect(await again({ time: 77 })).toEqual({ digest, differences: [] });
  });

  test('and if it is another one, everything that differs is said', async () => {
    await build(request());
    recipe('cmd: [/y]\nannotations: {a: b}');
    writeFileSync(join(folder, 'rootfs/read/data'), 'DATA');
    writeFileSync(join(folder, 'rootfs/read/new'), '');
    rmSync(join(folder, 'rootfs/read/link'));
    const { differences } = await again();
    const cut = differences.map((line) => line.replaceAll(/[0-9a-f]{64}/g, 'DIGEST'));
    expect(cut).toEqual([
      'built of "rootfs/read/data": {"sha256":"DIGEST"} then, {"sha256":"DIGEST"} now',
      'built of "rootfs/read/link": {"sha256":"DIGEST"} then, not now',
      'built of "smith.yaml": {"sha256":"DIGEST"} then, {"sha256":"DIGEST"} now',
      'built of "rootfs/read/new": not then, {"sha256":"DIGEST"} now',
      'layer 1: "/read/data".sha256: "DIGEST" in the image, "DIGEST" in the rebuilt one',
      'layer 1: "/read/link": only in the image',
      'layer 1: "/read/new": only in the rebuilt one',
      'config.config.Cmd: ["/x"] in the image, ["/y"] in the rebuilt one',
      'manifest.annotations: nothing in the image, {"a":"b"} in the rebuilt one',
    ]);
  });

  test('also if only the compression is another one', async () => {
    await build(request());
    recipe('cmd: [/x]\ncompression: zstd');
    const { differences } = await again();
    expect(differences.slice(1)).toEqual([
      expect.stringMatching(/^layer 1: the same files, compressed in another way: sha256:/),
      expect.stringMatching(/^manifest.layers: .*gzip"\] in the image, .*zstd"\] in the rebuilt one$/),
    ]);
  });
});

describe('a predicate', () => {
  const libc = {
    type: 'deb',
    name: 'libstdc++6',
    version: '1:2.36-9+deb12u1',
    architecture: 'amd64',
    source: null,
    license: null,
    maintainer: null,
    sha256: 'ab'.repeat(32),
  } as const;
  const materials = [
    packageMaterial(libc, null),
    { uri: 'https://u:p@host/name:tag', digest: { sha256: 'cd'.repeat(32) } },
  ];

  test('has no password', () => {
    const recipe = {
      package: 'https://user:pass@host/name:tag',
      deb: { mirrors: ['deb http://u:p@m/debian sid main'] },
    };
    const text = JSON.stringify(
      provenancePredicate({
        recipe,
        platform: { os: 'linux', architecture: 'arm64' },
        time: 0,
        materials,
        version: '1',
        commit: 'c',
      }),
    );
    expect(text).not.toMatch(/user|pass|u:p@/);
    expect(text).toContain('"https://host/name:tag"');
    expect(text).toContain('deb http://m/debian sid main');
    expect(text).toContain('linux/arm64');
  });

  test('pins what was fetched', () => {
    expect(pinsOf(materials)).toEqual({
      image: `sha256:${'cd'.repeat(32)}`,
      packages: new Map([['libstdc++6', '1:2.36-9+deb12u1']]),
    });
    expect(pinsOf([{ ...packageMaterial(libc, null), digest: undefined } as never])).toEqual({
      image: null,
      packages: new Map(),
    });
  });
});
