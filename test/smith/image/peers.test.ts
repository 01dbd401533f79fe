import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assembleIndex } from '../../../src/smith/image/assemble.ts';
import { imageTree } from '../../../src/smith/image/image.ts';
import { writeLayout } from '../../../src/smith/image/layout-writer.ts';
import { openImage } from '../../../src/smith/image/open.ts';
import { hostPlatform } from '../../../src/smith/image/platform.ts';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { listing, sampleImage, sampleTree } from './sample.ts';

let folder: string;
let workspace: Workspace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'railcar-test-'));
  workspace = new Workspace(folder);
});
afterEach(() => {
  workspace.close();
  rmSync(folder, { recursive: true });
});

const latest = { 'org.opencontainers.image.ref.name': 'latest' };
const skopeo = (...words: string[]) =>
  execFileSync('skopeo', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const missing = existsSync('/usr/bin/skopeo') ? '' : ': skipped, skopeo is not installed';

describe.skipIf(missing !== '')(`skopeo${missing}`, () => {
  test.each([
    ['tar.gz', 'oci-archive:image'],
    ['tar', 'oci-archive:image'],
    ['tar', 'oci-archive:image:latest'],
    ['directory', 'oci:image'],
    ['directory', 'oci:image:latest'],
  ] as const)('takes a %s as %s', async (form, reference) => {
    const bundle = await sampleImage(workspace);
    await writeLayout(join(folder, 'image'), [{ bundle, annotations: latest }], { form });
    expect(JSON.parse(skopeo('inspect', reference))).toMatchObject({
      Digest: bundle.descriptor.digest,
      Architecture: 'amd64',
      Os: 'linux',
      Env: ['A=b'],
    });
  });

  test.each(['gzip', 'zstd', 'none'] as const)(
    'copies layers of %s, and the digest stays',
    async (compression) => {
      const bundle = await sampleImage(workspace, [sampleTree()], { compression });
      await writeLayout(join(folder, 'image'), [{ bundle, annotations: latest }], { form: 'tar.gz' });
      skopeo('copy', '--preserve-digests', 'oci-archive:image', 'oci:copy:v2');
      const image = await openImage(`${join(folder, 'copy')}:v2`, workspace);
      expect(image.digest).toBe(bundle.descriptor.digest);
      expect(listing(await imageTree(image, workspace))).toEqual(listing(sampleTree()));
    },
  );

  test('chooses from an index', async () => {
    const other = hostPlatform().architecture === 's390x' ? 'arm64' : 's390x';
    const bundles = [
      await sampleImage(workspace, [sampleTree()], { platform: hostPlatform() }),
      await sampleImage(workspace, [sampleTree({ uid: 5 })], {
        platform: { os: 'linux', architecture: other },
      }),
    ];
    await writeLayout(join(folder, 'image'), [{ bundle: assembleIndex(bundles), annotations: latest }], {
      form: 'tar',
    });
    expect(JSON.parse(skopeo('inspect', '--override-arch', other, 'oci-archive:image')).Architecture).toBe(
      other,
    );
  });

  test('reads the same archive as one of docker save, and smith what skopeo makes of it', async () => {
    const bundle = await sampleImage(workspace, [sampleTree(), sampleTree({ uid: 3 })]);
    const repoTags = ['localhost/sample:v1'];
    await writeLayout(join(folder, 'image'), [{ bundle, annotations: latest, repoTags }], { form: 'tar' });
    skopeo('copy', 'docker-archive:image', 'docker-archive:saved:localhost/sample:v1');
    const image = await openImage(`${join(folder, 'saved')}:v1`, workspace);
    expect(image.manifest).toBeNull();
    expect(listing(await imageTree(image, workspace))).toEqual(listing(sampleTree({ uid: 3 })));
  });

  test('what it compresses is read', async () => {
    const bundle = await sampleImage(workspace, [sampleTree()], { compression: 'none' });
    await writeLayout(join(folder, 'image'), [{ bundle, annotations: latest }], { form: 'directory' });
    for (const format of ['gzip', 'zstd', 'zstd:chunked']) {
      const target = `copy-${format.replace(':', '-')}`;
      skopeo('copy', '--dest-compress', '--dest-compress-format', format, 'oci:image', `dir:${target}`);
      const manifest = JSON.parse(readFileSync(join(folder, target, 'manifest.json'), 'utf8'));
      expect(manifest.layers[0].mediaType).toContain(format === 'gzip' ? 'gzip' : 'zstd');
      skopeo('copy', '--preserve-digests', `dir:${target}`, `oci:layout-${target}:latest`);
      const image = await openImage(join(folder, `layout-${target}`), workspace);
      expect(listing(await imageTree(image, workspace))).toEqual(listing(sampleTree()));
    }
  });
});
