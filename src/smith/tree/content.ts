import { readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { RailcarError } from '../../errors.ts';
import type { Bytes, Content } from './node.ts';

const CHUNK = 256 * 1024;

/** Content that is in memory: a text of smith's own, or a test's. */
export function memoryContent(data: Uint8Array | string): Content {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  return withStream({
    size: bytes.length,
    read: (offset, length) => bytes.slice(offset, Math.min(offset + length, bytes.length)),
  });
}

/** `size` bytes of an open file from `start`. The descriptor stays its owner's, who closes it when nobody reads any more. */
export function descriptorContent(descriptor: number, start: number, size: number): Content {
  const readInto = (offset: number, target: Uint8Array): number => {
    const wanted = Math.max(0, Math.min(target.length, size - offset));
    if (readFully(descriptor, target.subarray(0, wanted), start + offset) < wanted) {
      throw new RailcarError('image-invalid', `cannot read ${wanted} bytes: the file has become shorter`);
    }
    return wanted;
  };
  return withStream({
    size,
    read: (offset, length) => {
      const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, size - offset)));
      readInto(offset, bytes);
      return bytes;
    },
    readInto,
  });
}

/** Part of another content. */
export function sliceContent(whole: Bytes, start: number, size: number): Content {
  const { readInto } = whole;
  const within = (offset: number, length: number) => Math.max(0, Math.min(length, size - offset));
  return withStream({
    size,
    read: (offset, length) => whole.read(start + Math.min(offset, size), within(offset, length)),
    ...(readInto && {
      readInto: (offset: number, target: Uint8Array) =>
        readInto(start + offset, target.subarray(0, within(offset, target.length))),
    }),
  });
}

/** The bytes in pieces of a size that costs little memory and few calls. */
export function* chunks(bytes: Bytes): Generator<Uint8Array> {
  for (let at = 0; at < bytes.size; at += CHUNK) yield bytes.read(at, CHUNK);
}

/**
 * The same, each piece in the memory of the one before it: for whoever is done with a piece when he asks for the next.
 * Memory that is thrown away for every piece stays until the next collection, and a large image has thousands.
 */
export function* passingChunks(bytes: Bytes): Generator<Uint8Array> {
  if (bytes.readInto === undefined) {
    yield* chunks(bytes);
    return;
  }
  const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, bytes.size));
  for (let at = 0; at < bytes.size; at += CHUNK) {
    yield buffer.subarray(0, bytes.readInto(at, buffer.subarray(0, Math.min(CHUNK, bytes.size - at))));
  }
}

/** All of it, for what is known to be small. */
export function wholeContent(bytes: Bytes): Buffer {
  const all = bytes.read(0, bytes.size);
  return Buffer.from(all.buffer, all.byteOffset, all.byteLength);
}

/** Fills `target` from the file; returns how much was there. `readSync` alone may give less. */
export function readFully(descriptor: number, target: Uint8Array, position: number): number {
  let got = 0;
  while (got < target.length) {
    const more = readSync(descriptor, target, got, target.length - got, position + got);
    if (more === 0) break;
    got += more;
  }
  return got;
}

function withStream(bytes: Bytes): Content {
  return { ...bytes, stream: () => Readable.from(chunks(bytes), { objectMode: false }) };
}
