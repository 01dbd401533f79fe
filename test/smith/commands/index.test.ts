import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { smith } from '../../../src/smith/command-line.ts';
import { openAll, openImage } from '../../../src/smith/image/open.ts';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { folderWith } from '../build/folder.ts';
import { elfFile } from '../elf-files.ts';
import { TestRegistry } from '../registry/server.ts';

let server: TestRegistry;
let host: string;
beforeEach(async () => {
  server = new TestRegistry();
  host = await server.listen();
});
afterEach(() => server.close());

/** Runs a command and returns what it prints. */
async function run(...words: string[]): Promise<string> {
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  try {
    await smith(words);
  } finally {
    write.mockRestore();
  }
  return printed.join('').trim();
}

const machines = { amd64: 62, arm64: 183 } as const;

/** An image for each architecture, `amd64.tar` and so on. */
async function images(): Promise<string> {
  const folder = folderWith({});
  for (const [architecture, machine] of Object.entries(machines)) {
    const recipe = folderWith({
      'smith.yaml': `cmd: [/program]\nplatform: linux/${architecture}`,
      'rootfs/program': elfFile({ machine, type: 2 }),
    });
    await run('-d', recipe, '-i', join(folder, `${architecture}.tar`));
  }
  return folder;
}

async function platforms(reference: string): Promise<string[]> {
  using workspace = new Workspace();
  return (await openAll(reference, workspace)).images().map(({ config }) => config.architecture);
}

describe('an index', () => {
  test('is made of archives, pushed whole, and pulled by platform or whole', async () => {
    const folder = await images();
    const at = (name: string) => join(folder, name);
    const digest = await run('index', '-i', at('both.tar.gz:1.0'), at('arm64.tar'), at('amd64.tar'));
    expect(await platforms(at('both.tar.gz:1.0'))).toEqual(['amd64', 'arm64']);

    expect(await run('upload', '-i', at('both.tar.gz'), '-r', `http://${host}/app:1.0`)).toBe(digest);
    expect(server.manifests.size).toBeGreaterThanOrEqual(3);

    await run(
      'download',
      '-r',
      `http://${host}/app:1.0`,
      '--platform',
      'linux/arm64',
      '-i',
      at('pulled.tar'),
    );
    expect(await platforms(at('pulled.tar'))).toEqual(['arm64']);
    expect(
      await run('download', '-r', `http://${host}/app:1.0`, '--platform', 'all', '-i', at('all.tar')),
    ).toBe(digest);
    expect(await platforms(at('all.tar'))).toEqual(['amd64', 'arm64']);
    // The same again: of an index of a registry.
    const url = `http://${host}/app:1.0`;
    expect(await run('index', '-i', at('again.tar'), url)).toBe(digest);
  });

  test('of which one platform is pushed, if it is asked for', async () => {
    const folder = await images();
    await run('index', '-i', join(folder, 'both.tar'), join(folder, 'arm64.tar'), join(folder, 'amd64.tar'));
    await run(
      'upload',
      '--platform',
      'linux/arm64',
      '-i',
      join(folder, 'both.tar'),
      '-r',
      `http://${host}/app`,
    );
    const [manifest] = [...server.manifests.values()];
    expect(JSON.parse(String(manifest?.bytes))).toMatchObject({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
    });
  });

  test("is a list in Docker's words, if it is asked for", async () => {
    const folder = await images();
    await run('index', '-i', join(folder, 'both.tar'), join(folder, 'arm64.tar'), join(folder, 'amd64.tar'));
    await run('upload', '-d', '-i', join(folder, 'both.tar'), '-r', `http://${host}/app`);
    const types = new Set([...server.manifests.values()].map(({ type }) => type));
    expect([...types].sort()).toEqual([
      'application/vnd.docker.distribution.manifest.list.v2+json',
      'application/vnd.docker.distribution.manifest.v2+json',
    ]);
  });

  test('of two images for one platform is refused, and nothing is written', async () => {
    const folder = await images();
    const image = join(folder, 'amd64.tar');
    await expect(run('index', '-i', join(folder, 'both.tar'), image, image)).rejects.toThrow(
      'cannot make an index: two images are for linux/amd64',
    );
    using workspace = new Workspace();
    await expect(openImage(join(folder, 'both.tar'), workspace)).rejects.toThrow('no such file');
  });

  test('is a source for another architecture than that of this machine', async () => {
    const folder = await images();
    await run('index', '-i', join(folder, 'both.tar'), join(folder, 'arm64.tar'), join(folder, 'amd64.tar'));
    const recipe = folderWith({
      'smith.yaml': `package: ${folder}/both.tar\npaths: [/program]\nplatform: linux/arm64`,
    });
    await run('-d', recipe, '-i', join(folder, 'new.tar'));
    expect(await platforms(join(folder, 'new.tar'))).toEqual(['arm64']);
  });
});
