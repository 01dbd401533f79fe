import { createHash } from 'node:crypto';
import { decompress } from '../image/decompress.ts';
import type { Workspace } from '../image/workspace.ts';
import { runProgram } from '../source/program.ts';
import type { TarEntry } from '../tar/entry.ts';
import { checkPath } from '../tar/path.ts';
import { passingChunks, sliceContent } from '../tree/content.ts';
import { encodeName, quoteName } from '../tree/name.ts';
import type { Content } from '../tree/node.ts';
import { readCpio } from './cpio.ts';
import { rpmError } from './error.ts';
import type { RpmFile } from './files.ts';
import type { RpmPackage } from './package.ts';
import { tags } from './tags.ts';

/** A payload as an archive: its bytes, and what lies where in them. */
export interface RpmPayload {
  readonly archive: Content;
  readonly entries: readonly TarEntry[];
}

/** What Node cannot decompress. */
const programs: Readonly<Record<string, readonly [string, ...string[]]>> = {
  xz: ['xz', '--decompress', '--stdout', '--format=xz'],
  lzma: ['xz', '--decompress', '--stdout', '--format=lzma'],
  bzip2: ['bzip2', '--decompress', '--stdout'],
};

/** By number (RFC 9580, 9.5); what says none has the first. */
const digests: Readonly<Record<number, string>> = {
  1: 'md5',
  2: 'sha1',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
  12: 'sha3-256',
  14: 'sha3-512',
};

/**
 * The files of a package. Attributes are the header's, which is what is signed; contents have to have its digests; and what
 * it does not name is refused, so that no name of the payload counts.
 *
 * @throws {RailcarError} `image-invalid`
 */
export async function readPayload(rpm: RpmPackage, workspace: Workspace): Promise<RpmPayload> {
  const { what, files, header } = rpm;
  const format = header.text(tags.payloadFormat) ?? 'cpio';
  if (format !== 'cpio') throw rpmError(what, `its payload is of the form ${quoteName(format)}`);
  const archive = await unpacked(rpm, workspace);
  const links = new Links(files);
  const algorithm = digests[header.number(tags.fileDigestAlgorithm) ?? 1];
  const places = new Map(files.map((file, index) => [file.path, index]));
  const seen = new Set<number>();
  const entries: TarEntry[] = [];
  for (const { name, index: number, start, size } of readCpio(archive, what, (at) => links.sizeOf(at))) {
    const index = number ?? places.get(checkPath(name ?? '', { absolute: true }).path ?? '\0') ?? -1;
    const file = files[index];
    if (file === undefined || file.ghost || seen.has(index))
      throw rpmError(
        what,
        `its header does not have file ${quoteName(name ?? String(number))} of its payload`,
      );
    seen.add(index);
    if (size !== links.sizeOf(index) && kindOf(file) === 'file')
      throw rpmError(what, `file ${quoteName(file.path)} has another size than its header says`);
    const entry = entryOf(file, start, links.sizeOf(index) ?? 0, what);
    if (entry.kind === 'file' && links.isLast(index)) verify(file, archive, entry, algorithm, what);
    entries.push(entry);
  }
  const missing = files.find(({ ghost }, index) => !ghost && !seen.has(index));
  if (missing) throw rpmError(what, `its payload lacks file ${quoteName(missing.path)}`);
  return { archive, entries: links.joined(entries, files, places) };
}

async function unpacked(
  { what, files, header, payload }: RpmPackage,
  workspace: Workspace,
): Promise<Content> {
  const compressor = header.text(tags.payloadCompressor) ?? 'gzip';
  // Headers and names of entries, and what is lost to alignment.
  const limit = files.reduce((sum, { size, path }) => sum + size + 2 * path.length + 512, 1 << 20);
  const [program, ...words] = programs[compressor] ?? [];
  if (program === undefined) return (await decompress(payload, workspace, { what, limit })).content;
  const spool = workspace.file();
  await runProgram(program, words, {
    doing: `decompress ${what}`,
    input: payload.stream(),
    output: (bytes) => {
      if (spool.size + bytes.length > limit)
        throw rpmError(what, `uncompressed it has more than ${limit} bytes`);
      spool.append(bytes);
    },
  });
  return spool.content();
}

/** Several names of one file: its content is with the last of them, which the others become hard links to. */
class Links {
  readonly #files: readonly RpmFile[];
  readonly #last = new Map<string, number>();

  constructor(files: readonly RpmFile[]) {
    this.#files = files;
    for (const [index, file] of files.entries()) {
      if (kindOf(file) === 'file' && !file.ghost) this.#last.set(file.inode, index);
    }
  }

  isLast(index: number): boolean {
    const file = this.#files[index];
    return file === undefined || kindOf(file) !== 'file' || this.#last.get(file.inode) === index;
  }

  /** Of an entry's content in the payload; undefined: there is no such file. */
  sizeOf(index: number): number | undefined {
    const file = this.#files[index];
    if (file === undefined) return undefined;
    if (kindOf(file) === 'file') return this.isLast(index) ? file.size : 0;
    return kindOf(file) === 'symlink' ? encodeName(file.target).length : 0;
  }

  joined(
    entries: readonly TarEntry[],
    files: readonly RpmFile[],
    places: ReadonlyMap<string, number>,
  ): TarEntry[] {
    const isLast = ({ path }: TarEntry) => this.isLast(places.get(path) ?? -1);
    const target = ({ path }: TarEntry) => {
      const { inode = '' } = files[places.get(path) ?? -1] ?? {};
      return files[this.#last.get(inode) ?? -1]?.path ?? '';
    };
    const others = entries.filter((entry) => !isLast(entry));
    return [
      ...entries.filter(isLast),
      ...others.map((entry) => ({ ...entry, kind: 'hardlink' as const, target: target(entry) })),
    ];
  }
}

function entryOf(file: RpmFile, start: number, size: number, what: string): TarEntry {
  const kind = kindOf(file);
  if (kind === null) throw rpmError(what, `file ${quoteName(file.path)} is of no kind that a file can have`);
  if (kind === 'symlink' && (file.target === '' || encodeName(file.target).length >= 4096))
    throw rpmError(what, `link ${quoteName(file.path)} leads nowhere`);
  return {
    kind,
    path: file.path,
    target: kind === 'symlink' ? file.target : '',
    mode: file.mode & 0o7777,
    uid: 0,
    gid: 0,
    mtime: file.mtime,
    major: 0,
    minor: 0,
    xattrs: new Map(),
    size: kind === 'file' ? size : 0,
    start,
    offset: start,
  };
}

/** By the four bits in a mode that say so (inode(7)). */
function kindOf({ mode }: RpmFile): TarEntry['kind'] | null {
  const kinds: Readonly<Record<number, TarEntry['kind']>> = {
    1: 'fifo',
    2: 'character',
    4: 'directory',
    6: 'block',
    8: 'file',
    10: 'symlink',
  };
  return kinds[(mode >> 12) & 0xf] ?? null;
}

function verify(
  file: RpmFile,
  archive: Content,
  { start, size }: TarEntry,
  algorithm: string | undefined,
  what: string,
): void {
  if (file.digest === '') return;
  if (algorithm === undefined) throw rpmError(what, 'its files have digests of an unknown kind');
  const hash = createHash(algorithm);
  for (const chunk of passingChunks(sliceContent(archive, start, size))) hash.update(chunk);
  if (hash.digest('hex') !== file.digest.toLowerCase())
    throw rpmError(what, `file ${quoteName(file.path)} has another digest than its header says`);
}
