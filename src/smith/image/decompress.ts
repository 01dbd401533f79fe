import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { RailcarError } from '../../errors.ts';
import { passingChunks } from '../tree/content.ts';
import type { Content } from '../tree/node.ts';
import { algorithmOf, Check, type Expected, verify } from './digest.ts';
import type { Workspace } from './workspace.ts';

export interface Decompressed {
  readonly content: Content;
  /** Of the uncompressed bytes. */
  readonly digest: string;
}

export interface DecompressOptions {
  /** For messages: `layer 2 of "x.tar"`. */
  readonly what: string;
  /** Of the compressed bytes, where somebody vouches for them. */
  readonly expected?: Expected | undefined;
  /** Of the uncompressed bytes. */
  readonly diffId?: string | undefined;
  /** In bytes, uncompressed; more is an attack on the disk. What is not compressed may have 64 GiB. */
  readonly limit?: number | undefined;
}

/** 64 GiB: larger than any layer that a microcontainer is made from. */
export const LIMIT = 2 ** 36;

/** A few kilobytes become a full disk where somebody wants that; what programs are made of shrinks to a third. */
const RATIO = 200;
/** Below it, in bytes, no harm is done by whatever ratio. */
const HARMLESS = 2 ** 28;

/** What a layer of so many bytes may become, in bytes. */
function limitOf(compressed: number): number {
  return Math.min(Math.max(RATIO * compressed, HARMLESS), LIMIT);
}

export type Compression = 'gzip' | 'zstd' | 'none';

/** By the first bytes: media types are often wrong, and the files of `docker save` have none. */
export function compressionOf(content: Content): Compression {
  const head = Buffer.from(content.read(0, 4)).toString('hex');
  if (head.startsWith('1f8b')) return 'gzip';
  // A frame, or one to be skipped that some programs begin with (RFC 8878).
  return head === '28b52ffd' || /^5.2a4d18$/.test(head) ? 'zstd' : 'none';
}

/**
 * The uncompressed bytes, spooled where they were compressed, with both digests checked on the way.
 *
 * @throws RailcarError `image-invalid`
 */
export async function decompress(
  content: Content,
  workspace: Workspace,
  { what, expected, diffId, limit: given }: DecompressOptions,
): Promise<Decompressed> {
  const compression = compressionOf(content);
  const algorithm = diffId === undefined ? 'sha256' : algorithmOf(diffId);
  const limit = given ?? (compression === 'none' ? LIMIT : limitOf(content.size));
  if (compression === 'none') {
    if (content.size > limit) throw tooLarge(what, limit);
    if (expected !== undefined) verify(content, expected, what);
    const digest = expected?.digest.startsWith(`${algorithm}:`)
      ? expected.digest
      : hashed(content, algorithm);
    return promised({ content, digest }, diffId, what);
  }
  const check = expected === undefined ? null : new Check(expected, what);
  check?.size(content.size);
  const file = workspace.file();
  const hash = createHash(algorithm);
  const keep = async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) {
      if (file.size + chunk.length > limit) throw tooLarge(what, limit);
      hash.update(chunk);
      file.append(chunk);
    }
  };
  const input = new Input(content, check);
  try {
    // Node's decoder of zstd ends with the first frame; there may be thousands, some of which are to be skipped.
    do {
      const stream = compression === 'gzip' ? createGunzip(fast) : createZstdDecompress(fast);
      await pipeline(input.rest(), stream, keep);
      input.taken(stream.bytesWritten);
    } while (compression === 'zstd' && input.left > 0);
  } catch (error) {
    throw worded(error, what);
  }
  if (input.left > 0) {
    throw new RailcarError('image-invalid', `cannot use ${what}: something follows its compressed data`);
  }
  check?.end();
  return promised({ content: file.content(), digest: `${algorithm}:${hash.digest('hex')}` }, diffId, what);
}

const fast = { chunkSize: 1 << 16 };

/** Compressed bytes that one decoder after the other takes its part of; each passes the check once. */
class Input {
  readonly #content: Content;
  readonly #check: Check | null;
  #taken = 0;
  #checked = 0;

  constructor(content: Content, check: Check | null) {
    this.#content = content;
    this.#check = check;
  }

  get left(): number {
    return this.#content.size - this.#taken;
  }

  taken(length: number): void {
    if (length === 0) throw Object.assign(new Error('a decoder took nothing'), { code: 'ZSTD_STUCK' });
    this.#taken += length;
  }

  *rest(): Generator<Uint8Array> {
    const { size } = this.#content;
    // Frames may be small: what is read beyond one is read again for the next.
    for (let at = this.#taken, step = 1 << 14; at < size; at += step, step = Math.min(2 * step, 1 << 16)) {
      const chunk = this.#content.read(at, step);
      if (at + chunk.length > this.#checked) {
        this.#check?.update(chunk.subarray(Math.max(0, this.#checked - at)));
        this.#checked = at + chunk.length;
      }
      yield chunk;
    }
  }
}

function hashed(content: Content, algorithm: string): string {
  const hash = createHash(algorithm);
  for (const chunk of passingChunks(content)) hash.update(chunk);
  return `${algorithm}:${hash.digest('hex')}`;
}

function promised(found: Decompressed, diffId: string | undefined, what: string): Decompressed {
  if (diffId === undefined || diffId === found.digest) return found;
  const reason = `its digest uncompressed is ${found.digest} and the configuration says ${diffId}`;
  throw new RailcarError('image-invalid', `cannot use ${what}: ${reason}`);
}

function tooLarge(what: string, limit: number): RailcarError {
  return new RailcarError(
    'image-invalid',
    `cannot use ${what}: uncompressed it has more than ${limit} bytes`,
    {
      hint: 'That is what attacks on disks look like. An image is taken that "skopeo copy --dest-decompress" has written.',
    },
  );
}

function worded(error: unknown, what: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (error instanceof RailcarError || !/^(Z_|ZSTD_)/.test(code)) return error;
  const reason = code === 'Z_BUF_ERROR' ? 'it is cut short' : `its compressed data is damaged (${code})`;
  return new RailcarError('image-invalid', `cannot decompress ${what}: ${reason}`, { cause: error });
}
