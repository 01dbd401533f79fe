import { once } from 'node:events';
import * as zlib from 'node:zlib';
import { Deflate } from 'pako';
import { RailcarError } from '../../errors.ts';
import type { Compression } from './decompress.ts';

/** Takes bytes and gives their compressed form to `sink`, in pieces. */
export interface Compressor {
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

type Sink = (chunk: Uint8Array) => void;

/**
 * The same bytes on every machine: see docs/decisions/0003-gzip.md. `level` is that of gzip(1); 0 only wraps, for what is
 * compressed already.
 */
export function compressor(compression: Compression, sink: Sink, level: 0 | 6 = 6): Compressor {
  if (compression === 'gzip') return gzip(sink, level);
  if (compression === 'zstd') return zstd(sink);
  return { write: async (chunk) => sink(chunk), end: async () => {} };
}

/** As gzip -n: without name and time. */
function gzip(sink: Sink, level: 0 | 6): Compressor {
  const deflate = new Deflate({ gzip: true, level, chunkSize: 1 << 16 });
  // It hands out its buffer and fills it again.
  deflate.onData = (chunk: Uint8Array | ArrayBuffer | string) => sink(Buffer.from(chunk as Uint8Array));
  let written = 0;
  return {
    write: async (chunk) => {
      push(deflate, chunk, false);
      written += chunk.length;
      // It computes; whoever shows progress or waits for a signal gets a turn.
      if (written < 1 << 22) return;
      written = 0;
      await new Promise((done) => setImmediate(done));
    },
    end: async () => push(deflate, new Uint8Array(0), true),
  };
}

function push(deflate: Deflate, chunk: Uint8Array, last: boolean): void {
  if (!deflate.push(chunk, last)) throw new RailcarError('internal', `cannot compress: ${deflate.msg}`);
}

function zstd(sink: Sink): Compressor {
  if (zlib.createZstdCompress === undefined) {
    throw new RailcarError('host-unsupported', 'cannot write zstd: this Node is older than 22.15');
  }
  const stream = zlib.createZstdCompress({ params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } });
  stream.on('data', sink);
  return {
    write: async (chunk) => {
      if (!stream.write(chunk)) await once(stream, 'drain');
    },
    end: async () => {
      const ended = once(stream, 'end');
      stream.end();
      await ended;
    },
  };
}
