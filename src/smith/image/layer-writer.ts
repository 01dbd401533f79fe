import { createHash } from 'node:crypto';
import { RailcarError } from '../../errors.ts';
import { BLOCK } from '../tar/entry.ts';
import { encodeEntry, endOfArchive, type NewEntry, padding } from '../tar/writer.ts';
import { passingChunks } from '../tree/content.ts';
import { compareNames, quoteName } from '../tree/name.ts';
import type { Content, Node } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';
import { type Compressor, compressor } from './compress.ts';
import type { Compression } from './decompress.ts';
import { mediaTypes } from './media-types.ts';
import type { Descriptor } from './schema.ts';
import { whiteoutName } from './whiteout.ts';
import type { Workspace } from './workspace.ts';

/** A layer as it has been written, ready for any image. */
export interface LayerBlob {
  readonly descriptor: Descriptor;
  readonly diffId: string;
  readonly content: Content;
}

export interface LayerContents {
  readonly tree: Tree;
  /** Paths of the layers below that are gone. */
  readonly removed?: readonly string[] | undefined;
}

interface Part {
  readonly entry: NewEntry;
  readonly content?: Content;
}

const types = { gzip: mediaTypes.layerGzip, zstd: mediaTypes.layerZstd, none: mediaTypes.layer };

/**
 * Writes a layer into the workspace. The same tree gives the same bytes on every machine: entries sorted, a hard link to
 * the first of its names, no entry for the root. Of the contents one piece at a time is in memory.
 */
export async function writeLayer(
  { tree, removed = [] }: LayerContents,
  workspace: Workspace,
  compression: Compression = 'gzip',
): Promise<LayerBlob> {
  const file = workspace.file();
  const diff = createHash('sha256');
  const blob = createHash('sha256');
  const out: Compressor = compressor(compression, (chunk) => {
    blob.update(chunk);
    file.append(chunk);
  });
  for (const chunk of archiveOf(partsOf(tree, removed))) {
    diff.update(chunk);
    await out.write(chunk);
  }
  await out.end();
  const digest = `sha256:${blob.digest('hex')}`;
  const descriptor: Descriptor = { mediaType: types[compression], digest, size: file.size };
  return { descriptor, diffId: `sha256:${diff.digest('hex')}`, content: file.content() };
}

/** The bytes of an archive; headers of small files are gathered, so that each costs no call of its own. */
export function* archiveOf(parts: Iterable<Part>): Generator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for (const { entry, content } of parts) {
    for (const piece of [encodeEntry(entry), ...(content === undefined ? [] : [content])]) {
      for (const chunk of 'read' in piece ? passingChunks(piece) : [piece]) {
        // A large piece passes: it is only good until the next one is read.
        if (chunk.length >= GATHERED) {
          if (size > 0) yield Buffer.concat(held);
          yield chunk;
          held = [];
          size = 0;
          continue;
        }
        held.push(chunk);
        size += chunk.length;
        if (size < GATHERED) continue;
        yield Buffer.concat(held);
        held = [];
        size = 0;
      }
    }
    const fill = padding(content?.size ?? 0);
    held.push(fill);
    size += fill.length;
  }
  yield Buffer.concat([...held, endOfArchive()]);
}

const GATHERED = 128 * BLOCK;

function* partsOf(tree: Tree, removed: readonly string[]): Generator<Part> {
  const marks = removed.map((path) => whiteoutName(path)).sort(compareNames);
  for (const path of marks) yield { entry: { kind: 'file', path: path.slice(1), mode: 0o644, size: 0 } };
  const first = new Map<Node, string>();
  for (const [path, node] of tree.walk()) {
    if (path === '/') continue;
    const name = path.slice(1);
    if (/(^|\/)\.wh\./.test(name)) {
      throw new RailcarError(
        'image-invalid',
        `cannot put ${quoteName(path)} into a layer: its name means that a file is gone`,
      );
    }
    const earlier = first.get(node);
    if (earlier !== undefined && node.kind !== 'directory') yield linked(name, earlier, node);
    else {
      first.set(node, name);
      yield part(name, node);
    }
  }
}

function linked(path: string, target: string, { mode, uid, gid, mtime }: Node): Part {
  return { entry: { kind: 'hardlink', path, target, mode, uid, gid, mtime } };
}

function part(path: string, node: Node): Part {
  const { mode, uid, gid, mtime, xattrs } = node;
  const common = { path, mode, uid, gid, mtime, xattrs };
  switch (node.kind) {
    case 'file':
      return { entry: { ...common, kind: 'file', size: node.content.size }, content: node.content };
    case 'directory':
      return { entry: { ...common, kind: 'directory' } };
    case 'symlink':
      return { entry: { ...common, kind: 'symlink', target: node.target } };
    case 'socket':
      throw new RailcarError(
        'image-invalid',
        `cannot put ${quoteName(`/${path}`)} into a layer: it is a socket`,
      );
    default:
      return { entry: { ...common, kind: node.kind, major: node.major, minor: node.minor } };
  }
}
