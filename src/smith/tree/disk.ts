import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  type Stats,
} from 'node:fs';
import { Readable } from 'node:stream';
import { RailcarError } from '../../errors.ts';
import { chunks, readFully } from './content.ts';
import { decodeName, quoteName } from './name.ts';
import type { Attributes, Bytes, Content, Node } from './node.ts';
import { directory } from './node.ts';
import { Tree } from './tree.ts';

/**
 * A directory on disk as a tree: a source of its own, or an overlay. No link is followed, and contents are read when
 * they are asked for: nobody else may change the directory meanwhile, and a file that has changed is an error. Extended
 * attributes are not read.
 *
 * @throws RailcarError `image-invalid`
 */
export function treeOfDirectory(folder: string): Tree {
  const top = look(Buffer.from(folder), () => lstatSync(folder));
  if (!top.isDirectory())
    throw new RailcarError('image-invalid', `cannot read ${quoteName(folder)}: it is no directory`);
  const root = directory(0o755, attributesOf(top));
  const tree = new Tree(root);
  // Of files with several names, by device and inode.
  const linked = new Map<string, Node>();
  const pending: [Buffer, Map<string, Node>][] = [[Buffer.from(folder), root.children]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [path, children] = next;
    for (const name of look(path, () => readdirSync(path, { encoding: 'buffer' }))) {
      const place = Buffer.concat([path, Buffer.from('/'), name]);
      const stats = look(place, () => lstatSync(place));
      const identity = `${stats.dev}:${stats.ino}`;
      const node = linked.get(identity) ?? nodeOf(place, stats);
      if (stats.nlink > 1 && node.kind !== 'directory') linked.set(identity, node);
      children.set(decodeName(name), node);
      if (node.kind === 'directory') pending.push([place, node.children]);
    }
  }
  return tree;
}

function nodeOf(place: Buffer, stats: Stats): Node {
  const attributes = attributesOf(stats);
  if (stats.isDirectory()) return directory(attributes.mode, attributes);
  if (stats.isFile()) return { kind: 'file', ...attributes, content: fileContent(place, stats) };
  if (stats.isSymbolicLink()) {
    const target = look(place, () => readlinkSync(place, { encoding: 'buffer' }));
    return { kind: 'symlink', ...attributes, target: decodeName(target) };
  }
  const kind = stats.isFIFO()
    ? 'fifo'
    : stats.isSocket()
      ? 'socket'
      : stats.isBlockDevice()
        ? 'block'
        : 'character';
  // As gnu_dev_major(3) takes them apart, for numbers below 2^20.
  const [major, minor] = [(stats.rdev >> 8) & 0xfff, (stats.rdev & 0xff) | ((stats.rdev >> 12) & 0xfff00)];
  return { kind, ...attributes, major, minor };
}

function attributesOf({ mode, uid, gid, mtimeMs }: Stats): Attributes {
  return { mode: mode & 0o7777, uid, gid, mtime: mtimeMs / 1000, xattrs: new Map() };
}

/** Opened for each reading: a tree has more files than a process may have descriptors. */
function fileContent(place: Buffer, { size, ino, dev, mtimeMs }: Stats): Content {
  const bytes: Bytes = {
    size,
    read: (offset, length) =>
      look(place, () => {
        const descriptor = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
        try {
          const now = fstatSync(descriptor);
          if (now.ino !== ino || now.dev !== dev || now.size !== size || now.mtimeMs !== mtimeMs) {
            throw new RailcarError(
              'image-invalid',
              `cannot read ${quoteName(decodeName(place))}: it has changed meanwhile`,
            );
          }
          const wanted = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, size - offset)));
          return wanted.subarray(0, readFully(descriptor, wanted, offset));
        } finally {
          closeSync(descriptor);
        }
      }),
  };
  return { ...bytes, stream: () => Readable.from(chunks(bytes), { objectMode: false }) };
}

function look<T>(place: Buffer, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof RailcarError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new RailcarError('image-invalid', `cannot read ${quoteName(decodeName(place))}: ${code}`, {
      cause: error,
    });
  }
}
