import type { Socket } from 'node:net';
import { ProtocolError, type Transport } from '../execute/session.ts';

/** What is kept of a peer that says more than anybody asked for. */
const MOST_SURPLUS = 1024 * 1024;

/** The socket of one launcher as the stream of a session. */
export function socketTransport(socket: Socket): Transport {
  const incoming = new Incoming(socket);
  socket.on('data', (chunk) => incoming.add(chunk));
  socket.on('end', () => incoming.end());
  // A launcher that was killed is one that has hung up: 'close' follows.
  socket.on('error', () => undefined);
  socket.on('close', () => incoming.end());
  return {
    read: (length) => incoming.take(length),
    async write(bytes) {
      if (!socket.writable) throw new ProtocolError('the launcher has hung up');
      // Not waited for: the launcher answers when it has read all of it, and a session writes nothing before that.
      socket.write(bytes);
    },
  };
}

interface Reader {
  readonly length: number;
  readonly resolve: (bytes: Uint8Array | null) => void;
  readonly reject: (error: Error) => void;
}

class Incoming {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #size = 0;
  #ended = false;
  #reader: Reader | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#serve();
    if (this.#size > (this.#reader?.length ?? 0) + MOST_SURPLUS) this.#socket.pause();
  }

  end(): void {
    this.#ended = true;
    this.#serve();
  }

  take(length: number): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
      this.#reader = { length, resolve, reject };
      this.#serve();
      if (this.#reader !== null && this.#socket.isPaused()) this.#socket.resume();
    });
  }

  #serve(): void {
    const reader = this.#reader;
    if (reader === null || (this.#size < reader.length && !this.#ended)) return;
    this.#reader = null;
    if (this.#size >= reader.length) reader.resolve(this.#cut(reader.length));
    else if (this.#size === 0) reader.resolve(null);
    else reader.reject(new ProtocolError('the launcher has hung up in the middle of a message'));
  }

  #cut(length: number): Uint8Array {
    const [first] = this.#chunks;
    const all = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
    this.#size -= length;
    this.#chunks = this.#size === 0 ? [] : [all.subarray(length)];
    return all.subarray(0, length);
  }
}
