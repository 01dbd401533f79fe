import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { smith } from '../../src/smith/command-line.ts';
import { sha256, TestRegistry } from './registry/server.ts';
import { archive, pax, raw } from './tar/archive.ts';

/**
 * Images that somebody has made to do harm, given to every command that reads one. Beside the folder in which each works
 * lies a tree that has to be what it was; names in it are what a root on the host would be called.
 */

let folder: string;
let server: TestRegistry;
let host: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'smith-hostile-'));
  mkdirSync(join(folder, 'canary/etc'), { recursive: true });
  writeFileSync(join(folder, 'canary/etc/passwd'), 'root');
  writeFileSync(join(folder, 'canary/victim'), 'as it was');
  symlinkSync('victim', join(folder, 'canary/link'));
  mkdirSync(join(folder, 'work'));
  server = new TestRegistry();
  host = await server.listen();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const gz = (bytes: Buffer) => gzipSync(bytes, { level: 1 });
const types = {
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  config: 'application/vnd.oci.image.config.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
} as const;

interface Lies {
  /** What the manifest says of the last layer, against the truth. */
  readonly layer?: Record<string, unknown>;
  readonly diffIds?: readonly string[];
  readonly index?: unknown;
  readonly manifest?: unknown;
}

/** Writes a layout with layers of any bytes, and puts the same into the registry, as `x:latest`. */
function plant(layers: readonly Buffer[], { layer, diffIds, index, manifest }: Lies = {}): string {
  const blobs = new Map<string, Buffer>();
  const put = (mediaType: string, bytes: Buffer) => {
    blobs.set(sha256(bytes), bytes);
    return { mediaType, digest: sha256(bytes), size: bytes.length };
  };
  const json = (mediaType: string, value: unknown) => put(mediaType, Buffer.from(JSON.stringify(value)));
  const described = layers.map((bytes) => put(types.layer, bytes));
  const config = json(types.config, {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: diffIds ?? layers.map((bytes) => plainDigest(bytes)) },
  });
  const last = described.at(-1);
  if (last && layer) described[described.length - 1] = { ...last, ...layer };
  const root = json(
    types.manifest,
    manifest ?? { schemaVersion: 2, mediaType: types.manifest, config, layers: described },
  );
  const place = join(folder, 'image');
  const files: Record<string, string | Buffer> = {
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'index.json': JSON.stringify(index ?? { schemaVersion: 2, manifests: [root] }),
  };
  for (const [digest, bytes] of blobs) {
    files[`blobs/${digest.replace(':', '/')}`] = bytes;
    server.blobs.set(digest, bytes);
  }
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), bytes);
  }
  const bytes = blobs.get(root.digest) ?? Buffer.alloc(0);
  for (const name of ['latest', root.digest]) server.manifests.set(name, { bytes, type: types.manifest });
  return place;
}

/** Of a layer of this file: gzip of at most a few megabytes, or anything. */
function plainDigest(bytes: Buffer): string {
  try {
    const { gunzipSync } = process.getBuiltinModule('node:zlib');
    return sha256(gunzipSync(bytes, { maxOutputLength: 1 << 24 }));
  } catch {
    return sha256(bytes);
  }
}

/** Every path of a tree with what it is and holds. */
function listing(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(place, name);
      const { mode, uid, nlink } = lstatSync(path);
      const is = lstatSync(path);
      const what = is.isSymbolicLink() ? readlinkSync(path) : is.isFile() ? readFileSync(path, 'latin1') : '';
      return `${name} ${mode.toString(8)} ${uid} ${nlink} ${createHash('sha256').update(what).digest('hex')}`;
    });
}

async function outcome(...words: string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await smith(words);
    return 'done';
  } catch (error) {
    return (error as Error).message;
  } finally {
    write.mockRestore();
    quiet.mockRestore();
  }
}

/** Gives an image to every command; each has to refuse it, in words, and leave nothing behind, or do no harm. */
async function everywhere(
  image: string,
): Promise<Record<'build' | 'unpack' | 'download' | 'registry', string>> {
  const work = join(folder, 'work');
  writeFileSync(join(work, 'smith.yaml'), `package: ${image}\ntype: oci\npaths: ['/*']\n`);
  const before = listing(join(folder, 'canary'));
  const planted = listing(image);
  const results = {
    build: await outcome('-d', work, '-i', join(work, 'built.tar')),
    unpack: await outcome('unpack', image, join(work, 'bundle')),
    download: await outcome('download', '-r', `http://${host}/x`, '-i', join(work, 'pulled.tar')),
    registry: await outcome('unpack', `http://${host}/x`, join(work, 'bundle2')),
  };
  expect(listing(join(folder, 'canary'))).toEqual(before);
  expect(listing(image)).toEqual(planted);
  expect(readdirSync(folder).sort()).toEqual(['canary', 'image', 'work']);
  const left = { build: 'built.tar', unpack: 'bundle', download: 'pulled.tar', registry: 'bundle2' } as const;
  const there = Object.entries(left).flatMap(([command, name]) =>
    results[command as keyof typeof left] === 'done' ? [name] : [],
  );
  expect(readdirSync(work).sort()).toEqual([...there, 'smith.yaml'].sort());
  return results;
}

/** For layers that nobody may unpack: what only passes bytes on may do so. */
async function refusedLayer(bytes: Buffer, sentence: string): Promise<void> {
  const { build, unpack, registry } = await everywhere(plant([bytes]));
  for (const result of [build, unpack, registry]) expect(result).toContain(sentence);
}

const up = '../'.repeat(12);

describe('names that lead out', () => {
  test.each([
    ['upwards', { path: '../canary/victim' }],
    ['upwards, from within', { path: `a/b/../../${up}etc/cron.d/x` }],
  ])('%s', async (_, { path }) => {
    await refusedLayer(
      gz(archive(raw({ 0: path }, 'evil'))),
      'there is a ".." in its name, which could lead out',
    );
  });

  test('absolute', async () => {
    const path = join(folder, 'canary/victim');
    await refusedLayer(gz(archive(raw({ 0: path }, 'evil'))), 'its name is absolute');
  });

  test('in a pax header', async () => {
    const bytes = archive(pax({ path: '../canary/victim' }), raw({ 0: 'harmless' }, 'evil'));
    await refusedLayer(gz(bytes), 'there is a ".." in its name');
  });

  test('with a NUL in them', async () => {
    const bytes = archive(pax({ path: 'etc/passwd\0.txt' }), raw({ 0: 'x' }, 'evil'));
    await refusedLayer(gz(bytes), 'NUL');
  });
});

describe('links that lead out', () => {
  test('a file written through a symbolic link stays in the root', async () => {
    const bytes = archive(
      { kind: 'symlink', path: 'out', target: join(folder, 'canary') },
      { kind: 'file', path: 'out/victim', content: 'evil' },
      { kind: 'symlink', path: 'up', target: `${up}${folder.slice(1)}/canary` },
      { kind: 'file', path: 'up/new', content: 'evil' },
    );
    const results = await everywhere(plant([gz(bytes)]));
    // The link leads to nothing in the image, so that there is nothing that it could be written to.
    for (const result of Object.values(results)) expect(result).toMatch(/^done$|is no directory|leads/);
  });

  test('the same in two layers, where the link comes with the first', async () => {
    const first = archive({ kind: 'symlink', path: 'out', target: join(folder, 'canary') });
    const second = archive({ kind: 'file', path: 'out/victim', content: 'evil' });
    const results = await everywhere(plant([gz(first), gz(second)]));
    for (const result of Object.values(results)) expect(result).toMatch(/^done$|is no directory|leads/);
  });

  test('a directory in place of the link, once something has been written through it', async () => {
    const first = archive(
      { kind: 'symlink', path: 'a', target: '/' },
      { kind: 'symlink', path: 'b', target: 'a/a/a' },
    );
    const second = archive(
      { kind: 'file', path: 'b/etc/own', content: 'x' },
      { kind: 'directory', path: 'a', mode: 0o777 },
    );
    await everywhere(plant([gz(first), gz(second)]));
  });

  test('a whiteout through one takes away nothing outside', async () => {
    const first = archive({ kind: 'symlink', path: 'out', target: join(folder, 'canary') });
    const second = archive(
      { kind: 'file', path: 'out/.wh.victim' },
      { kind: 'file', path: 'out/.wh..wh..opq' },
      { kind: 'file', path: `.wh.out` },
    );
    await everywhere(plant([gz(first), gz(second)]));
  });

  test.each([
    ['upwards', { target: '../canary/victim' }],
    ['absolute', { target: '/etc/shadow' }],
  ])('a hard link %s', async (_, { target }) => {
    const { build, unpack, registry } = await everywhere(
      plant([gz(archive(raw({ 0: 'shadow', 156: '1', 157: target })))]),
    );
    for (const result of [build, unpack, registry])
      expect(result).toMatch(/"\.\."|is not there|no such|leads/);
  });

  test('a hard link to a symbolic link that leads out', async () => {
    const bytes = archive(
      { kind: 'symlink', path: 'out', target: join(folder, 'canary/victim') },
      { kind: 'hardlink', path: 'hard', target: 'out' },
      { kind: 'file', path: 'hard', content: 'evil' },
    );
    await everywhere(plant([gz(bytes)]));
  });
});

describe('what is no file', () => {
  test('a device is not in what is built, nor made without being said', async () => {
    const bytes = archive(
      { kind: 'block', path: 'sda', major: 8, minor: 0, mode: 0o666 },
      { kind: 'character', path: 'mem', major: 1, minor: 1, mode: 0o666 },
      { kind: 'fifo', path: 'pipe', mode: 0o666 },
    );
    const { build, unpack } = await everywhere(plant([gz(bytes)]));
    expect(build).toMatch(/is a (block|character) device|fifo/);
    expect(unpack).toBe('done');
    for (const name of ['sda', 'mem', 'pipe'])
      expect(existsSync(join(folder, 'work/bundle/rootfs', name))).toBe(false);
  });

  test('an entry of a kind that nobody knows', async () => {
    await refusedLayer(gz(archive(raw({ 0: 'x', 156: 'S' }))), 'sparse file');
  });
});

describe('sizes', () => {
  test('of an entry that is larger than its archive', async () => {
    await refusedLayer(gz(archive(raw({ 0: 'huge', 124: '77777777777\0' }))), 'huge');
  });

  test('of an entry, beyond what numbers hold', async () => {
    const size = Buffer.concat([Buffer.from([0x80]), Buffer.alloc(11, 0xff)]);
    await refusedLayer(gz(archive(raw({ 0: 'huge', 124: size }))), 'huge');
  });

  test('of a layer that a few bytes become a disk full', async () => {
    const zeros = Buffer.alloc(1 << 28);
    const frame = zstdCompressSync(zeros);
    // Half a gigabyte, in two frames.
    const bomb = Buffer.concat([frame, frame]);
    expect(bomb.length).toBeLessThan(1 << 16);
    await refusedLayer(bomb, 'uncompressed it has more than');
  }, 120_000);

  test('of a document', async () => {
    const image = plant([], {
      index: { schemaVersion: 2, manifests: [], annotations: { a: 'x'.repeat(1 << 24) } },
    });
    const { build, unpack } = await everywhere(image);
    for (const result of [build, unpack]) expect(result).toContain('absurd');
  });

  test('that a manifest promises', async () => {
    const { build, unpack, download } = await everywhere(
      plant([gz(archive({ kind: 'file', path: 'a', content: 'a' }))], { layer: { size: 2 ** 52 } }),
    );
    for (const result of [build, unpack]) expect(result).toContain('promised');
    expect(download).toContain('bytes that are promised are absurd');
  });

  test('of a path, in parts or as a whole', async () => {
    const long = 'a/'.repeat(3000);
    await refusedLayer(gz(archive(pax({ path: `${long}x` }), raw({ 0: 'x' }))), 'its name is longer than');
  });
});

describe('digests', () => {
  const bytes = gz(archive({ kind: 'file', path: 'a', content: 'a' }));
  test('of a layer that has other bytes', async () => {
    const image = plant([bytes]);
    const evil = Buffer.from(bytes);
    evil.writeUInt8((evil[20] ?? 0) ^ 1, 20);
    writeFileSync(join(image, 'blobs', sha256(bytes).replace(':', '/')), evil);
    server.blobs.set(sha256(bytes), evil);
    const results = await everywhere(image);
    for (const result of Object.values(results)) expect(result).toMatch(/its digest is sha256:|damaged/);
  });

  test('of what is in a layer', async () => {
    const { build, unpack } = await everywhere(plant([bytes], { diffIds: [sha256(Buffer.from('other'))] }));
    for (const result of [build, unpack]) expect(result).toContain('its digest uncompressed is');
  });

  test('that are paths', async () => {
    const results = await everywhere(plant([bytes], { layer: { digest: `sha256:${up}etc/passwd` } }));
    for (const result of Object.values(results)) expect(result).toContain('layers.0.digest');
  });

  test('of a manifest that a registry swaps', async () => {
    const image = plant([bytes]);
    const found = server.manifests.get('latest');
    const evil = Buffer.concat([found?.bytes ?? Buffer.alloc(0), Buffer.from(' ')]);
    const digest = sha256(found?.bytes ?? Buffer.alloc(0));
    server.manifests.set(digest, { bytes: evil, type: types.manifest });
    expect(image).toBeTruthy();
    const result = await outcome(
      'download',
      '-r',
      `http://${host}/x@${digest}`,
      '-i',
      join(folder, 'work/x.tar'),
    );
    expect(result).toContain('the digest of what the registry sends is');
    expect(readdirSync(join(folder, 'work'))).toEqual([]);
  });
});

describe('archives', () => {
  const whole = archive({ kind: 'file', path: 'a', content: 'a'.repeat(4096) });
  test('cut short', async () => {
    await refusedLayer(gz(whole.subarray(0, 2048)), 'cut short, or absurd');
  });

  test('cut short where they are compressed', async () => {
    const bytes = gz(whole);
    await refusedLayer(bytes.subarray(0, bytes.length - 9), 'it is cut short');
  });

  test('in archives stay files', async () => {
    const inner = gz(archive(raw({ 0: '../canary/victim' }, 'evil')));
    const { build, unpack } = await everywhere(
      plant([gz(archive({ kind: 'file', path: 'inner.tar.gz', content: inner }))]),
    );
    expect([build, unpack]).toEqual(['done', 'done']);
    expect(readFileSync(join(folder, 'work/bundle/rootfs/inner.tar.gz'))).toEqual(inner);
  });

  test('with one name twice: the last counts, for everybody', async () => {
    const bytes = archive(
      { kind: 'symlink', path: 'a', target: join(folder, 'canary/victim') },
      { kind: 'file', path: 'a', content: 'first' },
      { kind: 'file', path: 'a', content: 'last' },
    );
    const { unpack } = await everywhere(plant([gz(bytes)]));
    expect(unpack).toBe('done');
    expect(readFileSync(join(folder, 'work/bundle/rootfs/a'), 'utf8')).toBe('last');
  });

  test('with one name for a file and a directory: programs would not agree on what it is', async () => {
    const bytes = archive({ kind: 'file', path: 'a', content: 'evil' }, { kind: 'directory', path: 'a' });
    await refusedLayer(gz(bytes), 'it is a directory and, at offset 0, a fil');
  });

  test('of a layout whose own entries lead out', async () => {
    const place = join(folder, 'work/evil.tar');
    writeFileSync(place, archive(raw({ 0: '../canary/victim' }, 'evil'), raw({ 0: 'index.json' }, '{}')));
    const before = listing(join(folder, 'canary'));
    const recipe = join(folder, 'work/smith.yaml');
    writeFileSync(recipe, `package: ${place}\npaths: ['/*']\n`);
    expect(await outcome('-d', join(folder, 'work'))).toContain('there is a ".." in its name');
    expect(await outcome('unpack', place, join(folder, 'work/bundle'))).toContain(
      'there is a ".." in its name',
    );
    expect(listing(join(folder, 'canary'))).toEqual(before);
  });

  test('whose indices name each other without end', async () => {
    const index = (digest: string) => ({
      schemaVersion: 2,
      manifests: [{ mediaType: 'application/vnd.oci.image.index.v1+json', digest, size: 100 }],
    });
    const image = plant([], { index: index(sha256(Buffer.from('x'))) });
    const { build, unpack } = await everywhere(image);
    for (const result of [build, unpack]) expect(result).toContain('is missing');
  });
});
