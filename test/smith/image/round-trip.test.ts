import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assembleImage, assembleIndex, type Bundle, layersOf } from '../../../src/smith/image/assemble.ts';
import { digestOf } from '../../../src/smith/image/digest.ts';
import { imageTree } from '../../../src/smith/image/image.ts';
import { writeLayer } from '../../../src/smith/image/layer-writer.ts';
import { layoutFiles, writeLayout } from '../../../src/smith/image/layout-writer.ts';
import { openImage, splitReference } from '../../../src/smith/image/open.ts';
import { hostPlatform, parsePlatform } from '../../../src/smith/image/platform.ts';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { changesBetween } from '../../../src/smith/tree/changes.ts';
import { memoryContent, wholeContent } from '../../../src/smith/tree/content.ts';
import { directory, file } from '../../../src/smith/tree/node.ts';
import { applyRules, microcontainerRules } from '../../../src/smith/tree/rules.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';
import { archive } from '../tar/archive.ts';
import { execution, listing, sampleImage, sampleTree } from './sample.ts';

let folder: string;
let workspace: Workspace;
const tag = (name: string) => ({ 'org.opencontainers.image.ref.name': name });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'railcar-test-'));
  workspace = new Workspace(folder);
});
afterEach(() => {
  workspace.close();
  rmSync(folder, { recursive: true });
});

/** A layout as a plain archive with files replaced or, by null, left out. */
async function tampered(change: (files: Map<string, Buffer>) => void): Promise<string> {
  const files = layoutFiles([{ bundle: await sampleImage(workspace), annotations: tag('latest') }]);
  const bytes = new Map([...files].map(([path, content]) => [path, wholeContent(content)]));
  change(bytes);
  const path = join(folder, 'tampered.tar');
  writeFileSync(
    path,
    archive(...[...bytes].map(([name, content]) => ({ kind: 'file' as const, path: name, content }))),
  );
  return path;
}

const blobs = (files: Map<string, Buffer>) => [...files.keys()].filter((path) => path.startsWith('blobs/'));

describe.each(['directory', 'tar', 'tar.gz'] as const)('as %s', (form) => {
  test.each(['gzip', 'zstd', 'none'] as const)(
    'with layers of %s, what is written is read',
    async (compression) => {
      const bundle = await sampleImage(workspace, [sampleTree()], { compression });
      const path = join(folder, 'image');
      await writeLayout(path, [{ bundle, annotations: tag('latest') }], { form });
      const image = await openImage(path, workspace);
      expect(image.digest).toBe(bundle.descriptor.digest);
      expect(image.config.config).toEqual(execution);
      expect(listing(await imageTree(image, workspace))).toEqual(listing(sampleTree()));
      expect(readdirSync(folder)).toEqual(['image']);
    },
  );

  test('nothing is left of a failure', async () => {
    const bundle = await sampleImage(workspace);
    mkdirSync(join(folder, 'there'));
    writeFileSync(join(folder, 'there/file'), '');
    await expect(writeLayout(join(folder, 'there'), [{ bundle }], { form })).rejects.toThrow(
      'cannot write image',
    );
    expect(readdirSync(folder)).toEqual(['there']);
  });
});

describe('the same everywhere', () => {
  test('one tree, one digest; however it was put together', async () => {
    const one = await writeLayer({ tree: sampleTree() }, workspace);
    const linked = new Tree();
    const program = sampleTree().get('/usr/bin/hello');
    for (const [path, node] of [...sampleTree().walk()].reverse()) {
      if (path === '/') continue;
      if (node.kind === 'directory') continue;
      linked.add(path, /hello|hi$/.test(path) && program ? program : node);
    }
    expect((await writeLayer({ tree: linked }, workspace)).descriptor).toEqual(one.descriptor);
  });

  // Another value means that every image has another digest than before.
  test('a layer that has been looked at', async () => {
    const { descriptor, diffId, content } = await writeLayer({ tree: sampleTree() }, workspace);
    const plain = execFileSync('gzip', ['-dc'], { input: wholeContent(content) });
    expect(digestOf(plain)).toBe(diffId);
    expect([descriptor.digest, diffId]).toMatchInlineSnapshot(`
      [
        "sha256:2118c5fd18cf08f69ccaebe898747f4af1c24860de075f5a6d482b52f8cf5897",
        "sha256:9b66bab13ec9b9832ca1ad06a19c2ba7b0127064a9859ba56ff9e00e209309e8",
      ]
    `);
  });

  test('the rules of microcontainers', async () => {
    const xattrs = new Map([['security.capability', Buffer.from('x')]]);
    const wild = sampleTree({ uid: 1000, gid: 1000, mtime: 12345, xattrs });
    wild.add('/usr/bin/sudo', file(memoryContent('s'), 0o4755));
    const tame = applyRules(wild, microcontainerRules(10, 11));
    for (const [, node] of tame.walk())
      expect(node).toMatchObject({ uid: 10, gid: 11, mtime: 0, xattrs: new Map() });
    expect(tame.get('/usr/bin/sudo')?.mode).toBe(0o755);
    expect(tame.get('/usr/bin/hi')).toBe(tame.get('/usr/bin/hello'));
    expect(wild.get('/usr/bin/sudo')?.mode).toBe(0o4755);
    wild.add('/dev/null', { ...file(memoryContent('')), kind: 'character', major: 1, minor: 3 });
    expect(() => applyRules(wild, microcontainerRules(10, 10))).toThrow(
      'cannot put "/dev/null" into the image: it is a character device',
    );
  });
});

describe('on a parent', () => {
  test('a layer has what is new, and whiteouts of what is gone', async () => {
    const before = sampleTree();
    const after = sampleTree();
    after.remove('/deep');
    after.remove('/bin');
    after.add('/etc/new', file(memoryContent('new')));
    after.add('/etc/passwd', file(memoryContent('root:x:0:0::/:/\n')));
    after.remove('/usr/bin/hi');
    const { changed, removed } = changesBetween(before, after);
    expect([...changed.walk()].map(([path]) => path)).toEqual([
      '/',
      '/etc',
      '/etc/new',
      '/etc/passwd',
      '/usr',
      '/usr/bin',
      '/usr/bin/hello',
    ]);
    expect(removed).toEqual(['/bin', '/deep', '/usr/bin/hi']);

    const parent = await sampleImage(workspace);
    const path = join(folder, 'parent.tar');
    await writeLayout(path, [{ bundle: parent }], { form: 'tar' });
    const layers = layersOf(await openImage(path, workspace));
    layers.push(await writeLayer({ tree: changed, removed }, workspace));
    const child = assembleImage({ platform: hostPlatform(), execution, layers });
    await writeLayout(join(folder, 'child.tar'), [{ bundle: child }], { form: 'tar' });
    const image = await openImage(join(folder, 'child.tar'), workspace);
    expect(listing(await imageTree(image, workspace))).toEqual(listing(after));
  });

  test('the order in which whiteouts are given makes no difference', async () => {
    const write = (removed: string[]) => writeLayer({ tree: new Tree(), removed }, workspace);
    expect((await write(['/b', '/a/c'])).diffId).toBe((await write(['/a/c', '/b'])).diffId);
  });

  test('nothing changed is an empty layer; a name less is a change of all names', () => {
    const { changed, removed } = changesBetween(sampleTree(), sampleTree());
    expect([[...changed.walk()].length, removed]).toEqual([1, []]);
    const apart = sampleTree();
    apart.add('/usr/bin/hi', file(memoryContent('#!/bin/sh\necho hello\n'), 0o755));
    expect([...changesBetween(sampleTree(), apart).changed.walk()].map(([path]) => path).slice(3)).toEqual([
      '/usr/bin/hello',
      '/usr/bin/hi',
    ]);
    expect([...changesBetween(apart, sampleTree()).changed.walk()].length).toBe(5);
  });

  test('a directory in place of a file, and the reverse', () => {
    const before = sampleTree();
    const after = sampleTree();
    after.add('/etc', file(memoryContent('')));
    after.add('/größe', directory());
    after.add('/größe/x', file(memoryContent('')));
    const { changed, removed } = changesBetween(before, after);
    expect([...changed.walk()].map(([path]) => path)).toEqual(['/', '/etc', '/größe', '/größe/x']);
    expect(removed).toEqual([]);
  });
});

describe('choosing', () => {
  const arm = { os: 'linux', architecture: 'arm', variant: 'v7' };
  const other = hostPlatform().architecture === 's390x' ? 'amd64' : 's390x';

  test('by platform, in indices within indices', async () => {
    const bundles: Bundle[] = [];
    for (const platform of [hostPlatform(), arm, { os: 'linux', architecture: other }]) {
      bundles.push(await sampleImage(workspace, [sampleTree({ uid: bundles.length })], { platform }));
    }
    const bundle = assembleIndex([assembleIndex(bundles)]);
    const path = join(folder, 'multi.tar.gz');
    await writeLayout(path, [{ bundle, annotations: tag('latest') }], { form: 'tar.gz' });
    const architecture = async (platform?: string) =>
      (await openImage(path, workspace, platform ? { platform: parsePlatform(platform) } : {})).config
        .architecture;
    expect(await architecture()).toBe(hostPlatform().architecture);
    expect(await architecture('linux/arm/v7')).toBe('arm');
    expect(await architecture(other)).toBe(other);
    await expect(architecture('linux')).rejects.toThrow('there is no image for linux/linux');
    await expect(architecture('a/b/c/d')).rejects.toThrow('cannot understand platform');
    await expect(architecture('arm/v6')).rejects.toThrow(
      /no image for linux\/arm\/v6, only for .*linux\/arm\/v7/,
    );
    expect(() => assembleIndex([bundles[0], bundles[0]].flatMap((b) => (b ? [b] : [])))).toThrow(
      'two images are for',
    );
  });

  test('by tag', async () => {
    const [a, b] = [await sampleImage(workspace), await sampleImage(workspace, [sampleTree({ uid: 5 })])];
    const path = join(folder, 'two.tar');
    const digest = async (reference: string) => (await openImage(reference, workspace)).digest;
    await writeLayout(
      path,
      [
        { bundle: a, annotations: tag('v1') },
        { bundle: b, annotations: tag('v2') },
      ],
      { form: 'tar' },
    );
    expect(await digest(`${path}:v2`)).toBe(b.descriptor.digest);
    await expect(digest(path)).rejects.toThrow('there are several images, with the tags v1, v2');
    await expect(digest(`${path}:v3`)).rejects.toThrow('no image in it has the tag "v3"; there are: v1, v2');
    await expect(digest(`${folder}/none.tar`)).rejects.toThrow('no such file');
    await writeLayout(
      path,
      [
        { bundle: a, annotations: tag('v1') },
        { bundle: b, annotations: tag('latest') },
      ],
      { form: 'tar' },
    );
    expect(await digest(path)).toBe(b.descriptor.digest);
    expect(splitReference('./a.tar.gz:t')).toEqual({ path: './a.tar.gz', tag: 't' });
    expect(splitReference('http://host/x')).toEqual({ path: 'http://host/x', tag: undefined });
  });

  test('what is beside images is no image', async () => {
    const path = await tampered((files) => {
      const index = JSON.parse(String(files.get('index.json')));
      const extra = {
        mediaType: 'application/vnd.smith.spec+json',
        digest: digestOf(Buffer.from('{}')),
        size: 2,
      };
      const attestation = {
        ...index.manifests[0],
        digest: extra.digest,
        annotations: { ...tag('latest'), 'vnd.docker.reference.type': 'attestation-manifest' },
      };
      files.set(
        'index.json',
        Buffer.from(JSON.stringify({ ...index, manifests: [extra, attestation, ...index.manifests] })),
      );
    });
    expect((await openImage(path, workspace)).layers).toHaveLength(1);
  });
});

describe('what has been tampered with', () => {
  test.each(['layer', 'config', 'manifest'])('a %s of another content', async (which) => {
    const path = await tampered((files) => {
      for (const blob of blobs(files)) {
        const bytes = Buffer.from(files.get(blob) ?? '');
        const kind = bytes[0] === 0x1f ? 'layer' : bytes.includes('schemaVersion') ? 'manifest' : 'config';
        if (kind !== which) continue;
        bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
        files.set(blob, bytes);
      }
    });
    const read = async () => imageTree(await openImage(path, workspace), workspace);
    await expect(read()).rejects.toThrow(/its digest is sha256:.* and not sha256:|damaged/);
  });

  test('a blob of another size, and none', async () => {
    const longer = await tampered((files) => {
      for (const blob of blobs(files))
        files.set(blob, Buffer.concat([files.get(blob) ?? Buffer.of(), Buffer.from(' ')]));
    });
    await expect(openImage(longer, workspace)).rejects.toThrow(/it has \d+ bytes and \d+ are promised/);
    const missing = await tampered((files) => {
      for (const blob of blobs(files)) if (files.get(blob)?.[0] === 0x1f) files.delete(blob);
    });
    await expect(openImage(missing, workspace)).rejects.toThrow(/blob sha256:[0-9a-f]+ is missing/);
  });

  test.each([
    ['oci-layout', '{"imageLayoutVersion":"2.0.0"}', 'imageLayoutVersion: invalid'],
    ['index.json', '{"schemaVersion":2}', 'cannot read index.json of'],
    ['index.json', '{"schemaVersion":2,"manifests":[]}', 'there is no image in it'],
    ['index.json', 'nonsense', 'it is not JSON'],
    [
      'index.json',
      '{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"sha256:../../etc","size":1}]}',
      'manifests.0.digest',
    ],
  ])('%s: %s', async (name, text, reason) => {
    const path = await tampered((files) => files.set(name, Buffer.from(text)));
    await expect(openImage(path, workspace)).rejects.toThrow(reason);
  });

  test('an archive that is none', async () => {
    writeFileSync(join(folder, 'x.tar'), 'hello world');
    await expect(openImage(join(folder, 'x.tar'), workspace)).rejects.toThrow(
      'ends in the middle of a header',
    );
    writeFileSync(join(folder, 'y.tar'), archive({ kind: 'file', path: 'readme' }));
    await expect(openImage(join(folder, 'y.tar'), workspace)).rejects.toThrow(
      'neither an index.json nor a manifest.json',
    );
  });
});

describe('docker save', () => {
  async function parts() {
    const bundle = await sampleImage(workspace, [sampleTree(), sampleTree({ uid: 3 })], {
      compression: 'none',
    });
    const [{ config, layers } = { config: bundle.descriptor, layers: [] }] = bundle.images;
    const bytes = (digest: string) => wholeContent(bundle.blobs.get(digest) ?? memoryContent(''));
    return {
      config: bytes(config.digest),
      hex: config.digest.slice(7),
      layers: layers.map(({ digest }) => bytes(digest)),
    };
  }
  const save = async (Config: string, extra: object = {}) => {
    const { config, layers } = await parts();
    const entry = {
      Config,
      RepoTags: ['example.com/x:v1'],
      Layers: ['1/layer.tar', '2/layer.tar'],
      ...extra,
    };
    const path = join(folder, 'saved.tar');
    writeFileSync(
      path,
      archive(
        { kind: 'file', path: Config, content: config },
        { kind: 'file', path: '1/layer.tar', content: layers[0] ?? '' },
        { kind: 'file', path: 'shared/layer.tar', content: layers[1] ?? '' },
        { kind: 'symlink', path: '2/layer.tar', target: '../shared/layer.tar' },
        { kind: 'file', path: 'manifest.json', content: JSON.stringify([entry]) },
      ),
    );
    return path;
  };

  test('with a folder for each layer, and a link in place of one', async () => {
    const { hex } = await parts();
    const image = await openImage(`${await save(`${hex}.json`)}:v1`, workspace);
    expect(image).toMatchObject({ digest: `sha256:${hex}`, manifest: null });
    expect(listing(await imageTree(image, workspace))).toEqual(listing(sampleTree({ uid: 3 })));
    expect(layersOf(image)).toHaveLength(2);
  });

  test('refuses wrong digests, missing layers, other tags', async () => {
    const { hex } = await parts();
    await expect(openImage(await save(`${'0'.repeat(64)}.json`), workspace)).rejects.toThrow('its digest is');
    const short = await save(`${hex}.json`, { Layers: ['1/layer.tar'] });
    await expect(openImage(short, workspace)).rejects.toThrow(
      'it has 1 layers, and its configuration says 2',
    );
    const gone = await save(`${hex}.json`, { Layers: ['1/layer.tar', '3/layer.tar'] });
    await expect(openImage(gone, workspace)).rejects.toThrow('"3/layer.tar" is missing');
    const swapped = await save(`${hex}.json`, { Layers: ['2/layer.tar', '1/layer.tar'] });
    const image = await openImage(swapped, workspace);
    await expect(imageTree(image, workspace)).rejects.toThrow('its digest uncompressed is');
    await expect(openImage(`${await save(`${hex}.json`)}:v2`, workspace)).rejects.toThrow(
      'there are: example.com/x:v1',
    );
  });

  test('is also what smith writes: manifest.json names the same blobs', async () => {
    const bundle = await sampleImage(workspace);
    const path = join(folder, 'both');
    await writeLayout(path, [{ bundle, repoTags: ['x:latest'] }], { form: 'directory' });
    rmSync(join(path, 'index.json'));
    const image = await openImage(path, workspace);
    expect(image.digest).toBe(bundle.images[0]?.config.digest);
    expect(JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8'))[0].RepoTags).toEqual(['x:latest']);
  });
});
