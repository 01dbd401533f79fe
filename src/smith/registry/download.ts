import { createHash } from 'node:crypto';
import { RailcarError } from '../../errors.ts';
import { reasonOf } from './answer.ts';
import type { Client } from './client.ts';

/** A content descriptor (image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
}

/** Times in a row that a download may break off without having brought a byte. */
const BREAKS = 5;

/**
 * The bytes of a blob, in pieces as they come. A connection that breaks off is taken up where it was. Digest and size
 * are verified on the way: whoever has read to the end has what the descriptor names, and a wrong byte is an error before
 * that. Nothing of it is to be believed earlier.
 *
 * @throws {RailcarError} `registry-refused`, `registry-unreachable`, `image-invalid` for other bytes than those named
 */
export async function* download(
  client: Client,
  repository: string,
  { digest, size }: Descriptor,
): AsyncGenerator<Buffer> {
  const doing = `pull blob "${digest}"`;
  const [algorithm = '', expected] = digest.split(':');
  const hash = createHash(algorithm);
  let got = 0;
  for (let broken = 0; got < size || got === 0; ) {
    const start = got;
    try {
      for await (const part of from(client, repository, digest, start, doing)) {
        got += part.length;
        if (got > size) throw invalid(doing, `it is longer than the ${size} bytes that it should have`);
        hash.update(part);
        yield part;
      }
      if (got >= size) break;
      if (got === start) broken++;
    } catch (error) {
      // The consumer's own errors come by another way (return()); these are the connection's.
      if (error instanceof RailcarError) throw error;
      broken = got > start ? 1 : broken + 1;
      if (broken > BREAKS)
        throw new RailcarError(
          'registry-unreachable',
          `cannot ${doing}: it breaks off after ${got} of ${size} bytes`,
          { cause: error },
        );
    }
    if (broken > BREAKS) throw invalid(doing, `it has only ${got} of the ${size} bytes that it should have`);
    await client.pause(Math.max(broken, 1));
  }
  const actual = hash.digest('hex');
  if (actual !== expected) throw invalid(doing, `its digest is ${algorithm}:${actual}`);
}

/** From there on. A registry that knows no ranges sends all of it once more. */
async function* from(
  client: Client,
  repository: string,
  digest: string,
  start: number,
  doing: string,
): AsyncGenerator<Buffer> {
  const answer = await client.call('GET', client.url(`/v2/${repository}/blobs/${digest}`), {
    expect: [200, 206],
    doing,
    ...(start > 0 ? { headers: { Range: `bytes=${start}-` } } : {}),
  });
  if (answer.statusCode === 206 && !answer.headers['content-range']?.startsWith(`bytes ${start}-`)) {
    throw invalid(doing, `the registry sends another part than it was asked for: ${await reasonOf(answer)}`);
  }
  let skip = answer.statusCode === 206 ? 0 : start;
  for await (const part of answer as AsyncIterable<Buffer>) {
    if (skip >= part.length) skip -= part.length;
    else {
      yield part.subarray(skip);
      skip = 0;
    }
  }
}

function invalid(doing: string, reason: string): RailcarError {
  return new RailcarError('image-invalid', `cannot ${doing}: ${reason}`);
}
