import { encodeName } from '../tree/name.ts';
import { BLOCK, padded, type TarEntry } from './entry.ts';
import { encodePax } from './pax.ts';

/** What is to be written of an entry; `path` as in TarEntry. */
export type NewEntry = Pick<TarEntry, 'kind' | 'path'> &
  Partial<
    Pick<TarEntry, 'target' | 'mode' | 'uid' | 'gid' | 'mtime' | 'xattrs' | 'size' | 'major' | 'minor'>
  >;

const types: Readonly<Record<TarEntry['kind'], string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};

/**
 * The header of an entry: POSIX ustar, and before it a pax header where ustar has no room. No user names, no atime or
 * ctime, times in whole seconds: the same entry gives the same bytes everywhere. Then come `size` bytes of content and
 * `padding(size)`.
 */
export function encodeEntry(entry: NewEntry): Buffer {
  const path = encodeName(
    entry.kind === 'directory' ? `${entry.path === '' ? '.' : entry.path}/` : entry.path,
  );
  const target = encodeName(entry.target ?? '');
  const mtime = Math.floor(entry.mtime ?? 0);
  const records = new Map<string, Uint8Array>();
  const spilled = (key: string, value: number, limit: number): number => {
    if (value >= 0 && value < limit) return value;
    records.set(key, Buffer.from(String(value)));
    return 0;
  };
  const [prefix, name] = split(path) ?? [Buffer.alloc(0), path.subarray(0, 100)];
  if (split(path) === null) records.set('path', path);
  if (target.length > 100) records.set('linkpath', target);
  const header = encodeHeader({
    name,
    prefix,
    target: target.subarray(0, 100),
    type: types[entry.kind],
    mode: (entry.mode ?? 0o644) & 0o7777,
    uid: spilled('uid', entry.uid ?? 0, 8 ** 7),
    gid: spilled('gid', entry.gid ?? 0, 8 ** 7),
    size: spilled('size', entry.kind === 'file' ? (entry.size ?? 0) : 0, 8 ** 11),
    mtime: spilled('mtime', mtime, 8 ** 11),
    major: entry.major ?? 0,
    minor: entry.minor ?? 0,
  });
  for (const [key, value] of entry.xattrs ?? []) records.set(`SCHILY.xattr.${key}`, value);
  if (records.size === 0) return header;
  const pax = encodePax([...records].sort(([a], [b]) => (a < b ? -1 : 1)));
  return Buffer.concat([paxHeader(pax.length, mtime), pax, padding(pax.length), header]);
}

/** What fills content up to a whole number of blocks. */
export function padding(size: number): Buffer {
  return Buffer.alloc(padded(size) - size);
}

/** Two blocks of zeros. */
export function endOfArchive(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

/** Where ustar has room: up to 100 bytes, or up to 155 before a slash and up to 100 after it. */
function split(path: Buffer): [prefix: Buffer, name: Buffer] | null {
  if (path.length <= 100) return [Buffer.alloc(0), path];
  // Not the slash at the end of a directory: the name must not be empty.
  const slash = path.subarray(0, path.length - 1).indexOf(0x2f, Math.max(1, path.length - 101));
  if (slash < 1 || slash > 155) return null;
  return [path.subarray(0, slash), path.subarray(slash + 1)];
}

function paxHeader(size: number, mtime: number): Buffer {
  const own = mtime >= 0 && mtime < 8 ** 11 ? mtime : 0;
  const none = Buffer.alloc(0);
  const ids = { uid: 0, gid: 0, major: 0, minor: 0 };
  return encodeHeader({
    ...ids,
    name: Buffer.from('PaxHeaders.0/entry'),
    prefix: none,
    target: none,
    type: 'x',
    mode: 0o644,
    size,
    mtime: own,
  });
}

interface Fields extends Record<'mode' | 'uid' | 'gid' | 'size' | 'mtime' | 'major' | 'minor', number> {
  readonly name: Buffer;
  readonly prefix: Buffer;
  readonly target: Buffer;
  readonly type: string;
}

function encodeHeader(fields: Fields): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (at: number, length: number, value: number) =>
    block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  fields.name.copy(block, 0);
  octal(100, 8, fields.mode);
  octal(108, 8, fields.uid);
  octal(116, 8, fields.gid);
  octal(124, 12, fields.size);
  octal(136, 12, fields.mtime);
  block.fill(0x20, 148, 156);
  block.write(fields.type, 156, 'latin1');
  fields.target.copy(block, 157);
  block.write('ustar\x0000', 257, 'latin1');
  octal(329, 8, fields.major);
  octal(337, 8, fields.minor);
  fields.prefix.copy(block, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
