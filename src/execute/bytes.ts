/** Writes the little-endian forms of `messages.ts` and `plan/encode.ts` into one growing buffer. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  /** `room`: how much will probably be written. */
  constructor(room = 1024) {
    this.#buffer = Buffer.allocUnsafe(room);
  }

  u8(value: number): void {
    this.#length = this.#room(1).writeUInt8(value, this.#length);
  }

  u16(value: number): void {
    this.#length = this.#room(2).writeUInt16LE(value, this.#length);
  }

  u32(value: number): void {
    this.#length = this.#room(4).writeUInt32LE(value, this.#length);
  }

  u64(value: number | bigint): void {
    const buffer = this.#room(8);
    if (typeof value === 'bigint') {
      this.#length = buffer.writeBigUInt64LE(value, this.#length);
      return;
    }
    // Two halves: nearly all numbers are small, and making bigints of them costs more than all the rest.
    if (!Number.isInteger(value)) throw new RangeError(`${value} is no integer`);
    buffer.writeUInt32LE(value % 0x100000000, this.#length);
    this.#length = buffer.writeUInt32LE(Math.floor(value / 0x100000000), this.#length + 4);
  }

  /** u32 length and the bytes. */
  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.#room(value.length).set(value, this.#length);
    this.#length += value.length;
  }

  string(value: string): void {
    // Room for the longest UTF-8 form, and no buffer in between.
    const buffer = this.#room(4 + value.length * 3);
    const size = buffer.write(value, this.#length + 4);
    buffer.writeUInt32LE(size, this.#length);
    this.#length += 4 + size;
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
    const start = this.#length;
    this.u32(0);
    write();
    this.#buffer.writeUInt32LE(this.#length - start - 4, start);
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #room(more: number): Buffer {
    if (this.#length + more > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + more));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    return this.#buffer;
  }
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
    return Buffer.from(this.bytes()).toString();
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
