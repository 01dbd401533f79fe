import type { Bytes } from '../tree/node.ts';

const AHEAD = 64 * 1024;

/** Reads small pieces that follow each other without asking the system for each. */
export class Window {
  readonly #bytes: Bytes;
  #start = 0;
  #held: Uint8Array = new Uint8Array(0);

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  /** What is there, fewer bytes at the end. Only good until the next call. */
  read(offset: number, length: number): Uint8Array {
    if (length > AHEAD) return this.#bytes.read(offset, length);
    if (offset < this.#start || offset + length > this.#start + this.#held.length) {
      this.#start = offset;
      this.#held = this.#bytes.read(offset, AHEAD);
    }
    return this.#held.subarray(offset - this.#start, offset - this.#start + length);
  }
}
