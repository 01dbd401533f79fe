import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/smith/image/digest.ts';
import { readImage } from '../../../src/smith/image/image.ts';
import { mediaTypes } from '../../../src/smith/image/media-types.ts';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { fetchImage } from '../../../src/smith/registry/fetch.ts';
import { bytes, progressOn } from '../../../src/smith/registry/progress.ts';
import { publishImage } from '../../../src/smith/registry/publish.ts';
import { Registry } from '../../../src/smith/registry/registry.ts';
import { parseRemote } from '../../../src/smith/registry/remote.ts';
import { memoryContent } from '../../../src/smith/tree/content.ts';
import { TestRegistry } from './server.ts';

let server: TestRegistry;
let registry: Registry;
let workspace: Workspace;
let folder: string;
beforeEach(async () => {
  server = new TestRegistry();
  const options = { insecure: false, environment: {}, log: () => {}, patience: 1 };
  registry = new Registry(parseRemote(`http://${await server.listen()}/my/repo`), options);
  folder = mkdtempSync(join(tmpdir(), 'railcar-transfer-'));
  workspace = new Workspace(folder);
});
afterEach(async () => {
  workspace.close();
  registry.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** An image of one layer that is no archive: nobody here looks into it. */
function sample(architecture: string) {
  const blobs = new Map<string, Buffer>();
  const put = (mediaType: string, value: unknown) => {
    const content = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    const digest = digestOf(content);
    blobs.set(digest, content);
    return { mediaType, digest, size: content.length };
  };
  const layer = put(mediaTypes.layer, `layer of ${architecture}`);
  const config = put(mediaTypes.config, {
    architecture,
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] };
  const descriptor = put(mediaTypes.manifest, manifest);
  const store = {
    name: 'a test',
    blob: (digest: string) => {
      const found = blobs.get(digest);
      return found && memoryContent(found);
    },
  };
  return { image: readImage(store, descriptor), descriptor, layer, blobs };
}

async function publishIndex(children: readonly object[]): Promise<void> {
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: children };
  await registry.pushManifest('both', Buffer.from(JSON.stringify(index)), mediaTypes.index);
}

describe('an image', () => {
  test('comes back as it went, with the same digest', async () => {
    const { image, descriptor } = sample('amd64');
    await publishImage(registry, 'v1', image);
    const fetched = await fetchImage(registry, 'v1', workspace);
    expect(fetched.digest).toBe(descriptor.digest);
    expect(fetched.config.architecture).toBe('amd64');
    const [layer] = fetched.layers;
    expect(Buffer.from(layer?.content.read(0, 100) ?? []).toString()).toBe('layer of amd64');
    expect((await fetchImage(registry, descriptor.digest, workspace)).digest).toBe(descriptor.digest);
  });

  test('appears when all of it is there', async () => {
    await publishImage(registry, 'v1', sample('amd64').image);
    expect(server.log.at(-1)).toBe('PUT /v2/my/repo/manifests/v1');
    expect(server.log.filter((line) => line.startsWith('PUT'))).toHaveLength(3);
  });

  test('of a list is the one for the platform, whether the list says it or the images do', async () => {
    const [amd, arm] = [sample('amd64'), sample('arm64')];
    await publishImage(registry, 'a', amd.image);
    await publishImage(registry, 'b', arm.image);
    const platform = { os: 'linux', architecture: 'arm64' };
    await publishIndex([amd.descriptor, arm.descriptor]);
    expect((await fetchImage(registry, 'both', workspace, { platform })).digest).toBe(arm.descriptor.digest);
    await publishIndex([
      { ...amd.descriptor, platform: { os: 'linux', architecture: 'amd64' } },
      { ...arm.descriptor, platform },
    ]);
    server.log.length = 0;
    expect((await fetchImage(registry, 'both', workspace, { platform })).digest).toBe(arm.descriptor.digest);
    expect(server.log.filter((line) => line.includes(amd.descriptor.digest))).toEqual([]);
    const other = { os: 'linux', architecture: 's390x' };
    await expect(fetchImage(registry, 'both', workspace, { platform: other })).rejects.toThrow(
      'there is no image for linux/s390x, only for linux/amd64, linux/arm64',
    );
  });

  test('with a wrong layer is refused, and nothing is left', async () => {
    const { image, layer } = sample('amd64');
    await publishImage(registry, 'v1', image);
    server.blobs.set(layer.digest, Buffer.from('lager of amd64'));
    await expect(fetchImage(registry, 'v1', workspace)).rejects.toThrow(/cannot pull blob .*: its digest is/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('whose upload fails leaves no manifest', async () => {
    const { image } = sample('amd64');
    // Both blobs are looked for first.
    server.faults.push(
      () => false,
      () => false,
    );
    server.faults.push((_, response) => {
      response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"quota\\u001b[2J exceeded"}]}');
      return true;
    });
    await expect(publishImage(registry, 'v1', image)).rejects.toThrow(
      /cannot push blob .*: the registry says: quota \[2J exceeded \(403 Forbidden\)/,
    );
    expect(server.manifests.size).toBe(0);
  });
});

describe('progress', () => {
  const digest = `sha256:${'ab'.repeat(32)}`;

  test('is a line for each blob where there is no terminal', () => {
    let text = '';
    const progress = progressOn({ write: (more) => (text += more) }, () => 0);
    progress.begin(digest, 2048)(1024);
    progress.end(digest, 'sent');
    expect(text).toBe('abababababab sent, 2.0 KiB\n');
  });

  test('is bars on a terminal, drawn over each other and not too often', () => {
    let time = 0;
    const pictures: string[] = [];
    const output = { isTTY: true, columns: 60, write: (more: string) => pictures.push(more) };
    const progress = progressOn(output, () => time);
    const arrived = progress.begin(digest, 4);
    arrived(1);
    time = 200;
    arrived(2);
    progress.end(digest, 'pulled');
    expect(pictures).toEqual([
      'abababababab [........................] 0 % of 4 B\x1b[K\n',
      '\x1b[1Aabababababab [############............] 50 % of 4 B\x1b[K\n',
      '\x1b[1Aabababababab [########################] pulled of 4 B\x1b[K\n',
    ]);
  });

  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [200 * 2 ** 20, '200 MiB'],
    [2 ** 40, '1.0 TiB'],
  ])('says %d bytes as %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });
});
