import { decodeName, encodeName, quoteName } from '../tree/name.ts';
import type { Bytes } from '../tree/node.ts';
import { BLOCK, MAX_PATH, padded, type TarEntry } from './entry.ts';
import { tarError } from './error.ts';
import { type Header, parseHeader } from './header.ts';
import { checkPath } from './path.ts';
import { type PaxRecords, parsePax } from './pax.ts';
import { Window } from './window.ts';

export interface TarLimits {
  /** Entries in one archive; more is an attack on memory. */
  readonly entries?: number;
  /** Bytes of one extension header. */
  readonly extension?: number;
  /** Whether an archive may end without its two blocks of zeros: true for what a digest vouches for. */
  readonly mayEndEarly?: boolean;
}

const kinds: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
};

const refused: Readonly<Record<string, string>> = {
  S: 'it is a sparse file of GNU form, which images do not have',
  M: 'it continues a file of another volume',
  D: 'it is a list of a directory for incremental backups',
  N: 'it is a list of long names of an old GNU tar',
  V: 'it is the name of a volume',
};

const MAX_ID = 0xffff_fffe;

/** What the extension headers before an entry say about it. */
interface Extension {
  name?: string;
  target?: string;
  pax?: PaxRecords;
  /** Of the first of them. */
  offset?: number;
}

/**
 * The entries of an archive in their order (POSIX ustar and pax, GNU, Version 7); contents are skipped. Whatever two
 * programs might read differently is refused, so that nobody else sees other files in the image than smith.
 *
 * @throws RailcarError `image-invalid`, with the entry's name and offset
 */
export function* readTar(bytes: Bytes, limits: TarLimits = {}): Generator<TarEntry> {
  const { entries = 2_000_000, extension: maxExtension = 1 << 20, mayEndEarly = false } = limits;
  const window = new Window(bytes);
  const global: PaxRecords = new Map();
  let extension: Extension = {};
  let count = 0;
  let at = 0;

  while (at < bytes.size) {
    const block = window.read(at, BLOCK);
    if (isZero(block)) {
      endOfArchive(bytes, window, at, extension);
      return;
    }
    if (++count > entries) throw tarError(at, `it has more than ${entries} entries`);
    const header = parseHeader(block, at);
    const start = at + BLOCK;
    if (header.type in refused) throw tarError(at, refused[header.type] ?? '', header.name);

    if ('LKxg'.includes(header.type)) {
      const data = extensionData(bytes, header, at, maxExtension);
      if (header.type === 'g') applyGlobal(global, paxRecords(data, header, at));
      else extend(extension, header, data, at);
      at = start + padded(header.size);
      continue;
    }
    const entry = entryOf(header, at, extension, global, bytes.size);
    yield entry;
    extension = {};
    at = start + padded(entry.size);
  }
  if (extension.offset !== undefined) throw tarError(extension.offset, 'nothing follows an extension header');
  if (!mayEndEarly) throw tarError(at, 'it is cut short: its end is missing');
}

function extensionData(bytes: Bytes, header: Header, offset: number, limit: number): Uint8Array {
  if (header.size < 0 || header.size > limit) {
    throw tarError(offset, `an extension header of ${header.size} bytes is absurd`, header.name);
  }
  const data = bytes.read(offset + BLOCK, header.size);
  if (data.length < header.size)
    throw tarError(offset, 'it is cut short in an extension header', header.name);
  return data;
}

function extend(extension: Extension, header: Header, data: Uint8Array, offset: number): void {
  extension.offset ??= offset;
  if (header.type === 'x') {
    if (extension.pax !== undefined)
      throw tarError(offset, 'two extension headers for one entry', header.name);
    extension.pax = paxRecords(data, header, offset);
    return;
  }
  const key = header.type === 'L' ? 'name' : 'target';
  if (extension[key] !== undefined) throw tarError(offset, `a second long ${key} for one entry`, header.name);
  const end = data.indexOf(0);
  extension[key] = decodeName(end === -1 ? data : data.subarray(0, end));
}

function paxRecords(data: Uint8Array, header: Header, offset: number): PaxRecords {
  const records = parsePax(data);
  if (records === null) throw tarError(offset, 'its extension header is damaged', header.name);
  return records;
}

/** An empty value takes back what an earlier global header said. */
function applyGlobal(global: PaxRecords, records: PaxRecords): void {
  for (const [key, value] of records) {
    if (value.length === 0) global.delete(key);
    else global.set(key, value);
  }
}

function entryOf(
  header: Header,
  offset: number,
  extension: Extension,
  global: PaxRecords,
  archiveSize: number,
): TarEntry {
  const own = extension.pax ?? new Map<string, Uint8Array>();
  const value = (key: string): string | undefined => {
    // An empty value of its own means: as the header says, whatever the global one has.
    const bytes = own.get(key) ?? global.get(key);
    return bytes === undefined || bytes.length === 0 ? undefined : decodeName(bytes);
  };
  const name = value('path') ?? extension.name ?? header.name;
  const fail = (reason: string): never => {
    throw tarError(offset, reason, name);
  };
  if (extension.name !== undefined && own.has('path')) fail('two extension headers give it different names');
  if ([...own.keys(), ...global.keys()].some((key) => key.startsWith('GNU.sparse.'))) fail(refused.S ?? '');

  const number = (key: string, otherwise: number, form = /^[0-9]{1,16}$/): number => {
    const text = value(key);
    if (text === undefined) return otherwise;
    if (!form.test(text)) fail(`its ${key} is no number: ${quoteName(text)}`);
    return Number(text);
  };
  const kind = kinds[header.type] ?? fail(`its kind ${quoteName(header.type)} is none that a file can have`);
  const size = number('size', header.size);
  if (size < 0) fail('its size is negative');
  if (kind !== 'file' && size > 0)
    fail(`it is a ${kind} and has content, which some programs skip and some do not`);
  const start = offset + BLOCK;
  if (size > archiveSize - start) {
    fail(
      `it claims ${size} bytes and the archive has ${Math.max(0, archiveSize - start)} more: cut short, or absurd`,
    );
  }
  const [uid, gid] = [number('uid', header.uid), number('gid', header.gid)];
  if (uid < 0 || uid > MAX_ID || gid < 0 || gid > MAX_ID)
    fail(`its owner ${uid}:${gid} is none that a file can have`);

  const { path, problem } = checkPath(name);
  if (path === undefined) return fail(problem);
  // Of Version 7 is that a directory is a file whose name ends in a slash.
  const old = header.type === '\0' && name.endsWith('/');
  if (kind === 'file' && name.endsWith('/') && !old) fail('it is a file and its name is that of a directory');
  if (path === '' && kind !== 'directory' && !old) fail('it is the root and no directory');
  return {
    kind: old ? 'directory' : kind,
    path,
    target: targetOf(kind, value('linkpath') ?? extension.target ?? header.target, fail),
    mode: header.mode,
    uid,
    gid,
    mtime: number('mtime', header.mtime, /^-?[0-9]{1,15}(\.[0-9]*)?$/),
    major: header.major,
    minor: header.minor,
    xattrs: xattrsOf(own, global),
    size,
    start,
    offset,
  };
}

function targetOf(kind: TarEntry['kind'], unsafeTarget: string, fail: (reason: string) => never): string {
  if (kind === 'hardlink') {
    const { path, problem } = checkPath(unsafeTarget, { absolute: true });
    return path ?? fail(`it is a hard link to ${quoteName(unsafeTarget)}: ${problem}`);
  }
  if (kind !== 'symlink') return '';
  if (unsafeTarget === '') fail('it is a symbolic link to nothing');
  if (unsafeTarget.includes('\0')) fail('there is a NUL in the target of this link');
  if (encodeName(unsafeTarget).length >= MAX_PATH)
    fail('the target of this link is longer than a path can be');
  return unsafeTarget;
}

const XATTR = 'SCHILY.xattr.';

function xattrsOf(own: PaxRecords, global: PaxRecords): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const [key, value] of [...global, ...own]) {
    if (key.startsWith(XATTR) && key.length > XATTR.length) found.set(key.slice(XATTR.length), value);
  }
  return found;
}

/** Two blocks of zeros, and after them zeros only: anything else is a second archive that some programs would read. */
function endOfArchive(bytes: Bytes, window: Window, offset: number, extension: Extension): void {
  if (extension.offset !== undefined) throw tarError(extension.offset, 'nothing follows an extension header');
  for (let at = offset; at < bytes.size; at += BLOCK) {
    if (!isZero(window.read(at, BLOCK))) throw tarError(at, 'something follows the end of the archive');
  }
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}
