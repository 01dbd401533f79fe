import { sha256Of } from '../image/digest.ts';
import { type Image, openLayer } from '../image/image.ts';
import { applyLayer } from '../image/layer-tree.ts';
import type { Workspace } from '../image/workspace.ts';
import { compareNames, quoteName } from '../tree/name.ts';
import type { Node } from '../tree/node.ts';
import { Tree } from '../tree/tree.ts';

/** In what two images differ, a line each: layers and their files, the configuration, the manifest. Empty: in nothing. */
export async function differences(image: Image, rebuilt: Image, workspace: Workspace): Promise<string[]> {
  const lines: string[] = [];
  const count = Math.max(image.layers.length, rebuilt.layers.length);
  for (let index = 0; index < count; index++) {
    const [a, b] = [image.layers[index], rebuilt.layers[index]];
    const what = `layer ${index + 1}`;
    if (a && b)
      lines.push(...(await inLayers(image, rebuilt, index, workspace)).map((line) => `${what}: ${line}`));
    else lines.push(`${what}: only in the ${a ? 'image' : 'rebuilt one'}`);
  }
  lines.push(...inValues('config', plain(image.config), plain(rebuilt.config)));
  // What they name has been compared.
  lines.push(...inValues('manifest', unnamed(image), unnamed(rebuilt)));
  return lines;
}

async function inLayers(
  image: Image,
  rebuilt: Image,
  index: number,
  workspace: Workspace,
): Promise<string[]> {
  const [a, b] = [image.layers[index], rebuilt.layers[index]];
  if (a?.diffId !== b?.diffId) {
    const lines = inTrees(
      await layerTree(image, index, workspace),
      await layerTree(rebuilt, index, workspace),
    );
    return lines.length > 0 ? lines : ['the same files are in another order, or in another form of archive'];
  }
  const [before, after] = [a?.descriptor, b?.descriptor];
  if (before?.digest === after?.digest) return [];
  return [
    `the same files, compressed in another way: ${before?.digest} in the image, ${after?.digest} in the rebuilt one`,
  ];
}

async function layerTree(image: Image, index: number, workspace: Workspace): Promise<Tree> {
  const tree = new Tree();
  const { content } = await openLayer(image, index, workspace);
  applyLayer(tree, content, { whiteouts: false, mayEndEarly: true });
  return tree;
}

function inTrees(image: Tree, rebuilt: Tree): string[] {
  const [a, b] = [new Map(image.walk()), new Map(rebuilt.walk())];
  const lines: string[] = [];
  for (const path of [...new Set([...a.keys(), ...b.keys()])].sort(compareNames)) {
    const [before, after] = [a.get(path), b.get(path)];
    if (!before || !after) lines.push(`${quoteName(path)}: only in the ${before ? 'image' : 'rebuilt one'}`);
    else lines.push(...inValues(quoteName(path), facts(before), facts(after)));
  }
  return lines;
}

/** What an archive says of a file. */
function facts(node: Node): Record<string, unknown> {
  const { kind, uid, gid, mtime, xattrs } = node;
  return {
    kind,
    mode: node.mode.toString(8).padStart(4, '0'),
    uid,
    gid,
    mtime,
    xattrs: Object.fromEntries(
      [...xattrs].map(([name, value]) => [name, Buffer.from(value).toString('hex')]),
    ),
    ...(node.kind === 'file' ? { size: node.content.size, sha256: sha256Of(node.content) } : {}),
    ...(node.kind === 'symlink' ? { target: node.target } : {}),
    ...('major' in node ? { device: `${node.major}:${node.minor}` } : {}),
  };
}

/** Without what follows from the layers. */
function plain(config: Image['config']): unknown {
  const { rootfs: _, ...others } = config;
  return others;
}

function unnamed({ manifest, layers }: Image): unknown {
  if (manifest === null) return null;
  const { config, layers: _, ...others } = manifest;
  return {
    ...others,
    config: config.mediaType,
    layers: layers.map(({ descriptor }) => descriptor?.mediaType),
  };
}

/** By the path of each value that is another one. */
export function inValues(path: string, image: unknown, rebuilt: unknown): string[] {
  if (isMap(image) && isMap(rebuilt)) {
    const keys = [...new Set([...Object.keys(image), ...Object.keys(rebuilt)])];
    return keys.flatMap((key) => inValues(`${path}.${key}`, image[key], rebuilt[key]));
  }
  const [a, b] = [JSON.stringify(image), JSON.stringify(rebuilt)];
  return a === b ? [] : [`${path}: ${a ?? 'nothing'} in the image, ${b ?? 'nothing'} in the rebuilt one`];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
