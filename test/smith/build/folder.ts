import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { build } from '../../../src/smith/build/build.ts';
import { openLayer } from '../../../src/smith/image/image.ts';
import { applyLayer } from '../../../src/smith/image/layer-tree.ts';
import { openImage } from '../../../src/smith/image/open.ts';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { silent } from '../../../src/smith/registry/progress.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';
import { elfFile } from '../elf-files.ts';
import type { Planted } from '../trees.ts';

/** A temporary folder with those files in it: `smith.yaml`, `source/…`, `rootfs/…`. */
export function folderWith(files: Readonly<Record<string, Planted>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'smith-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, planted] of Object.entries(files)) {
    const place = join(folder, path);
    mkdirSync(path.endsWith('/') ? place : dirname(place), { recursive: true });
    if (path.endsWith('/')) continue;
    if (typeof planted === 'object' && 'link' in planted) {
      symlinkSync(planted.link, place);
      continue;
    }
    const isElf = typeof planted === 'object' && 'elf' in planted;
    writeFileSync(place, isElf ? elfFile(planted.elf) : planted);
    const mode = typeof planted === 'string' && planted.startsWith('#!') ? 0o755 : 0o644;
    chmodSync(place, isElf ? (planted.mode ?? 0o644) : mode);
  }
  return folder;
}

/** Builds the folder's recipe into `image.tar` there. */
export async function buildIn(folder: string, time = 0): Promise<{ digest: string; warnings: string[] }> {
  using workspace = new Workspace();
  const warnings: string[] = [];
  const digest = await build({
    conf: 'smith.yaml',
    folder,
    output: { path: join(folder, 'image.tar'), tag: 'latest' },
    buildNumber: '1',
    time,
    workspace,
    registry: { insecure: false, environment: {}, log: () => {} },
    progress: silent,
    cache: join(folder, 'cache'),
    fast: false,
    warn: (line) => void warnings.push(line),
  });
  return { digest, warnings };
}

/** What has been built: its configuration, and the paths of each layer. */
export async function builtIn(folder: string, name = 'image.tar') {
  using workspace = new Workspace();
  const image = await openImage(join(folder, name), workspace);
  const layers: string[][] = [];
  const all = new Tree();
  for (const index of image.layers.keys()) {
    const { content } = await openLayer(image, index, workspace);
    const tree = new Tree();
    applyLayer(tree, content, { mayEndEarly: false });
    applyLayer(all, content, { mayEndEarly: false });
    layers.push([...tree.walk()].map(([path]) => path).slice(1));
  }
  const links = [...all.walk()].flatMap(([path, node]) =>
    node.kind === 'symlink' ? [[path, node.target]] : [],
  );
  const files = [...all.walk()].flatMap(([path, node]) => (node.kind === 'directory' ? [] : [path]));
  return { config: image.config, layers, files, links: Object.fromEntries(links) as Record<string, string> };
}
