/** Text up to this length is written by itself: a call into the engine costs more than its characters. */
const SHORT = 64;

/** Writes the little-endian forms of `messages.ts` and `plan/encode.ts` into one growing buffer. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  /** `room`: how much will probably be written. */
  constructor(room = 1024) {
    this.#buffer = Buffer.allocUnsafe(room);
  }

  u8(value: number): void {
    if (value > 0xff) throw tooLarge(value);
    const at = this.#take(1);
    this.#buffer[at] = value;
  }

  u16(value: number): void {
    if (value > 0xffff) throw tooLarge(value);
    const at = this.#take(2);
    this.#buffer[at] = value;
    this.#buffer[at + 1] = value >>> 8;
  }

  u32(value: number): void {
    this.#put32(this.#take(4), value);
  }

  u64(value: number | bigint): void {
    const at = this.#take(8);
    if (typeof value === 'bigint') {
      this.#buffer.writeBigUInt64LE(value, at);
      return;
    }
    // Two halves: nearly all numbers are small, and making bigints of them costs more than all the rest.
    if (!Number.isInteger(value) || value < 0) throw new RangeError(`${value} is no number of 64 bits`);
    this.#put32(at, value);
    this.#put32(at + 4, Math.floor(value / 0x100000000));
  }

  /** u32 length and the bytes. */
  bytes(value: Uint8Array): void {
    this.u32(value.length);
    const at = this.#take(value.length);
    this.#buffer.set(value, at);
  }

  string(value: string): void {
    const start = this.#take(4);
    const size = this.#ascii(value) ? value.length : this.#utf8(value);
    this.#put32(start, size);
  }

  /** Bytes followed by a NUL that the length does not count, so that C may use them where they lie. */
  terminated(value: Uint8Array): void {
    this.bytes(value);
    this.u8(0);
  }

  /** Text for the C side. A NUL inside would silently cut it there, so it is refused. */
  text(value: string): void {
    if (value.includes('\0')) throw new RangeError(`text holds a NUL character: ${JSON.stringify(value)}`);
    this.string(value);
    this.u8(0);
  }

  list<T>(items: readonly T[], write: (item: T) => void): void {
    this.u32(items.length);
    for (const item of items) write(item);
  }

  /** u32 size of what `write` writes, then that. */
  sized(write: () => void): void {
    const start = this.open();
    write();
    this.close(start);
  }

  /** Leaves room for the size of what follows up to `close`. */
  open(): number {
    return this.#take(4);
  }

  close(start: number): void {
    this.#put32(start, this.#length - start - 4);
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Nothing is written unless all of it is short ASCII. */
  #ascii(value: string): boolean {
    const { length } = value;
    if (length > SHORT) return false;
    const at = this.#take(length);
    const buffer = this.#buffer;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) {
        this.#length = at;
        return false;
      }
      buffer[at + index] = code;
    }
    return true;
  }

  #utf8(value: string): number {
    // Room for the longest form, and no buffer in between.
    const at = this.#take(value.length * 3);
    const size = this.#buffer.write(value, at);
    this.#length = at + size;
    return size;
  }

  /** Where `count` bytes may be written. Before the buffer is looked at: it may be another one afterwards. */
  #take(count: number): number {
    const at = this.#length;
    const end = at + count;
    if (end > this.#buffer.length) this.#grow(end);
    this.#length = end;
    return at;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, needed));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  #put32(at: number, value: number): void {
    const buffer = this.#buffer;
    buffer[at] = value;
    buffer[at + 1] = value >>> 8;
    buffer[at + 2] = value >>> 16;
    buffer[at + 3] = value >>> 24;
  }
}

function tooLarge(value: number): RangeError {
  return new RangeError(`${value} has no room here`);
}

/** Reads what ByteWriter and the launcher write; a short or overlong body throws RangeError. */
export class ByteReader {
  readonly #buffer: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#buffer.readUInt8(this.#take(1));
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#take(4));
  }

  u64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#take(8));
  }

  bytes(): Uint8Array {
    const length = this.u32();
    const start = this.#take(length);
    return this.#buffer.subarray(start, start + length);
  }

  string(): string {
    const length = this.u32();
    const start = this.#take(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  /** Texts that each end with a NUL, as one. */
  texts(): string[] {
    const text = this.string();
    if (text !== '' && !text.endsWith('\0')) throw new RangeError('the last text has no end');
    return text === '' ? [] : text.slice(0, -1).split('\0');
  }

  list<T>(read: () => T): T[] {
    const count = this.u32();
    // Each item takes at least one byte, so a count beyond the rest is a lie, not a reason to allocate.
    if (count > this.#buffer.length - this.#offset)
      throw new RangeError(`list of ${count} items in a short body`);
    return Array.from({ length: count }, read);
  }

  #take(count: number): number {
    const start = this.#offset;
    if (start + count > this.#buffer.length)
      throw new RangeError(`${count} bytes wanted at ${start}, body is shorter`);
    this.#offset += count;
    return start;
  }
}
