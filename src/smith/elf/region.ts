import { RailcarError } from '../../errors.ts';
import type { Bytes } from '../tree/node.ts';

/** How the numbers of a file are written: byte order, and whether addresses and sizes have four bytes or eight. */
export interface Layout {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
}

/** Why a file that calls itself ELF cannot be read as such. */
export function damaged(reason: string): RailcarError {
  return new RailcarError('elf-invalid', `cannot read the ELF file: ${reason}`);
}

/** A part of a file, read whole, whose numbers are read by their place in it. */
export class Region {
  readonly bytes: Buffer;
  readonly #layout: Layout;

  constructor(bytes: Buffer, layout: Layout) {
    this.bytes = bytes;
    this.#layout = layout;
  }

  u16(at: number): number {
    return this.#layout.littleEndian ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  u32(at: number): number {
    return this.#layout.littleEndian ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  /** An address or a size. It may be any 64-bit number: kernels lie at 0xffffffff81000000. */
  word(at: number): bigint {
    if (this.#layout.bits === 32) return BigInt(this.u32(at));
    return this.#layout.littleEndian ? this.bytes.readBigUInt64LE(at) : this.bytes.readBigUInt64BE(at);
  }
}

/** Bytes of a word. */
export function wordSize({ bits }: Layout): 4 | 8 {
  return bits === 32 ? 4 : 8;
}

/** The extent of a part as the file gives it, checked to lie in the file; at most `limit` bytes are ever asked for. */
export function extent(
  file: Bytes,
  what: string,
  offset: bigint,
  size: bigint,
  limit: number,
): { readonly offset: number; readonly size: number } {
  if (offset + size > BigInt(file.size)) {
    throw damaged(`${what} at ${offset} with ${size} bytes lies outside the file of ${file.size} bytes`);
  }
  if (size > BigInt(limit)) throw damaged(`${what} has ${size} bytes, more than ${limit}`);
  return { offset: Number(offset), size: Number(size) };
}

/** Reads a part; `offset` and `size` have been checked by `extent`, or are the program's own. */
export function region(file: Bytes, what: string, offset: number, size: number, layout: Layout): Region {
  const bytes = file.read(offset, size);
  if (bytes.length < size) throw damaged(`it ends within ${what}`);
  return new Region(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), layout);
}
